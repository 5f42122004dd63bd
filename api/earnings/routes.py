"""`/v1/earnings`."""

from litestar import Controller, get
from litestar.di import NamedDependency
from litestar.params import SkipValidation
from litestar.response import Stream

from api.earnings.schemas import Earnings
from api.earnings.service import EarningsOf
from api.pages import FIRST_PAGE, PAGE_ITEMS_DEFAULT, Cursor, Limit, Page
from api.security import Login
from api.statements.accounts import Statements
from api.statements.periods import BEGINNING, END, Period, Since, Until
from api.statements.table import MEDIA_TYPE, as_file
from api.wallet.schemas import StatementEntry
from api.wallet.service import Wallets
from shared.ledger import Purse


class EarningsRoutes(Controller):
    """One's share of calls that one took."""

    path = "/earnings"
    tags = ["Money"]  # noqa: RUF012 - Litestar's

    @get("/")
    async def earnings(
        self,
        login: NamedDependency[SkipValidation[Login]],
        earnings_of: NamedDependency[SkipValidation[EarningsOf]],
    ) -> Earnings:
        """Return what was earned and not paid out yet, and by what one earns."""
        return await earnings_of.read(login.account_id)

    @get("/entries")
    async def earning_entries(
        self,
        login: NamedDependency[SkipValidation[Login]],
        wallets: NamedDependency[SkipValidation[Wallets]],
        limit: Limit = PAGE_ITEMS_DEFAULT,
        cursor: Cursor = FIRST_PAGE,
    ) -> Page[StatementEntry]:
        """Return every movement of one's earnings, newest first."""
        return await wallets.entries(login.account_id, Purse.EARNINGS, limit=limit, cursor=cursor)

    @get("/entries.csv", media_type=MEDIA_TYPE)
    async def earning_entries_as_csv(
        self,
        login: NamedDependency[SkipValidation[Login]],
        statements: NamedDependency[SkipValidation[Statements]],
        since: Since = BEGINNING,
        until: Until = END,
    ) -> Stream:
        """Return the movements as CSV: oldest first, from the opening balance to the closing one."""
        return as_file(await statements.of(login.account_id, Purse.EARNINGS, Period.of(since, until)), "earnings")
