"""`/v1/wallet`."""

from litestar import Controller, get
from litestar.di import NamedDependency
from litestar.params import SkipValidation
from litestar.response import Stream

from api.pages import FIRST_PAGE, PAGE_ITEMS_DEFAULT, Cursor, Limit, Page
from api.security import Login
from api.statements.accounts import Statements
from api.statements.periods import BEGINNING, END, Period, Since, Until
from api.statements.table import MEDIA_TYPE, as_file
from api.wallet.schemas import StatementEntry
from api.wallet.service import Wallets
from shared.ledger import Purse
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

    @get("/entries.csv", media_type=MEDIA_TYPE)
    async def entries_as_csv(
        self,
        login: NamedDependency[SkipValidation[Login]],
        statements: NamedDependency[SkipValidation[Statements]],
        since: Since = BEGINNING,
        until: Until = END,
    ) -> Stream:
        """Return the statement as CSV: oldest first, from the opening balance to the closing one."""
        return as_file(await statements.of(login.account_id, Purse.CREDIT, Period.of(since, until)), "statement")
