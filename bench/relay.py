"""CPU of signaling for a message that it relays, against a bare relay on the same server and library.

python -m bench.relay
"""

from __future__ import annotations

import asyncio
import sys
from collections import defaultdict
from dataclasses import dataclass, field
from uuid import UUID

from bench.command_line import sizes
from bench.installation import Installation, installation
from bench.measuring import median, pin_server, pinned_client
from bench.pairs import connect_pairs
from bench.people import make_people
from bench.sockets import Socket, frame_of
from bench.tables import machine_facts, print_table, spread, times
from bench.traffic import UNLIMITED, Traffic
from shared.ids import new_id
from shared.messages.from_client import Offer
from shared.messages.registry import encode
from tests.harness.ports import free_port

MESSAGE_BYTES = 1_500
SDP_LINE = "a=candidate:1 1 UDP 2122252543 192.0.2.1 49170 typ host\r\n"


@dataclass(frozen=True, kw_only=True)
class Sizes:
    """How much is measured."""

    rounds: int = 7
    seconds: float = 3
    pairs: int = 50
    rates: tuple[int, ...] = (UNLIMITED, 2_000)
    """Messages a second, of all pairs together."""


QUICK = Sizes(rounds=1, seconds=0.1, pairs=2)


@dataclass
class Figures:
    """Of every round at one rate."""

    floor_us: list[float] = field(default_factory=list)
    ours_us: list[float] = field(default_factory=list)
    floor_per_second: list[float] = field(default_factory=list)
    ours_per_second: list[float] = field(default_factory=list)


def offer(call_id: UUID) -> bytes:
    """Return the frame of an offer of 1.5 KB."""
    empty = len(encode(Offer(call_id=call_id, sdp="v=0\r\n")))
    line = len(encode(Offer(call_id=call_id, sdp="v=0\r\n" + SDP_LINE))) - empty
    lines, rest = divmod(MESSAGE_BYTES - empty, line)
    return frame_of(encode(Offer(call_id=call_id, sdp="v=0\r\n" + SDP_LINE * lines + "a" * rest)))


async def bare(place: Installation, pairs: int) -> Traffic:
    """Start the floor and connect to it."""
    port = free_port()
    program = await place.run(sys.executable, "-m", "bench.floors.relay", str(port))
    await program.says("the bare relay is ready")
    pin_server(program.pid)
    sockets = [await Socket.open(port, f"/{pair}/{side}") for pair in range(pairs) for side in "ab"]
    return Traffic(program.pid, sockets, [offer(new_id())] * len(sockets))


async def signaling(place: Installation, count: int) -> Traffic:
    """Start signaling and a worker, and have pairs talk to each other."""
    database = await place.database("relay")
    await make_people(database.owner_url, 2 * count)
    await place.use(database)
    await place.talktime("worker")
    program = await place.talktime("signaling")
    pin_server(program.pid)
    pairs = await connect_pairs(count, port=place.settings.signaling_port, signer=place.signer)
    frames = [offer(await pair.call()) for pair in pairs]
    sockets = [socket for pair in pairs for socket in (pair.caller, pair.callee)]
    return Traffic(program.pid, sockets, [frame for frame in frames for _ in range(2)])


async def measure(place: Installation, sizes: Sizes) -> dict[int, Figures]:
    """Take turns between the floor and ours, at each rate."""
    floor, ours = await bare(place, sizes.pairs), await signaling(place, sizes.pairs)
    figures: dict[int, Figures] = defaultdict(Figures)
    with pinned_client():
        for _ in range(sizes.rounds):
            for rate in sizes.rates:
                await _round(figures[rate], floor, ours, rate=rate, seconds=sizes.seconds)
    for socket in (*floor.sockets, *ours.sockets):
        socket.close()
    return figures


async def _round(figures: Figures, floor: Traffic, ours: Traffic, *, rate: int, seconds: float) -> None:
    cpu_us, per_second = await floor.cost(rate=rate, seconds=seconds)
    figures.floor_us.append(cpu_us)
    figures.floor_per_second.append(per_second)
    cpu_us, per_second = await ours.cost(rate=rate, seconds=seconds)
    figures.ours_us.append(cpu_us)
    figures.ours_per_second.append(per_second)


def show(figures: dict[int, Figures], sizes: Sizes) -> None:
    """Print what was measured."""
    rows = []
    for rate, each in figures.items():
        named = f"{rate:,}/s" if rate else "as fast as it goes"
        ratios = [ours / floor for ours, floor in zip(each.ours_us, each.floor_us, strict=True)]
        rows += [
            (f"{named}: bare relay (the floor)", f"{median(each.floor_us):.1f}", spread(each.floor_us, digits=1),
             f"{median(each.floor_per_second):,.0f}", ""),
            (f"{named}: signaling", f"{median(each.ours_us):.1f}", spread(each.ours_us, digits=1),
             f"{median(each.ours_per_second):,.0f}", times(median(ratios))),
        ]  # fmt: skip
    head = (
        f"{sizes.pairs} pairs, {MESSAGE_BYTES} bytes",
        "CPU µs a message",
        "of all rounds",
        "messages/s",
        "to the floor",
    )
    print_table(head, rows)


async def main(sizes: Sizes) -> None:
    """Measure and print."""
    async with installation() as place:
        facts = await machine_facts(database_url=place.postgres.owner_url, rabbitmq_url=place.rabbitmq_url)
        print(facts, flush=True)
        show(await measure(place, sizes), sizes)


if __name__ == "__main__":
    asyncio.run(main(sizes(Sizes(), quick=QUICK)))
