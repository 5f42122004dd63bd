"""What was booked, called and paid of an account."""

from dataclasses import dataclass
from uuid import UUID

from msgspec.structs import replace

from api.calls.schemas import CallView
from api.calls.service import Calls, Filter
from api.operators.accounts.directory import Directory
from api.pages import Page
from api.payments.schemas import PaymentView
from api.payments.service import Payments
from api.security import Login
from api.wallet.schemas import StatementEntry
from api.wallet.service import Wallets


@dataclass(frozen=True)
class Records:
    """Each is a look at the account. Raises `NotFoundError` where there is none."""

    directory: Directory
    wallets: Wallets
    calls: Calls
    payments: Payments

    async def entries(self, operator: Login, account_id: UUID, *, limit: int, cursor: str) -> Page[StatementEntry]:
        """Return the statement, newest first."""
        await self.directory.view(operator, account_id)
        return await self.wallets.entries(account_id, limit=limit, cursor=cursor)

    async def calls_of(
        self, operator: Login, account_id: UUID, wanted: Filter, *, limit: int, cursor: str
    ) -> Page[CallView]:
        """Return the calls that the account made or got, newest first."""
        await self.directory.view(operator, account_id)
        return await self.calls.list_own(account_id, wanted, limit=limit, cursor=cursor)

    async def payments_of(self, operator: Login, account_id: UUID, *, limit: int, cursor: str) -> Page[PaymentView]:
        """Return the payments, newest first, without the addresses at which they are paid: the owner's alone."""
        await self.directory.view(operator, account_id)
        page = await self.payments.list_own(account_id, limit=limit, cursor=cursor)
        return Page([replace(payment, checkout_url=None) for payment in page.items], page.next_cursor)
