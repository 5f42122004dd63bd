"""Calls settled per second, from RabbitMQ into PostgreSQL, against pgbench with one transaction a charge.

python -m bench.settle
"""

from __future__ import annotations

import asyncio
from collections import defaultdict
from dataclasses import dataclass, field

import asyncpg

from bench.backlog import connected
from bench.command_line import sizes
from bench.floors.pgbench import charges_per_second
from bench.installation import Installation, installation
from bench.measuring import median
from bench.people import audit, make_people, tidy
from bench.settling import Settling
from bench.tables import machine_facts, print_table, spread, times
from shared.bus.rabbit import RabbitBus
from tests.harness.databases import Database


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
            settling = Settling(place, ours, bus)
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
        settled, told = await settling.backlog(sizes.calls, workers=workers)
        figures.drained[workers].append(settled)
        figures.told[workers].append(told)
    settled, cpu_us = await settling.steady(per_second=sizes.steady_per_second, seconds=sizes.steady_seconds)
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
    rows = []
    for name, each in named.items():
        ratios = [ours / floor for ours, floor in zip(each, figures.floor, strict=True)]
        rows.append((name, f"{median(each):,.0f}", spread(each), times(median(ratios))))
    rows.append(
        (
            f"1 worker, {sizes.steady_per_second:,}/s coming in: charged",
            f"{median(figures.steady):,.0f}",
            spread(figures.steady),
            "",
        )
    )
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
