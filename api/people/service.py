"""Finding people by id or by part of the user name."""

from dataclasses import dataclass
from typing import Any
from uuid import UUID

import msgspec
from advanced_alchemy.filters import StatementFilter, StatementTypeT
from advanced_alchemy.repository import SQLAlchemyAsyncRepository
from sqlalchemy import ColumnElement, func, or_
from sqlalchemy.ext.asyncio import AsyncEngine

from api.pages import Page, page_of, read_cursor
from api.people.schemas import Person
from api.problems import NotFoundError
from api.reads import reading_session
from shared.messages.base import UserName
from shared.models import Account


class AccountRepository(SQLAlchemyAsyncRepository[Account]):
    """Accounts, to be found."""

    model_type = Account


@dataclass(frozen=True)
class ByName(StatementFilter):
    """The accounts after this user name, in the order of the alphabet, and one more than the page has."""

    after: str | None
    limit: int

    def append_to_statement(
        self, statement: StatementTypeT, model: type[Any], *_args: Any, **_kwargs: Any
    ) -> StatementTypeT:
        name = func.lower(model.user_name)
        selected: Any = statement
        if self.after is not None:
            selected = selected.where(name > func.lower(self.after))
        ordered: StatementTypeT = selected.order_by(name).limit(self.limit + 1)
        return ordered


@dataclass(frozen=True)
class People:
    """Looks people up; disabled accounts are not found."""

    engine: AsyncEngine

    async def search(self, text: str, *, limit: int, cursor: str) -> Page[Person]:
        """Return those whose user name contains the text, or whose id it is; `%` and `_` mean themselves."""
        by_name = ByName(read_cursor(cursor, user_name), limit)
        async with reading_session(self.engine) as session:
            repository = AccountRepository(session=session, wrap_exceptions=False)
            rows = await repository.get_many(_matches(text), Account.disabled_at.is_(None), by_name)
        return page_of(rows, limit=limit, view=_view, key=lambda row: row.user_name)

    async def get(self, id_or_name: str) -> Person:
        """Return the person with this id or exactly this user name, case aside. Raises `NotFoundError`."""
        async with reading_session(self.engine) as session:
            repository = AccountRepository(session=session, wrap_exceptions=False)
            row = await repository.get_one_or_none(_is(id_or_name), Account.disabled_at.is_(None))
        if row is None:
            raise NotFoundError
        return _view(row)


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


def _view(row: Account) -> Person:
    return Person(row.id, row.user_name)
