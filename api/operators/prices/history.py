"""Looking back at prices."""

from dataclasses import dataclass
from typing import cast
from uuid import UUID

from advanced_alchemy.repository import SQLAlchemyAsyncRepository
from sqlalchemy.ext.asyncio import AsyncEngine

from api.operators.accounts.directory import Directory
from api.operators.prices.schemas import PriceChangeView
from api.pages import NewestFirst, Page, page_of, read_cursor
from api.prices.changes import PriceKind
from api.reads import reading_session
from api.security import Login
from shared.models import PriceChange

CHANGE_ID_MAX = 2**63 - 1


class ChangeRepository(SQLAlchemyAsyncRepository[PriceChange]):
    """Changes of prices, to be listed."""

    model_type = PriceChange


@dataclass(frozen=True)
class PriceHistory:
    """Every price that operators set. Of an account, that is a look at it."""

    engine: AsyncEngine
    directory: Directory
    currency: str

    async def of_account(
        self, operator: Login, account_id: UUID, *, limit: int, cursor: str
    ) -> Page[PriceChangeView]:
        """Return the changes of the account's own prices and share, newest first. Raises `NotFoundError`."""
        before = read_cursor(cursor, _change_id)
        await self.directory.view(operator, account_id)
        return await self._page(account_id, limit=limit, before=before)

    async def of_default(self, *, limit: int, cursor: str) -> Page[PriceChangeView]:
        """Return the changes of the default price, newest first."""
        return await self._page(None, limit=limit, before=read_cursor(cursor, _change_id))

    async def _page(self, account_id: UUID | None, *, limit: int, before: int | None) -> Page[PriceChangeView]:
        async with reading_session(self.engine) as session:
            repository = ChangeRepository(session=session, wrap_exceptions=False)
            of_whom = PriceChange.account_id == account_id if account_id else PriceChange.what == "default_price"
            rows = await repository.get_many(of_whom, NewestFirst(before, limit))
        return page_of(rows, limit=limit, view=self._view, key=lambda row: row.id)

    def _view(self, row: PriceChange) -> PriceChangeView:
        return PriceChangeView(
            id=row.id,
            what=cast("PriceKind", row.what),
            before=row.before,
            after=row.after,
            currency=self.currency,
            actor_id=row.actor_id,
            actor_name=row.actor_name,
            reason=row.reason,
            created_at=row.created_at,
        )


def _change_id(text: str) -> int:
    number = int(text)
    if not 0 < number <= CHANGE_ID_MAX:
        raise ValueError("no number of a change")
    return number
