"""Workers, and ended calls for them to settle."""

from __future__ import annotations

import asyncio
import signal
import time

import asyncpg

from bench.backlog import authorize, publish
from bench.installation import Installation
from bench.measuring import cpu_seconds
from shared.bus.rabbit import RabbitBus
from shared.messages.events import CallEnded
from tests.harness.databases import Database

POLL_SECONDS = 0.01
SETTLED_SECONDS_MAX = 120
STEADY_TICK_SECONDS = 0.02
UNSETTLED = "calls WHERE settled_at IS NULL"
WARM_UP_CALLS, WARM_UP_BATCHES = 20, 3


class Settling:
    """The workers, and calls for them."""

    def __init__(self, place: Installation, database: Database, bus: RabbitBus) -> None:
        self._place = place
        self._database = database
        self._bus = bus
        self._calls_made = 0

    async def backlog(self, count: int, *, workers: int) -> tuple[float, float]:
        """Return how many of a backlog were settled per second, and how many with their notices published."""
        programs = [await self._place.talktime("worker") for _ in range(workers)]
        connection = await asyncpg.connect(self._database.owner_url)
        try:
            await self._warm_up(connection)
            events = await self._ended(connection, count)
            for program in programs:
                program.send(signal.SIGSTOP)
            await publish(self._bus, events)
            begun = time.perf_counter()
            for program in programs:
                program.send(signal.SIGCONT)
            settled = await _gone(connection, UNSETTLED) - begun
            told = await _gone(connection, "outbox") - begun
        finally:
            await connection.close()
            await self._place.stop(*programs)
        return len(events) / settled, len(events) / told

    async def steady(self, *, per_second: int, seconds: int) -> tuple[float, float]:
        """Return how many were settled per second while they come in evenly, and a worker's CPU µs for each."""
        program = await self._place.talktime("worker")
        connection = await asyncpg.connect(self._database.owner_url)
        try:
            await self._warm_up(connection)
            events = await self._ended(connection, per_second * seconds)
            begun, begun_cpu = time.perf_counter(), cpu_seconds(program.pid)
            await self._evenly(events, per_second)
            settled = await _gone(connection, UNSETTLED) - begun
            await _gone(connection, "outbox")
            cpu = cpu_seconds(program.pid) - begun_cpu
        finally:
            await connection.close()
            await self._place.stop(program)
        return len(events) / settled, cpu / len(events) * 1e6

    async def _warm_up(self, connection: asyncpg.Connection[asyncpg.Record]) -> None:
        """Have the workers' statements prepared: that happens once in their lives."""
        for _ in range(WARM_UP_BATCHES):
            await publish(self._bus, await self._ended(connection, WARM_UP_CALLS))
            await _gone(connection, UNSETTLED)
        await _gone(connection, "outbox")

    async def _ended(self, connection: asyncpg.Connection[asyncpg.Record], count: int) -> list[CallEnded]:
        events = await authorize(connection, self._calls_made, count)
        self._calls_made += count
        return events

    async def _evenly(self, events: list[CallEnded], per_second: int) -> None:
        begun, sent = time.perf_counter(), 0
        async with asyncio.TaskGroup() as publishing:
            while sent < len(events):
                due = int((time.perf_counter() - begun) * per_second)
                if due > sent:
                    publishing.create_task(publish(self._bus, events[sent:due]))
                    sent = min(due, len(events))
                await asyncio.sleep(STEADY_TICK_SECONDS)


async def _gone(connection: asyncpg.Connection[asyncpg.Record], rows: str) -> float:
    """Return when there are no such rows any more."""
    async with asyncio.timeout(SETTLED_SECONDS_MAX):
        while await connection.fetchval(  # noqa: ASYNC110 - the database tells nobody of this
            f"SELECT EXISTS (SELECT FROM {rows})"
        ):
            await asyncio.sleep(POLL_SECONDS)
    return time.perf_counter()
