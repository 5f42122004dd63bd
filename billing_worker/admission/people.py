"""Finds the accounts that requests name."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import NamedTuple
from uuid import UUID

from sqlalchemy import ARRAY, Text, Uuid, bindparam, func, or_, select
from sqlalchemy.ext.asyncio import AsyncConnection

from shared.messages.base import Party
from shared.messages.requests import Authorize
from shared.models import Account


class Person(NamedTuple):
    """An account that exists."""

    account_id: UUID
    user_name: str
    disabled: bool
    relay_only: bool = False
    contacts_only: bool = False
    do_not_disturb: bool = False

    @property
    def party(self) -> Party:
        """Return the account as the other party may see it."""
        return Party(account_id=self.account_id, user_name=self.user_name)


@dataclass(frozen=True, slots=True)
class People:
    """The accounts that a batch of requests names."""

    by_id: dict[UUID, Person]
    by_name: dict[str, Person]

    @classmethod
    def of(cls, persons: Sequence[Person]) -> People:
        """Return these persons to be found by id and, without regard to case, by user name."""
        return cls(
            {person.account_id: person for person in persons},
            {person.user_name.lower(): person for person in persons},
        )

    def caller(self, request: Authorize) -> Person | None:
        """Return who calls, where the account exists and is not disabled."""
        return _able(self.by_id.get(request.caller_id))

    def callee(self, request: Authorize) -> Person | None:
        """Return who is called, where exactly one is named who exists and is not disabled."""
        return _able(self.named(request))

    def named(self, request: Authorize) -> Person | None:
        """Return who is called, disabled or not."""
        match request.callee_id, request.callee_user_name:
            case UUID() as account_id, None:
                return self.by_id.get(account_id)
            case None, str() as user_name:
                return self.by_name.get(user_name.lower())
            case _:
                return None


async def find_people(
    connection: AsyncConnection, requests: Sequence[Authorize], others: Collection[UUID] = ()
) -> People:
    """Return all accounts that these requests name, and the others; disabled ones included."""
    ids = {request.caller_id for request in requests}.union(others)
    ids |= {request.callee_id for request in requests if request.callee_id is not None}
    names = {request.callee_user_name.lower() for request in requests if request.callee_user_name is not None}
    rows = await connection.execute(_FIND, {"ids": list(ids), "names": list(names)})
    return People.of([Person(*row) for row in rows])


def _able(person: Person | None) -> Person | None:
    return None if person is None or person.disabled else person


_FIND = select(
    Account.id,
    Account.user_name,
    Account.disabled_at.is_not(None),
    Account.relay_only,
    Account.calls_from == "contacts",
    Account.do_not_disturb,
).where(
    or_(
        Account.id == bindparam("ids", type_=ARRAY(Uuid)).any_(),
        func.lower(Account.user_name) == bindparam("names", type_=ARRAY(Text)).any_(),
    )
)
