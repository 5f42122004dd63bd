"""How long a message in a call is on its way: within one signaling process, and across two by way of RabbitMQ.

python -m bench.across
"""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field
from time import perf_counter_ns

from bench.command_line import sizes
from bench.installation import Installation, installation
from bench.measuring import median, percentile
from bench.pairs import Pair
from bench.people import make_people
from bench.tables import machine_facts, print_table, times
from shared.messages.from_client import Candidate, IceCandidate
from shared.messages.to_client import PeerCandidate
from tests.harness.ports import free_port

PERCENTS = (50, 99)


@dataclass(frozen=True, kw_only=True)
class Sizes:
    """How much is measured."""

    rounds: int = 7
    messages: int = 500
    """Of each pair in each round, one after another."""


QUICK = Sizes(rounds=1, messages=5)


@dataclass
class Figures:
    """Milliseconds of every round."""

    within: list[list[float]] = field(default_factory=list)
    across: list[list[float]] = field(default_factory=list)


async def measure(place: Installation, sizes: Sizes) -> Figures:
    """Take turns between a pair at one process and a pair at two."""
    database = await place.database("across")
    await make_people(database.owner_url, 4)
    await place.use(database, TALKTIME_TICKET_SECRETS="x" * 32)
    await place.talktime("worker")
    await place.talktime("signaling")
    here, signer = place.settings.signaling_port, place.signer
    there = free_port()
    place.environment = {**place.environment, "TALKTIME_SIGNALING_PORT": str(there)}
    await place.talktime("signaling")
    near = await Pair.connect(1, port=here, signer=signer)
    far = await Pair.connect(2, port=here, callee_port=there, signer=signer)
    for pair in (near, far):
        await pair.call()
    figures = Figures()
    for _ in range(sizes.rounds):
        figures.within.append(await _round(near, sizes.messages))
        figures.across.append(await _round(far, sizes.messages))
    for pair in (near, far):
        pair.caller.close()
        pair.callee.close()
    return figures


async def _round(pair: Pair, messages: int) -> list[float]:
    assert pair.call_id is not None
    candidate = IceCandidate(candidate="candidate:1 1 udp 2122252543 192.0.2.1 49170 typ host")
    passed_ms = []
    for _ in range(messages):
        begun = perf_counter_ns()
        pair.caller.say(Candidate(call_id=pair.call_id, candidate=candidate))
        await pair.callee.expect(PeerCandidate)
        passed_ms.append((perf_counter_ns() - begun) / 1e6)
    return passed_ms


def show(figures: Figures) -> None:
    """Print what was measured."""
    rows = [
        (named, *(f"{median([percentile(each, percent) for each in rounds]):.2f}" for percent in PERCENTS), ratio)
        for named, rounds, ratio in (
            ("within one process", figures.within, ""),
            ("across two", figures.across, times(_ratio(figures))),
        )
    ]
    print_table(("a message in a call, device to device", "p50 ms", "p99 ms", "to within one"), rows)


def _ratio(figures: Figures) -> float:
    return median(
        [median(across) / median(within) for within, across in zip(figures.within, figures.across, strict=True)]
    )


async def main(sizes: Sizes) -> None:
    """Measure and print."""
    async with installation() as place:
        facts = await machine_facts(database_url=place.postgres.owner_url, rabbitmq_url=place.rabbitmq_url)
        print(facts, flush=True)
        show(await measure(place, sizes))


if __name__ == "__main__":
    asyncio.run(main(sizes(Sizes(), quick=QUICK)))
