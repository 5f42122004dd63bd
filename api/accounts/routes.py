"""`/v1/accounts` and `/v1/me`."""

from litestar import Controller, get, post
from litestar.di import NamedDependency
from litestar.params import JSONBody, SkipValidation

from api.accounts.schemas import NewAccount, OwnAccount
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
        return OwnAccount(login.account_id, login.user_name, login.email, login.is_operator, login.created_at)
