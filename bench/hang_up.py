"""Time from a hang-up, sent on a socket, to its charge, committed in the database and told to the caller.

python -m bench.hang_up
"""

from __future__ import annotations

import asyncio
import time
from collections import defaultdict
from collections.abc import Awaitable, Callable
from contextlib import AsyncExitStack
from dataclasses import dataclass, field
from uuid import UUID

import asyncpg

from bench.command_line import sizes
from bench.floors.bare_path import BarePath, bare_path
from bench.installation import Installation, installation
from bench.measuring import median, percentile
from bench.pairs import Pair, connect_pairs
from bench.people import audit, make_people
from bench.tables import machine_facts, print_table, times
from shared.messages.to_client import Charged
from tests.harness.databases import Database

CHANNEL = "bench_settled"
PERCENTS = (50, 99)


@dataclass(frozen=True, kw_only=True)
class Sizes:
    """How much is measured."""

    rounds: int = 5
    seconds: float = 4
    pairs: int = 80
    rates: tuple[int, ...] = (10, 50, 150)
    """Hang-ups a second."""


QUICK = Sizes(rounds=1, seconds=0.5, pairs=4, rates=(10,))


@dataclass
class Figures:
    """Milliseconds of every round at one rate: from the hang-up to …"""

    floor: list[list[float]] = field(default_factory=list)
    committed: list[list[float]] = field(default_factory=list)
    told: list[list[float]] = field(default_factory=list)
    per_second: list[float] = field(default_factory=list)


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


async def measure(place: Installation, sizes: Sizes) -> dict[int, Figures]:
    """Take turns between the floor and ours, at each rate."""
    ours, floor = await place.database("hang_up"), await place.database("hang_up_floor")
    for database in (ours, floor):
        await make_people(database.owner_url, 2 * sizes.pairs)
    async with AsyncExitStack() as stack:
        talk = await _talk(place, ours, sizes, stack)
        path = await stack.enter_async_context(
            bare_path(database_url=floor.app_url, rabbitmq_url=place.rabbitmq_url)
        )
        figures: dict[int, Figures] = defaultdict(Figures)
        for _ in range(sizes.rounds):
            for rate in sizes.rates:
                await _round(figures[rate], talk, path, sizes, rate=rate)
    for database in (ours, floor):
        await audit(database.owner_url)
    return figures


async def _talk(place: Installation, database: Database, sizes: Sizes, stack: AsyncExitStack) -> Talk:
    await place.use(database)
    await place.talktime("worker")
    await place.talktime("signaling")
    connection = await asyncpg.connect(database.owner_url)
    stack.push_async_callback(connection.close)
    for statement in _NOTIFY:
        await connection.execute(statement)
    pairs = await connect_pairs(sizes.pairs, port=place.settings.signaling_port, signer=place.signer)
    talk = Talk(pairs)
    for pair in pairs:
        stack.callback(pair.caller.close)
        stack.callback(pair.callee.close)
    await connection.add_listener(CHANNEL, talk.heard)
    await talk.begin()
    return talk


async def _round(figures: Figures, talk: Talk, path: BarePath, sizes: Sizes, *, rate: int) -> None:
    floor: list[float] = []
    people = iter(range(1, 1_000_000))

    async def charge() -> None:
        floor.append(await path.charge(next(people) % sizes.pairs + 1) * 1e3)

    await evenly(charge, rate=rate, seconds=sizes.seconds)
    committed: list[float] = []
    told: list[float] = []
    per_second = await evenly(lambda: talk.hang_up((committed, told)), rate=rate, seconds=sizes.seconds)
    figures.floor.append(floor)
    figures.committed.append(committed)
    figures.told.append(told)
    figures.per_second.append(per_second)


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
        print(f"{rate} a second were {median(each.per_second):.0f}")


def _of_rounds(rounds: list[list[float]]) -> list[float]:
    return [median([percentile(each, percent) for each in rounds]) for percent in PERCENTS]


async def main(sizes: Sizes) -> None:
    """Measure and print."""
    async with installation() as place:
        facts = await machine_facts(database_url=place.postgres.owner_url, rabbitmq_url=place.rabbitmq_url)
        print(facts, flush=True)
        show(await measure(place, sizes))


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

if __name__ == "__main__":
    asyncio.run(main(sizes(Sizes(), quick=QUICK)))
