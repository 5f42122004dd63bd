"""Counts in the database, by the generic cell rate algorithm: one time stamp a share, one statement an act."""

import math
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import DateTime, Delete, delete, func, literal, select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from api.problems import ApiError, ProblemType
from api.throttling.limits import Limits, Share
from shared.clock import Clock
from shared.database import autocommitting
from shared.models import Throttle

SWEPT_MAX = 20
"""Rows of no more use that one act removes; it adds fewer."""


class TooOftenError(ApiError):
    """Too much of this was done from there, or by this account, in the last minutes; it says when to come back."""

    problem_type = ProblemType.TOO_MANY_REQUESTS

    def __init__(self, wait: timedelta) -> None:
        seconds = max(1, math.ceil(wait.total_seconds()))
        super().__init__(f"Too often: try again in {seconds} s.", headers={"Retry-After": str(seconds)})


@dataclass(frozen=True)
class Throttling:
    """Takes from shares, and gives back."""

    engine: AsyncEngine
    clock: Clock
    limits: Limits

    async def take(self, shares: Sequence[Share]) -> None:
        """Take one of each share, or none and raise `TooOftenError`; what is refused is not counted."""
        now = self.clock.now()
        async with autocommitting(self.engine) as connection:
            await connection.execute(_sweep(now))
            for place, share in enumerate(shares):
                if not await _take(connection, share, now):
                    for taken in shares[:place]:
                        await _give_back(connection, taken)
                    raise TooOftenError(await _wait(connection, share, now))

    @asynccontextmanager
    async def failures(self, shares: Sequence[Share], *, of: type[ApiError]) -> AsyncIterator[None]:
        """Take for as long as the block runs; only a failure of this kind is counted.

        Taken before it is known how the block ends: a thousand tries at once count like one after another.
        """
        await self.take(shares)
        try:
            yield
        except of:
            raise
        except BaseException:
            await self._give_back(shares)
            raise
        await self._give_back(shares)

    async def _give_back(self, shares: Sequence[Share]) -> None:
        async with autocommitting(self.engine) as connection:
            for share in shares:
                await _give_back(connection, share)


async def _take(connection: AsyncConnection, share: Share, now: datetime) -> bool:
    taken = insert(Throttle).values(key=share.key, free_at=now + share.rate.each)
    free_at = func.greatest(Throttle.free_at, now) + share.rate.each
    statement = taken.on_conflict_do_update(
        index_elements=[Throttle.key],
        set_={"free_at": free_at},
        where=free_at <= literal(now + share.rate.span, DateTime(timezone=True)),
    )
    return (await connection.execute(statement.returning(Throttle.key))).first() is not None


async def _give_back(connection: AsyncConnection, share: Share) -> None:
    statement = update(Throttle).where(Throttle.key == share.key)
    await connection.execute(statement.values(free_at=Throttle.free_at - share.rate.each))


async def _wait(connection: AsyncConnection, share: Share, now: datetime) -> timedelta:
    found = await connection.execute(select(Throttle.free_at).where(Throttle.key == share.key))
    free_at: datetime = found.scalar_one_or_none() or now
    return free_at + share.rate.each - share.rate.span - now


def _sweep(now: datetime) -> Delete:
    useless = select(Throttle.key).where(Throttle.free_at < now).order_by(Throttle.free_at).limit(SWEPT_MAX)
    return delete(Throttle).where(Throttle.key.in_(useless.with_for_update(skip_locked=True)))
