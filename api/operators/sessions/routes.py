"""`/v1/operator/sessions`."""

from typing import Any

from litestar import Controller, Request, Response, delete, get, post
from litestar.di import NamedDependency
from litestar.params import JSONBody, SkipValidation

from api.accounts.profile import own_account
from api.created import LOCATION, created
from api.docs.responses import problems
from api.operators.sessions.recent import RecentLogins
from api.operators.sessions.schemas import OperatorSession
from api.problems import ProblemType
from api.security import Login
from api.sessions.kinds import SessionKind
from api.sessions.own import OwnSessions
from api.sessions.routes import device_of
from api.sessions.schemas import NewSession, SessionOpened
from api.sessions.service import Sessions

PATH = "/operator/sessions"


class OperatorLoginRoutes(Controller):
    """Logging in; who is no operator hears the same as who does not know the password."""

    path = PATH
    tags = ["Operators"]  # noqa: RUF012 - Litestar's

    @post(
        "/",
        response_headers=LOCATION,
        responses=problems(ProblemType.WRONG_CREDENTIALS, ProblemType.TOO_MANY_REQUESTS),
    )
    async def log_in_as_operator(
        self,
        data: JSONBody[NewSession],
        request: Request[Any, Any, Any],
        sessions: NamedDependency[SkipValidation[Sessions]],
    ) -> Response[SessionOpened]:
        """Log in as an operator. The tokens are for `/v1/operator` alone; `/v1/sessions/refresh` renews them."""
        opened = await sessions.log_in(data, device_of(request), SessionKind.OPERATOR)
        return created(opened, path=f"/v1{PATH}/current")


class OperatorSessionRoutes(Controller):
    """The session that asks."""

    path = PATH
    tags = ["Operators"]  # noqa: RUF012 - Litestar's

    @get("/current")
    async def view_operator_session(
        self,
        login: NamedDependency[SkipValidation[Login]],
        recent_logins: NamedDependency[SkipValidation[RecentLogins]],
    ) -> OperatorSession:
        """Return who is logged in, and how long this login is good for moving money."""
        return OperatorSession(
            id=login.session_id,
            account=own_account(login),
            logged_in_at=login.logged_in_at,
            recent_until=recent_logins.until(login),
        )

    @delete("/current")
    async def log_out_as_operator(
        self,
        login: NamedDependency[SkipValidation[Login]],
        own_sessions: NamedDependency[SkipValidation[OwnSessions]],
    ) -> None:
        """Log out: the tokens of this session are refused from now on."""
        await own_sessions.log_out(login)
