"""`/v1/sessions`."""

from typing import Any

from litestar import Controller, Request, delete, post
from litestar.di import NamedDependency
from litestar.params import JSONBody, SkipValidation

from api.docs.responses import problems
from api.problems import ProblemType
from api.security import Login
from api.sessions.schemas import NewSession, Refresh, SessionOpened, TokenPair
from api.sessions.service import USER_AGENT_CHARS_MAX, Device, Sessions


class SessionRoutes(Controller):
    """Logging in and refreshing need no access token."""

    path = "/sessions"
    tags = ["Sessions"]  # noqa: RUF012 - Litestar's

    @post("/", responses=problems(ProblemType.WRONG_CREDENTIALS, ProblemType.TOO_MANY_REQUESTS))
    async def log_in(
        self,
        data: JSONBody[NewSession],
        request: Request[Any, Any, Any],
        sessions: NamedDependency[SkipValidation[Sessions]],
    ) -> SessionOpened:
        """Log in with an e-mail address or a user name."""
        return await sessions.log_in(data, _device_of(request))

    @post("/refresh", status_code=200, responses=problems(ProblemType.REFRESH_REFUSED))
    async def refresh(
        self, data: JSONBody[Refresh], sessions: NamedDependency[SkipValidation[Sessions]]
    ) -> TokenPair:
        """Exchange a refresh token for a new pair; a token replaced long ago ends its whole session."""
        return await sessions.refresh(data.refresh_token)


class CurrentSessionRoutes(Controller):
    """The session that asks."""

    path = "/sessions/current"
    tags = ["Sessions"]  # noqa: RUF012 - Litestar's

    @delete("/")
    async def log_out(
        self,
        login: NamedDependency[SkipValidation[Login]],
        sessions: NamedDependency[SkipValidation[Sessions]],
    ) -> None:
        """Log out: the tokens of this session are refused from now on, its sockets are closed."""
        await sessions.log_out(login)


def _device_of(request: Request[Any, Any, Any]) -> Device:
    agent = request.headers.get("user-agent", "").replace("\0", "")[:USER_AGENT_CHARS_MAX]
    return Device(address=request.client.host if request.client else None, user_agent=agent or None)
