"""`/v1/wallet`."""

from litestar import Controller, get
from litestar.di import NamedDependency
from litestar.params import SkipValidation

from api.pages import FIRST_PAGE, PAGE_ITEMS_DEFAULT, Cursor, Limit, Page
from api.security import Login
from api.wallet.schemas import StatementEntry
from api.wallet.service import Wallets
from shared.messages.base import WalletState


class WalletRoutes(Controller):
    """One's own money."""

    path = "/wallet"
    tags = ["Money"]  # noqa: RUF012 - Litestar's

    @get("/")
    async def wallet(
        self, login: NamedDependency[SkipValidation[Login]], wallets: NamedDependency[SkipValidation[Wallets]]
    ) -> WalletState:
        """Return balance, held and available money, the price of a minute and how many minutes that pays."""
        return await wallets.read(login.account_id)

    @get("/entries")
    async def entries(
        self,
        login: NamedDependency[SkipValidation[Login]],
        wallets: NamedDependency[SkipValidation[Wallets]],
        limit: Limit = PAGE_ITEMS_DEFAULT,
        cursor: Cursor = FIRST_PAGE,
    ) -> Page[StatementEntry]:
        """Return the statement: every movement of the wallet, newest first."""
        return await wallets.entries(login.account_id, limit=limit, cursor=cursor)
