"""`/v1/accounts` and `/v1/me`."""

from litestar import Controller, get, patch, post
from litestar.di import NamedDependency
from litestar.params import JSONBody, SkipValidation

from api.accounts.profile import Profiles, own_account
from api.accounts.schemas import NewAccount, OwnAccount, ProfileChanges
from api.accounts.service import Accounts
from api.docs.responses import problems
from api.problems import ProblemType
from api.security import Login


class AccountRoutes(Controller):
    """Registering needs no login."""

    path = "/accounts"
    tags = ["Accounts"]  # noqa: RUF012 - Litestar's

    @post("/", responses=problems(ProblemType.ALREADY_TAKEN, ProblemType.TOO_MANY_REQUESTS))
    async def register(
        self, data: JSONBody[NewAccount], accounts: NamedDependency[SkipValidation[Accounts]]
    ) -> OwnAccount:
        """Make an account with an empty wallet. User names and addresses are unique without regard to case."""
        return await accounts.register(data)


class MeRoutes(Controller):
    """The account that asks."""

    path = "/me"
    tags = ["Accounts"]  # noqa: RUF012 - Litestar's

    @get("/")
    async def me(self, login: NamedDependency[SkipValidation[Login]]) -> OwnAccount:
        """Return who is logged in."""
        return own_account(login)

    @patch("/")
    async def change_me(
        self,
        data: JSONBody[ProfileChanges],
        login: NamedDependency[SkipValidation[Login]],
        profiles: NamedDependency[SkipValidation[Profiles]],
    ) -> OwnAccount:
        """Change what is given and leave the rest as it is; nothing given changes nothing."""
        return await profiles.change(login, data)
