"""The generic cell rate algorithm over locked rows: one time stamp a share. Lock, decide, write."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from sqlalchemy import ARRAY, DateTime, Text, bindparam, delete, select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncConnection

from shared.models import Throttle
from shared.throttling.shares import Share
from shared.unnest import array, unnested

SWEPT_PER_SHARE = 5
"""Rows of no more use that are removed for each share that is counted, which adds one row at the most."""


@dataclass(slots=True)
class Counters:
    """The shares of one transaction. Pure but for `open` and `save`; `free_at` says when a share is whole again."""

    connection: AsyncConnection
    now: datetime
    free_at: dict[str, datetime]
    changed: set[str] = field(default_factory=set)

    @classmethod
    async def open(cls, connection: AsyncConnection, shares: Collection[Share], *, now: datetime) -> Counters:
        """Lock these shares until the transaction ends, in the order of their keys, so that nothing deadlocks."""
        keys = sorted({share.key for share in shares})
        if not keys:
            return cls(connection, now, {})
        rows = await connection.execute(_LOCK, array("key", keys) | array("free_at", [now] * len(keys)))
        return cls(connection, now, {row.key: row.free_at for row in rows})

    def take(self, shares: Sequence[Share]) -> timedelta | None:
        """Take one of each share; or none, and return how long to wait. What is refused is not counted."""
        taken = {share.key: max(self.free_at[share.key], self.now) + share.rate.each for share in shares}
        wait = max((taken[share.key] - share.rate.span - self.now for share in shares), default=timedelta(0))
        if wait > timedelta(0):
            return wait
        self._set(taken)
        return None

    def give_back(self, shares: Sequence[Share]) -> None:
        """Undo a `take`, be it another transaction's."""
        self._set({share.key: self.free_at[share.key] - share.rate.each for share in shares})

    async def save(self) -> None:
        """Write what changed, then remove some rows that are of no more use, whoever's they were."""
        if not self.free_at:
            return
        sweep = {"now": self.now, "kept": list(self.free_at), "most": SWEPT_PER_SHARE * len(self.free_at)}
        values = array("key", list(self.changed)) | array("free_at", [self.free_at[key] for key in self.changed])
        await self.connection.execute(_WRITE_AND_SWEEP, values | sweep)

    def _set(self, free_at: dict[str, datetime]) -> None:
        self.free_at |= free_at
        self.changed |= free_at.keys()


_TABLE = Throttle.metadata.tables[Throttle.__tablename__]
_COLUMNS = ["key", "free_at"]
_new = unnested(_TABLE, _COLUMNS)
_inserted = insert(_TABLE).from_select(_COLUMNS, _new.select().order_by(_new.c.key))
# Changes nothing, but locks the row and returns it, whether it was there or not.
_LOCK = _inserted.on_conflict_do_update(
    index_elements=[_TABLE.c.key], set_={"free_at": _TABLE.c.free_at}
).returning(_TABLE.c.key, _TABLE.c.free_at)
# All locks that are waited for are held by now, those of others are skipped: no deadlock comes of it.
_useless = (
    select(_TABLE.c.key)
    .where(
        _TABLE.c.free_at < bindparam("now", type_=DateTime(timezone=True)),
        _TABLE.c.key != bindparam("kept", type_=ARRAY(Text)).all_(),
    )
    .order_by(_TABLE.c.free_at)
    .limit(bindparam("most"))
    .with_for_update(skip_locked=True)
)
_sweep = delete(_TABLE).where(_TABLE.c.key.in_(_useless)).cte("swept")
_WRITE_AND_SWEEP = update(_TABLE).where(_TABLE.c.key == _new.c.key).values(free_at=_new.c.free_at).add_cte(_sweep)
