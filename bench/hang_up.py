"""Time from a hang-up, sent on a socket, to its charge, committed in the database and told to the caller.

python -m bench.hang_up
"""

from __future__ import annotations

import asyncio
from collections import defaultdict
from contextlib import AsyncExitStack
from dataclasses import dataclass, field

import asyncpg

from bench.command_line import sizes
from bench.floors.bare_path import BarePath, bare_path
from bench.installation import Installation, installation
from bench.measuring import cpu_seconds, median, percentile
from bench.pairs import connect_pairs
from bench.people import audit, make_people
from bench.tables import machine_facts, print_table, times
from bench.talk import Talk, evenly, tell_commits
from tests.harness.databases import Database
from tests.harness.programs import Program

PERCENTS = (50, 99)


@dataclass(frozen=True, kw_only=True)
class Sizes:
    """How much is measured."""

    rounds: int = 5
    seconds: float = 4
    pairs: int = 80
    rates: tuple[int, ...] = (10, 50, 100)
    """Hang-ups a second."""


QUICK = Sizes(rounds=1, seconds=0.5, pairs=4, rates=(10,))


@dataclass
class Figures:
    """Milliseconds of every round at one rate: from the hang-up to …"""

    floor: list[list[float]] = field(default_factory=list)
    committed: list[list[float]] = field(default_factory=list)
    told: list[list[float]] = field(default_factory=list)
    per_second: list[float] = field(default_factory=list)
    worker_cpu_ms: list[float] = field(default_factory=list)
    signaling_cpu_ms: list[float] = field(default_factory=list)
    """Of a whole call, from the invite to the last notice."""


async def measure(place: Installation, sizes: Sizes) -> dict[int, Figures]:
    """Take turns between the floor and ours, at each rate."""
    ours, floor = await place.database("hang_up"), await place.database("hang_up_floor")
    for database in (ours, floor):
        await make_people(database.owner_url, 2 * sizes.pairs)
    async with AsyncExitStack() as stack:
        worker, signaling, talk = await _talk(place, ours, sizes, stack)
        path = await stack.enter_async_context(
            bare_path(database_url=floor.app_url, rabbitmq_url=place.rabbitmq_url)
        )
        figures: dict[int, Figures] = defaultdict(Figures)
        for _ in range(sizes.rounds):
            for rate in sizes.rates:
                await _floor_round(figures[rate], path, sizes, rate=rate)
                begun = cpu_seconds(worker.pid), cpu_seconds(signaling.pid)
                calls = await _round(figures[rate], talk, sizes, rate=rate)
                figures[rate].worker_cpu_ms.append((cpu_seconds(worker.pid) - begun[0]) / calls * 1e3)
                figures[rate].signaling_cpu_ms.append((cpu_seconds(signaling.pid) - begun[1]) / calls * 1e3)
    for database in (ours, floor):
        await audit(database.owner_url)
    return figures


async def _talk(
    place: Installation, database: Database, sizes: Sizes, stack: AsyncExitStack
) -> tuple[Program, Program, Talk]:
    await place.use(database)
    worker, signaling = await place.talktime("worker"), await place.talktime("signaling")
    connection = await asyncpg.connect(database.owner_url)
    stack.push_async_callback(connection.close)
    pairs = await connect_pairs(sizes.pairs, port=place.settings.signaling_port, signer=place.signer)
    talk = Talk(pairs)
    for pair in pairs:
        stack.callback(pair.caller.close)
        stack.callback(pair.callee.close)
    await tell_commits(connection, talk)
    await talk.begin()
    return worker, signaling, talk


async def _floor_round(figures: Figures, path: BarePath, sizes: Sizes, *, rate: int) -> None:
    floor: list[float] = []
    people = iter(range(1, 1_000_000))

    async def charge() -> None:
        floor.append(await path.charge(next(people) % sizes.pairs + 1) * 1e3)

    await evenly(charge, rate=rate, seconds=sizes.seconds)
    figures.floor.append(floor)


async def _round(figures: Figures, talk: Talk, sizes: Sizes, *, rate: int) -> int:
    """Return how many calls there were."""
    committed: list[float] = []
    told: list[float] = []
    per_second = await evenly(lambda: talk.hang_up((committed, told)), rate=rate, seconds=sizes.seconds)
    figures.committed.append(committed)
    figures.told.append(told)
    figures.per_second.append(per_second)
    return len(committed)


def show(figures: dict[int, Figures]) -> None:
    """Print what was measured."""
    rows = []
    for rate, each in figures.items():
        floor = _of_rounds(each.floor)
        rows.append((f"{rate}/s: bare path (the floor)", *(f"{ms:.1f}" for ms in floor), "", ""))
        for name, measured in (("charge committed", each.committed), ("caller told", each.told)):
            ours = _of_rounds(measured)
            ratios = [times(ms / least) for ms, least in zip(ours, floor, strict=True)]
            rows.append((f"{rate}/s: hang-up to {name}", *(f"{ms:.1f}" for ms in ours), *ratios))
    head = ("hang-ups a second", *(f"p{percent} ms" for percent in PERCENTS))
    print_table((*head, *(f"p{percent} to the floor" for percent in PERCENTS)), rows)
    for rate, each in figures.items():
        print(
            f"{rate} a second were {median(each.per_second):.0f}; CPU of a whole call: worker "
            f"{median(each.worker_cpu_ms):.1f} ms, signaling {median(each.signaling_cpu_ms):.1f} ms"
        )


def _of_rounds(rounds: list[list[float]]) -> list[float]:
    return [median([percentile(each, percent) for each in rounds]) for percent in PERCENTS]


async def main(sizes: Sizes) -> None:
    """Measure and print."""
    async with installation() as place:
        facts = await machine_facts(database_url=place.postgres.owner_url, rabbitmq_url=place.rabbitmq_url)
        print(facts, flush=True)
        show(await measure(place, sizes))


if __name__ == "__main__":
    asyncio.run(main(sizes(Sizes(), quick=QUICK)))
