"""Finding people by id or by part of the user name."""

from dataclasses import dataclass
from typing import Any
from uuid import UUID

import msgspec
from sqlalchemy import ColumnElement, Row, Select, func, or_, select
from sqlalchemy.ext.asyncio import AsyncEngine

from api.pages import Page, page_of, read_cursor
from api.people.presence import PresenceOf
from api.people.schemas import Person
from api.problems import NotFoundError
from shared.database import reading
from shared.messages.base import PresenceState, UserName
from shared.models import Account, Wallet


@dataclass(frozen=True)
class People:
    """Looks people up; disabled accounts are not found."""

    engine: AsyncEngine
    currency: str
    presence: PresenceOf

    async def search(self, text: str, *, watcher_id: UUID, limit: int, cursor: str) -> Page[Person]:
        """Return those whose user name contains the text, or whose id it is; `%` and `_` mean themselves.

        In the order of the alphabet.
        """
        name, after = func.lower(Account.user_name), read_cursor(cursor, user_name)
        wanted = _FOUND.where(_matches(text))
        if after is not None:
            wanted = wanted.where(name > func.lower(after))
        async with reading(self.engine) as connection:
            rows = (await connection.execute(wanted.order_by(name).limit(limit + 1))).all()
            states = await self.presence.states(connection, [row.id for row in rows], watcher_id=watcher_id)
        return page_of(
            rows,
            limit=limit,
            view=lambda row: person_of(row, self.currency, states[row.id]),
            key=lambda row: row.user_name,
        )

    async def get(self, id_or_name: str, *, watcher_id: UUID) -> Person:
        """Return the person with this id or exactly this user name, case aside. Raises `NotFoundError`."""
        async with reading(self.engine) as connection:
            row = (await connection.execute(_FOUND.where(_is(id_or_name)))).one_or_none()
            if row is None:
                raise NotFoundError
            states = await self.presence.states(connection, [row.id], watcher_id=watcher_id)
        return person_of(row, self.currency, states[row.id])


def user_name(text: str) -> str:
    """Return the text, which is a user name. Raises `ValueError`."""
    return msgspec.convert(text, UserName)


def _matches(text: str) -> ColumnElement[bool]:
    part = func.lower(Account.user_name).contains(text.lower(), autoescape=True)
    account_id = _id_of(text)
    return part if account_id is None else or_(Account.id == account_id, part)


def _is(id_or_name: str) -> ColumnElement[bool]:
    """An id wins over a user name that looks like one."""
    account_id = _id_of(id_or_name)
    if account_id is not None:
        return Account.id == account_id
    try:
        return func.lower(Account.user_name) == func.lower(user_name(id_or_name))
    except ValueError as error:
        raise NotFoundError from error


def _id_of(text: str) -> UUID | None:
    try:
        return UUID(text)
    except ValueError:
        return None


def person_of(row: Row[*tuple[Any, ...]], currency: str, presence: PresenceState) -> Person:
    """Return the person of a row of `PERSON_COLUMNS`."""
    account_id, name, asking_price_minor = row
    return Person(account_id, name, asking_price_minor, currency, presence)


PERSON_COLUMNS = (Account.id, Account.user_name, Wallet.asking_price_minor)
"""What a `Person` is made of, but for currency and presence."""

_FOUND: Select[*tuple[Any, ...]] = (
    select(*PERSON_COLUMNS).outerjoin(Wallet, Wallet.account_id == Account.id).where(Account.disabled_at.is_(None))
)
