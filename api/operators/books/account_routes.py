"""`/v1/operator/accounts/…/earnings`, and the statements of an account as files."""

from uuid import UUID

from litestar import Controller, get
from litestar.di import NamedDependency
from litestar.params import FromPath, SkipValidation
from litestar.response import Stream

from api.earnings.schemas import Earnings
from api.earnings.service import EarningsOf
from api.operators.accounts.directory import Directory
from api.pages import FIRST_PAGE, PAGE_ITEMS_DEFAULT, Cursor, Limit, Page
from api.security import Login
from api.statements.accounts import Statements
from api.statements.periods import BEGINNING, END, Period, Since, Until
from api.statements.table import MEDIA_TYPE, as_file
from api.wallet.schemas import StatementEntry
from api.wallet.service import Wallets
from shared.ledger import Purse


class OperatorStatementRoutes(Controller):
    """Each is a look at the account, which the log keeps."""

    path = "/operator/accounts/{account_id:uuid}"
    tags = ["Operators"]  # noqa: RUF012 - Litestar's

    @get("/earnings")
    async def account_earnings(
        self,
        account_id: FromPath[UUID],
        login: NamedDependency[SkipValidation[Login]],
        directory: NamedDependency[SkipValidation[Directory]],
        earnings_of: NamedDependency[SkipValidation[EarningsOf]],
    ) -> Earnings:
        """Return what the account earned and was not paid yet, and by what it earns."""
        await directory.view(login, account_id)
        return await earnings_of.read(account_id)

    @get("/earnings/entries")
    async def account_earning_entries(
        self,
        account_id: FromPath[UUID],
        login: NamedDependency[SkipValidation[Login]],
        directory: NamedDependency[SkipValidation[Directory]],
        wallets: NamedDependency[SkipValidation[Wallets]],
        limit: Limit = PAGE_ITEMS_DEFAULT,
        cursor: Cursor = FIRST_PAGE,
    ) -> Page[StatementEntry]:
        """Return every movement of the account's earnings, newest first."""
        await directory.view(login, account_id)
        return await wallets.entries(account_id, Purse.EARNINGS, limit=limit, cursor=cursor)

    @get("/entries.csv", media_type=MEDIA_TYPE)
    async def account_entries_as_csv(
        self,
        account_id: FromPath[UUID],
        login: NamedDependency[SkipValidation[Login]],
        directory: NamedDependency[SkipValidation[Directory]],
        statements: NamedDependency[SkipValidation[Statements]],
        since: Since = BEGINNING,
        until: Until = END,
    ) -> Stream:
        """Return the account's statement as CSV, with the reasons and names of operators' acts."""
        await directory.view(login, account_id)
        period = Period.of(since, until)
        rows = await statements.of(account_id, Purse.CREDIT, period, for_operators=True)
        return as_file(rows, f"statement-{account_id}")

    @get("/earnings/entries.csv", media_type=MEDIA_TYPE)
    async def account_earning_entries_as_csv(
        self,
        account_id: FromPath[UUID],
        login: NamedDependency[SkipValidation[Login]],
        directory: NamedDependency[SkipValidation[Directory]],
        statements: NamedDependency[SkipValidation[Statements]],
        since: Since = BEGINNING,
        until: Until = END,
    ) -> Stream:
        """Return the movements of the account's earnings as CSV, with references and names."""
        await directory.view(login, account_id)
        period = Period.of(since, until)
        rows = await statements.of(account_id, Purse.EARNINGS, period, for_operators=True)
        return as_file(rows, f"earnings-{account_id}")
