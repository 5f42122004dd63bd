"""`/v1/accounts` and `/v1/me`."""

from typing import Any

from litestar import Controller, Request, Response, get, patch, post, put
from litestar.di import NamedDependency
from litestar.params import JSONBody, SkipValidation

from api.accounts.deletion import Deletions
from api.accounts.password import OwnPassword
from api.accounts.profile import Profiles, own_account
from api.accounts.schemas import Deletion, NewAccount, OwnAccount, PasswordChange, ProfileChanges
from api.accounts.service import Accounts
from api.created import LOCATION, created
from api.docs.responses import problems
from api.problems import ProblemType
from api.security import Login
from api.throttling.throttle import Throttling

PROVEN = (ProblemType.WRONG_PASSWORD, ProblemType.TOO_MANY_REQUESTS)


class AccountRoutes(Controller):
    """Registering needs no login."""

    path = "/accounts"
    tags = ["Accounts"]  # noqa: RUF012 - Litestar's

    @post(
        "/",
        response_headers=LOCATION,
        responses=problems(ProblemType.ALREADY_TAKEN, ProblemType.TOO_MANY_REQUESTS),
    )
    async def register(
        self,
        data: JSONBody[NewAccount],
        request: Request[Any, Any, Any],
        accounts: NamedDependency[SkipValidation[Accounts]],
        throttling: NamedDependency[SkipValidation[Throttling]],
    ) -> Response[OwnAccount]:
        """Register. The wallet is empty; user names and addresses are unique without regard to case."""
        await throttling.take(throttling.limits.registration(request.client.host if request.client else None))
        account = await accounts.register(data)
        return created(account, path=f"/v1/people/{account.id}")


class MeRoutes(Controller):
    """The account that asks."""

    path = "/me"
    tags = ["Accounts"]  # noqa: RUF012 - Litestar's

    @get("/")
    async def me(self, login: NamedDependency[SkipValidation[Login]]) -> OwnAccount:
        """Return one's profile."""
        return own_account(login)

    @patch("/", responses=problems(ProblemType.ALREADY_TAKEN, ProblemType.RELAY_NOT_OFFERED, *PROVEN))
    async def change_me(
        self,
        data: JSONBody[ProfileChanges],
        login: NamedDependency[SkipValidation[Login]],
        profiles: NamedDependency[SkipValidation[Profiles]],
    ) -> OwnAccount:
        """Change one's profile: what is given, and nothing else.

        Another e-mail address needs the password, `relay_only` something that relays (see the installation).
        """
        return await profiles.change(login, data)

    @put("/password", status_code=204, responses=problems(*PROVEN))
    async def change_password(
        self,
        data: JSONBody[PasswordChange],
        login: NamedDependency[SkipValidation[Login]],
        own_password: NamedDependency[SkipValidation[OwnPassword]],
    ) -> None:
        """Change one's password. All other sessions end, and their sockets are closed."""
        await own_password.change(login, data)

    @post(
        "/deletion",
        status_code=204,
        responses=problems(ProblemType.IN_A_CALL, ProblemType.MONEY_LEFT, *PROVEN),
    )
    async def delete_me(
        self,
        data: JSONBody[Deletion],
        login: NamedDependency[SkipValidation[Login]],
        deletions: NamedDependency[SkipValidation[Deletions]],
    ) -> None:
        """Delete one's account. What is personal is removed and all sessions end; money left must be given up."""
        await deletions.delete(login, data)
