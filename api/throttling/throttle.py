"""Counts in the database what requests take of their shares."""

import math
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import timedelta

from sqlalchemy.ext.asyncio import AsyncEngine

from api.problems import ApiError, ProblemType
from api.throttling.limits import Limits
from shared.clock import Clock
from shared.database import transaction
from shared.throttling.counters import Counters
from shared.throttling.shares import Share


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
        async with transaction(self.engine) as connection:
            counters = await Counters.open(connection, shares, now=self.clock.now())
            wait = counters.take(shares)
            await counters.save()
        if wait is not None:
            raise TooOftenError(wait)

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
        async with transaction(self.engine) as connection:
            counters = await Counters.open(connection, shares, now=self.clock.now())
            counters.give_back(shares)
            await counters.save()
