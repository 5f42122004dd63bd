"""Pairs that call, hang up and call again, at a rate."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable
from uuid import UUID

import asyncpg

from bench.pairs import Pair
from shared.messages.to_client import Charged

CHANNEL = "bench_settled"


class Talk:
    """Pairs that call, hang up, and call again."""

    def __init__(self, pairs: list[Pair]) -> None:
        self._ready: asyncio.Queue[Pair] = asyncio.Queue()
        self._pairs = pairs
        self._committed: dict[UUID, asyncio.Future[float]] = {}

    async def begin(self) -> None:
        """Have every pair in a call."""
        for pair in self._pairs:
            await self._call(pair)

    def heard(self, *notification: object) -> None:
        """The database has committed a call's charge."""
        committed = self._committed.get(UUID(str(notification[-1])))
        if committed is not None and not committed.done():
            committed.set_result(time.perf_counter())

    async def hang_up(self, figures: tuple[list[float], list[float]]) -> None:
        """End the call of a pair that is in one, add the milliseconds until both events, and call again."""
        pair = await self._ready.get()
        assert pair.call_id is not None
        committed = self._committed[pair.call_id]
        begun = time.perf_counter()
        pair.hang_up()
        await pair.caller.expect(Charged)
        told = time.perf_counter()
        figures[0].append((await committed - begun) * 1e3)
        figures[1].append((told - begun) * 1e3)
        del self._committed[pair.call_id]
        await self._call(pair)

    async def _call(self, pair: Pair) -> None:
        call_id = await pair.call()
        self._committed[call_id] = asyncio.get_running_loop().create_future()
        self._ready.put_nowait(pair)


async def tell_commits(connection: asyncpg.Connection[asyncpg.Record], talk: Talk) -> None:
    """Have the database tell the talk of every charge at its commit."""
    for statement in _NOTIFY:
        await connection.execute(statement)
    await connection.add_listener(CHANNEL, talk.heard)


async def evenly(work: Callable[[], Awaitable[None]], *, rate: int, seconds: float) -> float:
    """Begin the work at this rate, whether what was begun before is done or not; return the rate it came to."""
    begun, count = time.perf_counter(), int(rate * seconds)
    async with asyncio.TaskGroup() as group:
        for number in range(count):
            await asyncio.sleep(max(0, begun + number / rate - time.perf_counter()))
            group.create_task(_finished(work))
    return count / (time.perf_counter() - begun)


async def _finished(work: Callable[[], Awaitable[None]]) -> None:
    await work()


_NOTIFY = (
    f"""
    CREATE FUNCTION tell_bench() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN PERFORM pg_notify('{CHANNEL}', NEW.id::text); RETURN NULL; END $$
    """,
    """
    CREATE TRIGGER tell_bench AFTER UPDATE OF settled_at ON calls FOR EACH ROW
    WHEN (OLD.settled_at IS NULL AND NEW.settled_at IS NOT NULL) EXECUTE FUNCTION tell_bench()
    """,
)
