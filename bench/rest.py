"""CPU of the API for a request, against bare handlers that check and query the same.

python -m bench.rest
"""

from __future__ import annotations

import asyncio
import sys
from collections import defaultdict
from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from bench.command_line import sizes
from bench.http_load import send_all
from bench.installation import Installation, installation
from bench.measuring import cpu_seconds, median, pin_server, pinned_client
from bench.people import audit, make_people
from bench.requests_made import PEOPLE, Requests
from bench.tables import machine_facts, print_table, spread, times
from tests.harness.databases import Database
from tests.harness.ports import free_port
from tests.harness.programs import Program

OURS, CORE, ASYNCPG = "the API", "bare ASGI and SQLAlchemy Core", "bare ASGI and asyncpg"


@dataclass(frozen=True, kw_only=True)
class Sizes:
    """How much is measured."""

    rounds: int = 7
    requests: int = 2_000


QUICK = Sizes(rounds=1, requests=40)

Kinds = dict[str, Callable[[Database, int], Awaitable[list[bytes]]]]
"""What makes so many requests of each kind, for the people of a database."""
Figures = dict[str, dict[str, list[float]]]
"""CPU µs a request, of every round, by request and by server."""


@dataclass(frozen=True)
class Server:
    """One of the servers, with a database of its own."""

    name: str
    program: Program
    port: int
    database: Database

    async def cost_us(self, requests: list[bytes]) -> float:
        """Return the CPU µs a request."""
        begun = cpu_seconds(self.program.pid)
        await send_all(self.port, requests)
        return (cpu_seconds(self.program.pid) - begun) / len(requests) * 1e6


async def servers(place: Installation) -> list[Server]:
    """Start the API and both floors, on one core: they are asked one after another."""
    database = await _database(place, "rest")
    await place.use(database)
    started = [
        Server(OURS, await place.talktime("api"), place.settings.api_port, database),
        await _floor(place, CORE, "core"),
        await _floor(place, ASYNCPG, "asyncpg"),
    ]
    for server in started:
        pin_server(server.program.pid)
    return started


async def _floor(place: Installation, name: str, driver: str) -> Server:
    database, port = await _database(place, f"rest_{driver}"), free_port()
    environment = {
        **place.environment,
        "TALKTIME_DATABASE_URL": database.app_url,
        "TALKTIME_API_PORT": str(port),
    }
    program = await place.run(sys.executable, "-m", "bench.floors.rest", driver, environment=environment)
    await program.says("the bare API is ready")
    return Server(name, program, port, database)


async def _database(place: Installation, name: str) -> Database:
    database = await place.database(name)
    await make_people(database.owner_url, PEOPLE)
    return database


async def measure(place: Installation, sizes: Sizes) -> Figures:
    """Take turns between all servers, for each kind of request; a first round only warms up."""
    started = await servers(place)
    made = Requests(place)
    kinds: Kinds = {
        "GET /v1/me": made.me,
        "POST /v1/payments": made.payments,
        "POST /v1/webhooks/sandbox": made.webhooks,
    }
    figures = _figures()
    with pinned_client():
        await _round(_figures(), started, kinds, sizes.requests)
        for _ in range(sizes.rounds):
            await _round(figures, started, kinds, sizes.requests)
    for server in started:
        await audit(server.database.owner_url)
    return figures


async def _round(figures: Figures, started: list[Server], kinds: Kinds, count: int) -> None:
    for kind, make in kinds.items():
        for server in started:
            figures[kind][server.name].append(await server.cost_us(await make(server.database, count)))


def _figures() -> Figures:
    return defaultdict(lambda: defaultdict(list))


def show(figures: Figures) -> None:
    """Print what was measured."""
    rows = []
    for kind, by_server in figures.items():
        ours = by_server[OURS]
        for name, each in by_server.items():
            ratios = [mine / least for mine, least in zip(ours, each, strict=True)]
            ratio = "" if name == OURS else times(median(ratios))
            rows.append((f"{kind}: {name}", f"{median(each):.0f}", spread(each), ratio))
    print_table(("request", "CPU µs", "of all rounds", "the API to it"), rows)


async def main(sizes: Sizes) -> None:
    """Measure and print."""
    async with installation() as place:
        facts = await machine_facts(database_url=place.postgres.owner_url, rabbitmq_url=place.rabbitmq_url)
        print(facts, flush=True)
        show(await measure(place, sizes))


if __name__ == "__main__":
    asyncio.run(main(sizes(Sizes(), quick=QUICK)))
