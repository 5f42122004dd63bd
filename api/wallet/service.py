"""Reading one's own wallet and its statement."""

from dataclasses import dataclass
from uuid import UUID

from advanced_alchemy.repository import SQLAlchemyAsyncRepository
from sqlalchemy.ext.asyncio import AsyncEngine

from api.pages import NewestFirst, Page, page_of, read_cursor
from api.problems import NotFoundError
from api.reads import reading_session
from api.wallet.operations import references_of
from api.wallet.schemas import StatementEntry
from shared.database import reading
from shared.ledger import Purse, read_wallet
from shared.messages.base import WalletState
from shared.models import LedgerEntry

ENTRY_ID_MAX = 2**63 - 1


class EntryRepository(SQLAlchemyAsyncRepository[LedgerEntry]):
    """Ledger entries, to be listed."""

    model_type = LedgerEntry


@dataclass(frozen=True)
class Wallets:
    """Reads wallets; the ledger writes them."""

    engine: AsyncEngine
    currency: str

    async def read(self, account_id: UUID) -> WalletState:
        """Return the wallet as it is now. Raises `NotFoundError`."""
        async with reading(self.engine) as connection:
            wallet = await read_wallet(connection, account_id)
        if wallet is None:
            raise NotFoundError
        return wallet.state(self.currency)

    async def entries(
        self, account_id: UUID, purse: Purse = Purse.CREDIT, *, limit: int, cursor: str
    ) -> Page[StatementEntry]:
        """Return the account's own entries in this purse, newest first."""
        newest = NewestFirst(read_cursor(cursor, entry_id), limit, by="seq")
        async with reading_session(self.engine) as session:
            repository = EntryRepository(session=session, wrap_exceptions=False)
            own = LedgerEntry.wallet_id == account_id, LedgerEntry.purse == purse.value
            rows = await repository.get_many(*own, newest)
        return page_of(rows, limit=limit, view=self._view, key=lambda row: row.seq)

    def _view(self, row: LedgerEntry) -> StatementEntry:
        return StatementEntry(
            id=row.operation,
            seq=row.seq or 0,
            amount_minor=row.amount_minor,
            balance_after_minor=row.balance_after_minor or 0,
            currency=self.currency,
            occurred_at=row.occurred_at,
            created_at=row.created_at,
            **references_of(row.operation)._asdict(),
        )


def entry_id(text: str) -> int:
    """Return the number in a cursor. Raises `ValueError`."""
    number = int(text)
    if not 0 < number <= ENTRY_ID_MAX:
        raise ValueError("no number of an entry")
    return number
