"""`/v1/sessions`."""

from typing import Any
from uuid import UUID

from litestar import Controller, Request, Response, delete, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath, JSONBody, SkipValidation

from api.created import LOCATION, created
from api.docs.responses import problems
from api.pages import FIRST_PAGE, PAGE_ITEMS_DEFAULT, Cursor, Limit, Page
from api.problems import ProblemType
from api.security import Login
from api.sessions.own import OwnSessions
from api.sessions.schemas import NewSession, Refresh, SessionOpened, SessionView, TokenPair
from api.sessions.service import USER_AGENT_CHARS_MAX, Device, Sessions


class SessionRoutes(Controller):
    """Logging in and refreshing need no access token."""

    path = "/sessions"
    tags = ["Sessions"]  # noqa: RUF012 - Litestar's

    @post(
        "/",
        response_headers=LOCATION,
        responses=problems(ProblemType.WRONG_CREDENTIALS, ProblemType.TOO_MANY_REQUESTS),
    )
    async def log_in(
        self,
        data: JSONBody[NewSession],
        request: Request[Any, Any, Any],
        sessions: NamedDependency[SkipValidation[Sessions]],
    ) -> Response[SessionOpened]:
        """Log in with an e-mail address or a user name."""
        opened = await sessions.log_in(data, device_of(request))
        return created(opened, path=f"/v1/sessions/{opened.session_id}")

    @post("/refresh", status_code=200, responses=problems(ProblemType.REFRESH_REFUSED))
    async def refresh(
        self, data: JSONBody[Refresh], sessions: NamedDependency[SkipValidation[Sessions]]
    ) -> TokenPair:
        """Exchange a refresh token for a new pair; a token replaced long ago ends its whole session."""
        return await sessions.refresh(data.refresh_token)


class OwnSessionRoutes(Controller):
    """Where one is logged in."""

    path = "/sessions"
    tags = ["Sessions"]  # noqa: RUF012 - Litestar's

    @get("/")
    async def list_own(
        self,
        login: NamedDependency[SkipValidation[Login]],
        own_sessions: NamedDependency[SkipValidation[OwnSessions]],
        limit: Limit = PAGE_ITEMS_DEFAULT,
        cursor: Cursor = FIRST_PAGE,
    ) -> Page[SessionView]:
        """Return where one is logged in, the newest first."""
        return await own_sessions.list_own(login, limit=limit, cursor=cursor)

    @delete("/")
    async def end_others(
        self,
        login: NamedDependency[SkipValidation[Login]],
        own_sessions: NamedDependency[SkipValidation[OwnSessions]],
    ) -> None:
        """Log out everywhere else: all sessions but this one end, their sockets are closed."""
        await own_sessions.end_others(login)

    @delete("/current")
    async def log_out(
        self,
        login: NamedDependency[SkipValidation[Login]],
        own_sessions: NamedDependency[SkipValidation[OwnSessions]],
    ) -> None:
        """Log out: the tokens of this session are refused from now on, its sockets are closed."""
        await own_sessions.log_out(login)

    @get("/{session_id:uuid}")
    async def get_own(
        self,
        session_id: FromPath[UUID],
        login: NamedDependency[SkipValidation[Login]],
        own_sessions: NamedDependency[SkipValidation[OwnSessions]],
    ) -> SessionView:
        """Return one of one's sessions."""
        return await own_sessions.get_own(login, session_id)

    @delete("/{session_id:uuid}")
    async def end(
        self,
        session_id: FromPath[UUID],
        login: NamedDependency[SkipValidation[Login]],
        own_sessions: NamedDependency[SkipValidation[OwnSessions]],
    ) -> None:
        """End one of one's sessions: its tokens are refused from now on, its sockets are closed."""
        await own_sessions.end(login, session_id)


def device_of(request: Request[Any, Any, Any]) -> Device:
    """Return where the request comes from."""
    agent = request.headers.get("user-agent", "").replace("\0", "")[:USER_AGENT_CHARS_MAX]
    return Device(address=request.client.host if request.client else None, user_agent=agent or None)
