"""The call rows of one transaction: locked, changed in memory, saved with one update and one insert.

Call rows are locked before wallets, each in the order of their ids: everywhere, so that nothing ever deadlocks.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import ARRAY, Executable, Uuid, bindparam, select, update
from sqlalchemy.dialects.postgresql import insert as postgresql_insert
from sqlalchemy.ext.asyncio import AsyncConnection

from shared.failpoints import Failpoint, failpoint
from shared.messages.base import CallTerms, EndReason
from shared.models import Call
from shared.unnest import arrays, unnested


class CallsOvertakenError(Exception):
    """Somebody inserted one of our new calls first: roll back and do everything again, over their row."""


@dataclass(slots=True, kw_only=True)
class OpenCall:
    """A call row, as it will be saved."""

    id: UUID
    caller_id: UUID
    callee_id: UUID | None
    node: str
    price_minor: int
    authorized_at: datetime
    lease_ends_at: datetime
    minutes_held: int = 0
    proof_talk_ms: int = 0
    started_at: datetime | None = None
    ended_at: datetime | None = None
    talk_ms: int | None = None
    minutes: int | None = None
    charge_minor: int | None = None
    reason: str | None = None
    settled_at: datetime | None = None
    end_asked_at: datetime | None = None
    """Written by operators alone."""
    hidden_from_caller: bool = False
    minute_ms: int
    free_ms: int = 0
    grace_ms: int = 0
    earning_share_bp: int = 0
    earned_minor: int = 0
    refunded_minor: int = 0
    refund_count: int = 0
    epoch: int = 1
    ended_here: bool = False
    """Whether billing itself ended it: nobody else tells of that."""
    taken_over_here: bool = False
    """Whether another node got it just now."""
    shrank: bool = False
    """Whether it ended before, and now turns out to have been shorter."""
    is_new: bool = False
    changed: bool = False

    @property
    def terms(self) -> CallTerms:
        """What the call is charged by."""
        return CallTerms(
            minute_ms=self.minute_ms,
            free_ms=self.free_ms,
            grace_ms=self.grace_ms,
            earning_share_bp=self.earning_share_bp,
            authorized_at=self.authorized_at,
        )

    @property
    def paid_ms(self) -> int:
        """The talk time that what is held pays for."""
        return self.free_ms + self.minutes_held * self.minute_ms

    def hold_minute(self, *, now: datetime) -> None:
        """One more minute is held; the lease now ends when the talk time that is held has passed."""
        self.minutes_held += 1
        self.lease(now=now)

    def lease(self, *, now: datetime) -> None:
        """Let the lease end when the talk time that is held and not yet proven has passed from now on."""
        self.lease_ends_at = now + timedelta(milliseconds=self.paid_ms - self.proof_talk_ms)
        self.changed = True

    def prove(self, talk_ms: int) -> None:
        """The parties were alive at this talk time; what is beyond the held minutes proves no more than these."""
        proof = min(talk_ms, self.paid_ms)
        if proof > self.proof_talk_ms:
            self.proof_talk_ms = proof
            self.changed = True

    def owned_by(self, node: str, *, epoch: int) -> None:
        """The node owns the call as the `epoch`-th, unless a later one does already."""
        if epoch > self.epoch:
            self.node, self.epoch = node, epoch
            self.changed = True

    def end(self, talk_ms: int, *, reason: EndReason, ended_at: datetime) -> None:
        """The call ended: the first word on it gives the reason, the smallest the talk time."""
        if self.talk_ms is None:
            self.talk_ms, self.reason, self.ended_at = talk_ms, reason.value, ended_at
            self.changed = True
        elif talk_ms < self.talk_ms:
            self.talk_ms = talk_ms
            self.shrank = self.changed = True

    def settle(self, minutes: int, *, now: datetime) -> None:
        """These minutes are paid, and the row is complete; only a refund follows, if anything."""
        self.minutes, self.charge_minor = minutes, minutes * self.price_minor
        self.settled_at = self.settled_at or now
        self.changed = True


@dataclass(slots=True)
class Calls:
    """The calls of one transaction: `rows` are locked or new, `seen` are only read."""

    connection: AsyncConnection
    rows: dict[UUID, OpenCall]
    seen: dict[UUID, OpenCall] = field(default_factory=dict)

    @classmethod
    async def open(cls, connection: AsyncConnection, call_ids: Collection[UUID]) -> Calls:
        """Lock these calls until the transaction ends; unknown ones are left out of `rows`."""
        return cls(connection, await _read(connection, _LOCK, call_ids))

    async def look_at(self, call_ids: Collection[UUID]) -> None:
        """Read further calls into `seen`, without a lock."""
        self.seen = await _read(self.connection, _READ, set(call_ids) - self.rows.keys())

    def get(self, call_id: UUID | None) -> OpenCall | None:
        """Return a call that is locked, new or seen."""
        return None if call_id is None else self.rows.get(call_id) or self.seen.get(call_id)

    def add(self, call: OpenCall) -> OpenCall:
        """Have a new call inserted at the save."""
        call.is_new = True
        self.rows[call.id] = call
        return call

    async def save(self) -> None:
        """Write what changed and what is new. Raises `CallsOvertakenError`."""
        changed = [call for call in self.rows.values() if call.changed and not call.is_new]
        if changed:
            await self.connection.execute(_UPDATE, arrays(changed, ["id", *_UPDATED]))
            await failpoint(Failpoint.CALLS_UPDATED)
        # In the order of their ids: two transactions that insert the same calls wait for each other one way.
        new = sorted((call for call in self.rows.values() if call.is_new), key=lambda call: call.id)
        if new:
            inserted = await self.connection.execute(_INSERT, arrays(new, _COLUMNS))
            if inserted.rowcount != len(new):
                raise CallsOvertakenError(f"{len(new) - inserted.rowcount} calls were inserted by somebody else")


_TABLE = Call.metadata.tables[Call.__tablename__]
_COLUMNS = [column.name for column in _TABLE.columns]
_UPDATED = [
    "node",
    "epoch",
    "minutes_held",
    "proof_talk_ms",
    "lease_ends_at",
    "started_at",
    "ended_at",
    "talk_ms",
    "minutes",
    "charge_minor",
    "reason",
    "settled_at",
    "earned_minor",
    "refunded_minor",
    "refund_count",
]

_READ = select(*_TABLE.columns).where(_TABLE.c.id == bindparam("ids", type_=ARRAY(Uuid)).any_())
_LOCK = _READ.order_by(_TABLE.c.id).with_for_update(key_share=True)

_new_values = unnested(_TABLE, ["id", *_UPDATED])
_UPDATE = (
    update(_TABLE)
    .where(_TABLE.c.id == _new_values.c.id)
    .values({name: _new_values.c[name] for name in _UPDATED})
    .execution_options(synchronize_session=False)
)
_INSERT = (
    postgresql_insert(_TABLE)
    .from_select(_COLUMNS, unnested(_TABLE, _COLUMNS).select())
    .on_conflict_do_nothing(index_elements=["id"])
)


async def _read(
    connection: AsyncConnection, statement: Executable, call_ids: Collection[UUID]
) -> dict[UUID, OpenCall]:
    if not call_ids:
        return {}
    rows = await connection.execute(statement, {"ids": sorted(call_ids)})
    calls = [OpenCall(**dict(zip(_COLUMNS, row, strict=True))) for row in rows]
    return {call.id: call for call in calls}
