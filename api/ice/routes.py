"""`/v1/ice-servers`."""

from typing import Annotated
from uuid import UUID

from litestar import Controller, get
from litestar.di import NamedDependency
from litestar.params import QueryParameter, SkipValidation

from api.docs.responses import problems
from api.ice.schemas import IceServers
from api.ice.service import Ice
from api.problems import ProblemType
from api.security import Login


class IceRoutes(Controller):
    """For the parties of a live call."""

    path = "/ice-servers"
    tags = ["Calls"]  # noqa: RUF012 - Litestar's

    @get("/", responses=problems(ProblemType.NOT_FOUND, ProblemType.RELAY_NOT_OFFERED))
    async def servers(
        self,
        call_id: Annotated[UUID, QueryParameter(description="A call of one's own that is not over")],
        login: NamedDependency[SkipValidation[Login]],
        ice: NamedDependency[SkipValidation[Ice]],
    ) -> IceServers:
        """Return STUN and TURN servers for one's own side of a call.

        The TURN credentials are for this party and this call. In a call that lasts, ask again before `expires_at`
        and give the answer to `setConfiguration`: what is relayed goes on without, an ICE restart needs it.
        """
        return await ice.servers_for(login, call_id)
