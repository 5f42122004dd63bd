"""`/v1/calls`."""

from typing import Annotated
from uuid import UUID

from litestar import Controller, get
from litestar.di import NamedDependency
from litestar.params import FromPath, QueryParameter, SkipValidation

from api.calls.schemas import CallView, Direction
from api.calls.service import Calls, Filter
from api.pages import PAGE_ITEMS_DEFAULT, Cursor, Limit, Page
from api.security import Login
from shared.messages.base import EndReason

DirectionFilter = Annotated[Direction | None, QueryParameter(description="Only calls in this direction")]
OutcomeFilter = Annotated[EndReason | None, QueryParameter(description="Only calls that ended for this reason")]


class CallRoutes(Controller):
    """One's own calls."""

    path = "/calls"
    tags = ["Calls"]  # noqa: RUF012 - Litestar's

    @get("/")
    async def list_own(
        self,
        login: NamedDependency[SkipValidation[Login]],
        calls: NamedDependency[SkipValidation[Calls]],
        direction: DirectionFilter = None,
        outcome: OutcomeFilter = None,
        limit: Limit = PAGE_ITEMS_DEFAULT,
        cursor: Cursor = None,
    ) -> Page[CallView]:
        """Return the calls one made or got, newest first."""
        return await calls.list_own(login.account_id, Filter(direction, outcome), limit=limit, cursor=cursor)

    @get("/{call_id:uuid}")
    async def get_own(
        self,
        call_id: FromPath[UUID],
        login: NamedDependency[SkipValidation[Login]],
        calls: NamedDependency[SkipValidation[Calls]],
    ) -> CallView:
        """Return one of these calls."""
        return await calls.get_own(login.account_id, call_id)
