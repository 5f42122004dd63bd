"""One's own lists of people: those whom one takes no calls from, and those whom one does."""

from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import Select, delete, func, or_, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from api.pages import Page, page_of, read_cursor
from api.people.presence import PresenceOf
from api.people.schemas import Person
from api.people.service import PERSON_COLUMNS, person_of, user_name
from api.problems import ApiError, FieldError, InvalidFieldsError, NotFoundError, ProblemType
from shared.database import reading, transaction
from shared.messages.nodes import PresenceHint
from shared.models import Account, BlocklistEntry, Contact, Wallet
from shared.outbox import store


class ListFullError(ApiError):
    """The list has as many people as a list may have."""

    problem_type = ProblemType.LIST_FULL

    def __init__(self, entries_max: int) -> None:
        super().__init__(f"No list has more than {entries_max} people: take somebody else off first.")


@dataclass(frozen=True)
class PeopleList:
    """One kind of list, of every account."""

    engine: AsyncEngine
    model: type[BlocklistEntry | Contact]
    entries_max: int
    currency: str
    presence: PresenceOf

    async def page(self, account_id: UUID, *, limit: int, cursor: str) -> Page[Person]:
        """Return who is on the account's list, in the order of the alphabet; disabled accounts too."""
        name, after = func.lower(Account.user_name), read_cursor(cursor, user_name)
        wanted = (
            select(*PERSON_COLUMNS)
            .join(self.model, self.model.listed_id == Account.id)
            .outerjoin(Wallet, Wallet.account_id == Account.id)
            .where(self.model.account_id == account_id)
        )
        if after is not None:
            wanted = wanted.where(name > func.lower(after))
        async with reading(self.engine) as connection:
            rows = (await connection.execute(wanted.order_by(name).limit(limit + 1))).all()
            states = await self.presence.states(connection, [row.id for row in rows], watcher_id=account_id)
        return page_of(
            rows,
            limit=limit,
            view=lambda row: person_of(row, self.currency, states[row.id]),
            key=lambda row: row.user_name,
        )

    async def put(self, account_id: UUID, listed_id: UUID) -> None:
        """Put somebody on the account's list, where that has not been done.

        Raises `InvalidFieldsError` for oneself, `NotFoundError`, `ListFullError`.
        """
        if listed_id == account_id:
            raise InvalidFieldsError(FieldError("account_id", "One's own"))
        async with transaction(self.engine) as connection:
            # Locked, the list's owner adds one at a time, and neither of the two is deleted meanwhile.
            found = (await connection.scalars(_both(account_id, listed_id))).all()
            if len(found) < 2:
                raise NotFoundError
            added = await connection.execute(
                insert(self.model)
                .values(account_id=account_id, listed_id=listed_id)
                .on_conflict_do_nothing()
                .returning(self.model.listed_id)
            )
            if added.first() is None:
                return
            if await self._count(connection, account_id) > self.entries_max:
                raise ListFullError(self.entries_max)
            await self._hint(connection, account_id, listed_id)

    async def remove(self, account_id: UUID, listed_id: UUID) -> None:
        """Take somebody off the account's list; nothing happens where nobody of this id is on it."""
        async with transaction(self.engine) as connection:
            removed = await connection.execute(
                delete(self.model).where(self.model.account_id == account_id, self.model.listed_id == listed_id)
            )
            if removed.rowcount:
                await self._hint(connection, account_id, listed_id)

    async def _hint(self, connection: AsyncConnection, account_id: UUID, listed_id: UUID) -> None:
        """Who is on whose list says what the two may know of each other."""
        await store(connection, [PresenceHint(account_id=each) for each in (account_id, listed_id)])

    async def _count(self, connection: AsyncConnection, account_id: UUID) -> int:
        found = await connection.scalars(
            select(func.count()).select_from(self.model).where(self.model.account_id == account_id)
        )
        return found.one()


async def leave_all_lists(connection: AsyncConnection, account_id: UUID) -> None:
    """Remove the account's own lists, and the account from everybody else's."""
    for model in (BlocklistEntry, Contact):
        await connection.execute(
            delete(model).where(or_(model.account_id == account_id, model.listed_id == account_id))
        )


def _both(account_id: UUID, listed_id: UUID) -> Select[UUID]:
    return (
        select(Account.id)
        .where(Account.id.in_([account_id, listed_id]), Account.disabled_at.is_(None))
        .order_by(Account.id)
        .with_for_update(key_share=True)
    )
