"""Calls settled per second, from RabbitMQ into PostgreSQL, against pgbench with one transaction a charge.

python -m bench.settle
"""

from __future__ import annotations

import asyncio
import signal
import time
from collections import defaultdict
from dataclasses import dataclass, field

import asyncpg

from bench.backlog import authorize, connected, publish
from bench.command_line import sizes
from bench.floors.pgbench import charges_per_second
from bench.installation import Installation, installation
from bench.measuring import cpu_seconds, median
from bench.people import audit, make_people, tidy
from bench.tables import machine_facts, print_table, spread, times
from shared.bus.rabbit import RabbitBus
from shared.messages.events import CallEnded
from tests.harness.databases import Database

POLL_SECONDS = 0.01
SETTLED_SECONDS_MAX = 120
STEADY_TICK_SECONDS = 0.02
UNSETTLED = "calls WHERE settled_at IS NULL"
WARM_UP_CALLS, WARM_UP_BATCHES = 20, 3


@dataclass(frozen=True, kw_only=True)
class Sizes:
    """How much is measured."""

    rounds: int = 5
    calls: int = 10_000
    """Calls of one backlog; twice as many people."""
    workers: tuple[int, ...] = (1, 2)
    """Processes that a backlog is given to."""
    pgbench_seconds: int = 5
    steady_per_second: int = 1_500
    steady_seconds: int = 4


QUICK = Sizes(rounds=1, calls=200, workers=(1,), pgbench_seconds=1, steady_per_second=50, steady_seconds=1)


@dataclass
class Figures:
    """Of every round."""

    floor: list[float] = field(default_factory=list)
    drained: dict[int, list[float]] = field(default_factory=lambda: defaultdict(list))
    told: dict[int, list[float]] = field(default_factory=lambda: defaultdict(list))
    steady: list[float] = field(default_factory=list)
    steady_cpu_us: list[float] = field(default_factory=list)


class Settling:
    """The workers, and calls for them."""

    def __init__(self, place: Installation, database: Database, sizes: Sizes, bus: RabbitBus) -> None:
        self._place = place
        self._database = database
        self._sizes = sizes
        self._bus = bus
        self._calls_made = 0

    async def backlog(self, workers: int) -> tuple[float, float]:
        """Return how many of a backlog were settled per second, and how many with their notices published."""
        programs = [await self._place.talktime("worker") for _ in range(workers)]
        connection = await asyncpg.connect(self._database.owner_url)
        try:
            await self._warm_up(connection)
            events = await self._ended(connection, self._sizes.calls)
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

    async def steady(self) -> tuple[float, float]:
        """Return how many were settled per second while they come in evenly, and a worker's CPU µs for each."""
        program = await self._place.talktime("worker")
        connection = await asyncpg.connect(self._database.owner_url)
        try:
            await self._warm_up(connection)
            events = await self._ended(connection, self._sizes.steady_per_second * self._sizes.steady_seconds)
            begun, begun_cpu = time.perf_counter(), cpu_seconds(program.pid)
            await self._evenly(events)
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

    async def _evenly(self, events: list[CallEnded]) -> None:
        begun, sent = time.perf_counter(), 0
        async with asyncio.TaskGroup() as publishing:
            while sent < len(events):
                due = int((time.perf_counter() - begun) * self._sizes.steady_per_second)
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


async def measure(place: Installation, sizes: Sizes) -> Figures:
    """Take turns: the floor, a backlog for one worker, for two, and a steady stream."""
    figures = Figures()
    people = 2 * max(sizes.calls, sizes.steady_per_second * sizes.steady_seconds)
    ours, floor = await place.database("settle"), await place.database("settle_floor")
    for database in (ours, floor):
        await make_people(database.owner_url, people)
    await place.use(ours)
    bus = RabbitBus(place.rabbitmq_url, publish_timeout_ms=60_000)
    await bus.start()
    try:
        async with connected(place.rabbitmq_url, people // 2):
            settling = Settling(place, ours, sizes, bus)
            for run in range(sizes.rounds):
                await _round(figures, settling, floor, sizes, people=people, run=run)
    finally:
        await bus.close()
    for database in (ours, floor):
        await audit(database.owner_url)
    return figures


async def _round(
    figures: Figures, settling: Settling, floor: Database, sizes: Sizes, *, people: int, run: int
) -> None:
    connection = await asyncpg.connect(floor.owner_url)
    await tidy(connection)
    await connection.close()
    seconds = sizes.pgbench_seconds
    figures.floor.append(await charges_per_second(floor.app_url, people=people, run=run, seconds=seconds))
    for workers in sizes.workers:
        settled, told = await settling.backlog(workers)
        figures.drained[workers].append(settled)
        figures.told[workers].append(told)
    settled, cpu_us = await settling.steady()
    figures.steady.append(settled)
    figures.steady_cpu_us.append(cpu_us)


def show(figures: Figures, sizes: Sizes) -> None:
    """Print what was measured."""
    named = {
        "pgbench, one transaction a charge, 8 clients (the floor)": figures.floor,
    }
    for workers in sizes.workers:
        named[f"{workers} worker(s), a backlog: charged"] = figures.drained[workers]
        named[f"{workers} worker(s), a backlog: charged and told"] = figures.told[workers]
    named[f"1 worker, {sizes.steady_per_second:,}/s coming in: charged"] = figures.steady
    rows = []
    for name, each in named.items():
        ratios = [ours / floor for ours, floor in zip(each, figures.floor, strict=True)]
        rows.append((name, f"{median(each):,.0f}", spread(each), times(median(ratios))))
    print_table(("calls a second", "median", "of all rounds", "to the floor"), rows)
    print(f"A worker's CPU a call while they come in, notices included: {median(figures.steady_cpu_us):,.0f} µs")


async def main(sizes: Sizes) -> None:
    """Measure and print."""
    async with installation() as place:
        facts = await machine_facts(database_url=place.postgres.owner_url, rabbitmq_url=place.rabbitmq_url)
        print(facts, flush=True)
        show(await measure(place, sizes), sizes)


if __name__ == "__main__":
    asyncio.run(main(sizes(Sizes(), quick=QUICK)))
