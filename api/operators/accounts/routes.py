"""`/v1/operator/accounts`: finding, looking, and what an account may do."""

from typing import Annotated
from uuid import UUID

from litestar import Controller, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath, JSONBody, QueryParameter, SkipValidation

from api.calls.routes import DirectionFilter, OutcomeFilter
from api.calls.schemas import CallView
from api.calls.service import Filter
from api.docs.responses import problems
from api.operators.accounts.directory import Directory
from api.operators.accounts.records import Records
from api.operators.accounts.schemas import AccountDetails, AccountStatus, AccountSummary
from api.operators.accounts.standing import Standing
from api.operators.reasons import Reasoned
from api.pages import FIRST_PAGE, PAGE_ITEMS_DEFAULT, Cursor, Limit, Page
from api.payments.schemas import PaymentView
from api.problems import ProblemType
from api.security import Login
from api.wallet.schemas import StatementEntry

SearchText = Annotated[
    str,
    QueryParameter(
        max_length=254,
        pattern="^[^\\x00\ufffd]*\\Z",
        description="An id, or part of a user name or an e-mail address; all accounts where empty",
    ),
]
StatusFilter = Annotated[AccountStatus, QueryParameter(description="Only accounts in this state")]
ACTING = problems(ProblemType.OWN_ACCOUNT, ProblemType.ACCOUNT_DELETED)


class OperatorAccountRoutes(Controller):
    """Other people's accounts."""

    path = "/operator/accounts"
    tags = ["Operators"]  # noqa: RUF012 - Litestar's

    @get("/")
    async def search_accounts(
        self,
        login: NamedDependency[SkipValidation[Login]],
        directory: NamedDependency[SkipValidation[Directory]],
        q: SearchText = "",
        status: StatusFilter = "any",
        limit: Limit = PAGE_ITEMS_DEFAULT,
        cursor: Cursor = FIRST_PAGE,
    ) -> Page[AccountSummary]:
        """Find accounts by id, or by part of the user name or e-mail address, newest first."""
        return await directory.search(login, q, status, limit=limit, cursor=cursor)

    @get("/{account_id:uuid}")
    async def view_account(
        self,
        account_id: FromPath[UUID],
        login: NamedDependency[SkipValidation[Login]],
        directory: NamedDependency[SkipValidation[Directory]],
    ) -> AccountDetails:
        """Return one account, with its wallet and how many sessions it has."""
        return await directory.view(login, account_id)

    @get("/{account_id:uuid}/entries")
    async def account_entries(
        self,
        account_id: FromPath[UUID],
        login: NamedDependency[SkipValidation[Login]],
        records: NamedDependency[SkipValidation[Records]],
        limit: Limit = PAGE_ITEMS_DEFAULT,
        cursor: Cursor = FIRST_PAGE,
    ) -> Page[StatementEntry]:
        """Return the account's statement, newest first."""
        return await records.entries(login, account_id, limit=limit, cursor=cursor)

    @get("/{account_id:uuid}/calls")
    async def account_calls(
        self,
        account_id: FromPath[UUID],
        login: NamedDependency[SkipValidation[Login]],
        records: NamedDependency[SkipValidation[Records]],
        direction: DirectionFilter = "any",
        outcome: OutcomeFilter = (),
        limit: Limit = PAGE_ITEMS_DEFAULT,
        cursor: Cursor = FIRST_PAGE,
    ) -> Page[CallView]:
        """Return the calls that the account made or got, newest first, and attempts hidden from it."""
        wanted = Filter(direction, outcome, with_hidden=True)
        return await records.calls_of(login, account_id, wanted, limit=limit, cursor=cursor)

    @get("/{account_id:uuid}/payments")
    async def account_payments(
        self,
        account_id: FromPath[UUID],
        login: NamedDependency[SkipValidation[Login]],
        records: NamedDependency[SkipValidation[Records]],
        limit: Limit = PAGE_ITEMS_DEFAULT,
        cursor: Cursor = FIRST_PAGE,
    ) -> Page[PaymentView]:
        """Return the account's payments, newest first; `checkout_url` is the owner's, and null here."""
        return await records.payments_of(login, account_id, limit=limit, cursor=cursor)

    @post("/{account_id:uuid}/block", status_code=200, responses=ACTING)
    async def block_account(
        self,
        account_id: FromPath[UUID],
        data: JSONBody[Reasoned],
        login: NamedDependency[SkipValidation[Login]],
        standing: NamedDependency[SkipValidation[Standing]],
        directory: NamedDependency[SkipValidation[Directory]],
    ) -> AccountDetails:
        """Keep the account from calling, whatever it pays in; a call that it pays ends with `blocked`."""
        await standing.block(login, account_id, data.reason)
        return await directory.read(account_id)

    @post("/{account_id:uuid}/unblock", status_code=200, responses=ACTING)
    async def unblock_account(
        self,
        account_id: FromPath[UUID],
        data: JSONBody[Reasoned],
        login: NamedDependency[SkipValidation[Login]],
        standing: NamedDependency[SkipValidation[Standing]],
        directory: NamedDependency[SkipValidation[Directory]],
    ) -> AccountDetails:
        """Let the account call again; who cannot pay a minute stays blocked for that."""
        await standing.unblock(login, account_id, data.reason)
        return await directory.read(account_id)

    @post("/{account_id:uuid}/disable", status_code=200, responses=ACTING)
    async def disable_account(
        self,
        account_id: FromPath[UUID],
        data: JSONBody[Reasoned],
        login: NamedDependency[SkipValidation[Login]],
        standing: NamedDependency[SkipValidation[Standing]],
        directory: NamedDependency[SkipValidation[Directory]],
    ) -> AccountDetails:
        """Shut the account out: sessions and calls end, sockets close, nobody finds it any more."""
        await standing.disable(login, account_id, data.reason)
        return await directory.read(account_id)

    @post("/{account_id:uuid}/enable", status_code=200, responses=ACTING)
    async def enable_account(
        self,
        account_id: FromPath[UUID],
        data: JSONBody[Reasoned],
        login: NamedDependency[SkipValidation[Login]],
        standing: NamedDependency[SkipValidation[Standing]],
        directory: NamedDependency[SkipValidation[Directory]],
    ) -> AccountDetails:
        """Let a disabled account in again; it has to log in anew."""
        await standing.enable(login, account_id, data.reason)
        return await directory.read(account_id)
