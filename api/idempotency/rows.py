"""The rows of keys, in one transaction."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Row, bindparam, delete, func, select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncConnection

from api.idempotency.answers import Answer
from api.idempotency.errors import KeyInUseError, KeyReusedError
from api.idempotency.requests import KeyedRequest
from shared.models import IdempotencyKey

_SEED = 20
"""Sets these locks apart from others that are made of a name; it is nothing but a number."""


@dataclass(frozen=True)
class KeyRow:
    """The row of a request's key."""

    connection: AsyncConnection
    keyed: KeyedRequest

    async def take_turn(self) -> None:
        """Keep others from working under the key until the transaction ends.

        Nobody waits for somebody else's work, not even in the database. Raises `KeyInUseError`.
        """
        name = f"{self.keyed.account_id} {self.keyed.key}"
        if not (await self.connection.execute(_TRY, {"name": name})).scalar_one():
            raise KeyInUseError

    async def find(self, *, lock: bool = False) -> Row[Any] | None:
        """Return the row, None where the key is new. Raises `KeyReusedError` for another request's."""
        # In a statement of its own: what was committed until the turn was taken is seen by the next one only.
        row = (await self.connection.execute(_LOCK if lock else _FIND, self._name)).one_or_none()
        if row is not None and (row.route, row.body_hash) != (self.keyed.route, self.keyed.body_hash):
            raise KeyReusedError
        return row

    async def claim(self, subject_id: UUID, *, now: datetime, until: datetime) -> None:
        """Store that the work has begun and is nobody else's until then."""
        new = {**self.keyed._asdict(), "subject_id": subject_id, "started_at": now, "locked_until": until}
        await self.connection.execute(_CLAIM, new)

    async def take_over(self, *, now: datetime, until: datetime) -> bool:
        """Go on with work that was begun and got lost; return whether it is now ours."""
        times = {"now": now, "until": until}
        return bool((await self.connection.execute(_TAKE_OVER, {**self._name, **times})).rowcount)

    async def answer(self, answer: Answer, subject_id: UUID, *, now: datetime) -> None:
        """Store the answer."""
        new = {**self.keyed._asdict(), "subject_id": subject_id, "started_at": now, "locked_until": now}
        said = {"status": answer.status, "location": answer.location, "answer": answer.body}
        await self.connection.execute(_ANSWER, {**new, **said})

    async def let_go(self, claimed_until: datetime, *, now: datetime) -> None:
        """Let the next one go on, unless somebody does already."""
        await self.connection.execute(_LET_GO, {**self._name, "claimed_until": claimed_until, "now": now})

    async def forget(self, claimed_until: datetime) -> None:
        """Remove the row, unless somebody has taken it over: nothing was done under the key."""
        await self.connection.execute(_FORGET, {**self._name, "claimed_until": claimed_until})

    @property
    def _name(self) -> dict[str, Any]:
        return {"of_account": self.keyed.account_id, "of_key": self.keyed.key}


def answer_in(row: Row[Any]) -> Answer | None:
    """Return the answer that is stored, None where the work is not done."""
    return None if row.status is None else Answer(row.status, bytes(row.answer), row.location)


_TRY = select(func.pg_try_advisory_xact_lock(func.hashtextextended(bindparam("name"), _SEED)))
_OF_KEY = (IdempotencyKey.account_id == bindparam("of_account"), IdempotencyKey.key == bindparam("of_key"))
_FIND = select(*IdempotencyKey.__table__.columns).where(*_OF_KEY)
_LOCK = _FIND.with_for_update()
_OPEN = (*_OF_KEY, IdempotencyKey.status.is_(None))
_CLAIM = insert(IdempotencyKey)
_TAKE_OVER = (
    update(IdempotencyKey)
    .where(*_OPEN, IdempotencyKey.locked_until <= bindparam("now"))
    .values(locked_until=bindparam("until"))
)
_new = insert(IdempotencyKey)
_ANSWER = _new.on_conflict_do_update(
    index_elements=["account_id", "key"],
    set_={name: _new.excluded[name] for name in ("status", "location", "answer", "locked_until")},
)
_MINE = (*_OPEN, IdempotencyKey.locked_until == bindparam("claimed_until"))
_LET_GO = update(IdempotencyKey).where(*_MINE).values(locked_until=bindparam("now"))
_FORGET = delete(IdempotencyKey).where(*_MINE)
