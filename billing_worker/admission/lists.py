"""Who is on whose blocklist, and in whose contacts."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import ARRAY, Select, Uuid, bindparam, literal, select, union_all
from sqlalchemy.ext.asyncio import AsyncConnection

from billing_worker.admission.people import Person
from shared.models import BlocklistEntry, Contact

Pair = tuple[UUID, UUID]
"""Whose list, and who is on it."""


@dataclass(frozen=True, slots=True)
class Lists:
    """What the people of a batch have of one another on their lists."""

    blocklists: frozenset[Pair] = frozenset()
    contacts: frozenset[Pair] = frozenset()

    @classmethod
    async def read(cls, connection: AsyncConnection, account_ids: Collection[UUID]) -> Lists:
        """Return the entries that are between these accounts."""
        if not account_ids:
            return cls()
        rows = (await connection.execute(_READ, {"ids": list(account_ids)})).all()
        return cls(
            frozenset((row.account_id, row.listed_id) for row in rows if row.is_blocked),
            frozenset((row.account_id, row.listed_id) for row in rows if not row.is_blocked),
        )

    def blocks(self, person: Person, other: Person) -> bool:
        """Whether the other one is on this person's blocklist."""
        return (person.account_id, other.account_id) in self.blocklists

    def takes_calls(self, callee: Person, *, caller: Person) -> bool:
        """Whether the callee wants to be called by this caller."""
        if self.blocks(callee, caller):
            return False
        return not callee.contacts_only or (callee.account_id, caller.account_id) in self.contacts


def _between(model: type[BlocklistEntry | Contact], *, is_blocked: bool) -> Select[UUID, UUID, bool]:
    ids = bindparam("ids", type_=ARRAY(Uuid))
    entries = select(model.account_id, model.listed_id, literal(is_blocked).label("is_blocked"))
    return entries.where(model.account_id == ids.any_(), model.listed_id == ids.any_())


_READ = union_all(_between(BlocklistEntry, is_blocked=True), _between(Contact, is_blocked=False))
