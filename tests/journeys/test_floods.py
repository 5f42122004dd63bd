"""Clients that mean harm to the memory of a real signaling process, while two others talk (D11).

Each attack prints its figures: what the process held before, the most it held meanwhile (`VmHWM` of /proc), and how
long the slowest answer of the two took.
"""

from __future__ import annotations

import asyncio
import json
import zlib
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from socket import SO_RCVBUF, SOL_SOCKET
from uuid import uuid4

import httpx
import pytest
from websockets.frames import Frame, Opcode

from shared.messages.to_client import CloseCode
from tests.harness.databases import Database
from tests.harness.programs import Programs
from tests.journeys.installation import Separate
from tests.journeys.siege import CLIENTS, MIB, Scene, Two, closed, frame, hears, live_call, pour
from tests.journeys.talk import answer, ring

PAIRS = 8
OFFERS = 480
BOMB_BYTES = 200 * MIB
CHANGES = {
    "TALKTIME_MINUTE_MS": "600000",
    "TALKTIME_CONNECT_MS_MAX": "60000",
    "TALKTIME_RING_MS_MAX": "60000",
    "TALKTIME_SILENCE_MS_MAX": "60000",
    "TALKTIME_MESSAGES_BURST_MAX": "500",
}
"""Calls and devices that nobody gives up while the next ones are made ready, and room to be hostile in."""
IMPATIENT = {
    "TALKTIME_HELLO_MS_MAX": "3000",
    "TALKTIME_PING_MS": "1000",
    "TALKTIME_SILENCE_MS_MAX": "5000",
}
"""Deadlines that a test can wait for."""


@pytest.fixture
async def scene(
    request: pytest.FixtureRequest, programs: Programs, database: Database, vhost_url: str, http: httpx.AsyncClient
) -> AsyncIterator[Scene]:
    """Three programs of the test's own, and a call."""
    changes = {**CHANGES, **getattr(request, "param", {})}
    installation = await Separate.start(programs, database, vhost_url, http, changes=changes)
    ann, ben = await installation.person("ann", money_minor=1_000), await installation.person("ben")
    async with ann.device() as anns, ben.device() as bens, AsyncExitStack() as leaving:
        call_id = await ring(anns, ben, bens)
        await answer(call_id, anns, bens)
        yield Scene(installation, Two(call_id, anns, bens), leaving)


async def test_a_flood_of_messages(scene: Scene) -> None:
    """Small ones and large ones; each sender is refused, and soon closed."""
    sockets = await scene.hostile()
    said = [
        {"type": "pong"},
        {"type": "call.offer", "call_id": str(uuid4()), "sdp": "v" * 30_000},
        {"type": "call.hang_up", "call_id": str(uuid4()), "ref": "r" * 64},
        {"type": "nonsense", "x": ["y"] * 5_000},
    ]
    frames = [frame(json.dumps(each).encode()) for each in said]

    async def attack() -> None:
        await asyncio.gather(*(pour(socket, frames[n % 4], 20_000) for n, socket in enumerate(sockets)))
        codes = [await closed(socket) for socket in sockets]
        assert set(codes) <= {CloseCode.TOO_FAST, CloseCode.MALFORMED_HELLO, None}

    await scene.under(f"{CLIENTS} clients that flood", attack, most=24 * MIB)


async def test_parties_that_are_sent_to_and_never_read(scene: Scene) -> None:
    """What waits for one is bounded, and whoever sends it must wait; then it is dropped."""
    calls = [await live_call(scene) for _ in range(PAIRS)]

    async def attack() -> None:
        for _, callee, _ in calls:
            callee.transport.pause_reading()
            # The kernel takes less in their place.
            callee.transport.get_extra_info("socket").setsockopt(SOL_SOCKET, SO_RCVBUF, 4_096)
        offers = [
            frame(json.dumps({"type": "call.offer", "call_id": call_id, "sdp": "v" * 30_000}).encode())
            for _, _, call_id in calls
        ]
        await asyncio.gather(*(pour(calls[n][0], offers[n], OFFERS) for n in range(PAIRS)))
        for caller, _, call_id in calls:
            await hears(caller, "call.peer_lost", call_id)

    await scene.under(f"{PAIRS} parties that do not read what is sent to them", attack, most=64 * MIB)


async def test_clients_that_never_read_what_they_ask_for(scene: Scene) -> None:
    """Their own errors pile up, as far as that goes."""
    sockets = await scene.hostile()
    question = frame(json.dumps({"type": "call.hang_up", "call_id": str(uuid4()), "ref": "r" * 64}).encode())

    async def attack() -> None:
        for socket in sockets:
            socket.transport.pause_reading()
        await asyncio.gather(*(pour(socket, question, 5_000) for socket in sockets))
        for socket in sockets:
            socket.transport.resume_reading()
        assert {await closed(socket) for socket in sockets} <= {CloseCode.TOO_FAST, None}

    await scene.under(f"{CLIENTS} clients that do not read their answers", attack, most=16 * MIB)


@pytest.mark.parametrize("scene", [IMPATIENT], indirect=True, ids=["impatient"])
async def test_clients_that_never_answer_pings_or_say_hello(scene: Scene) -> None:
    """Both are closed in time; what they held is free again."""
    silent = await scene.hostile()
    strangers = [await scene.socket() for _ in range(CLIENTS)]

    async def attack() -> None:
        assert {await closed(socket) for socket in strangers} == {CloseCode.HELLO_TIMEOUT}
        assert {await closed(socket) for socket in silent} == {CloseCode.SILENT}

    await scene.under(f"{2 * CLIENTS} clients that say nothing", attack, most=8 * MIB)


async def test_compressed_bombs(scene: Scene) -> None:
    """Compression is not agreed to: a compressed frame is an error (RFC 6455, 5.2), and nobody inflates it."""
    packer = zlib.compressobj(9, zlib.DEFLATED, -15)
    packed = b"".join(packer.compress(bytes(MIB)) for _ in range(BOMB_BYTES // MIB)) + packer.flush(
        zlib.Z_SYNC_FLUSH
    )
    bomb = frame(packed[:60_000], compressed=True)
    sockets = [*(await scene.hostile(CLIENTS // 2)), *[await scene.socket() for _ in range(CLIENTS // 2)]]

    async def attack() -> None:
        await asyncio.gather(*(pour(socket, bomb, 20) for socket in sockets))
        assert {await closed(socket) for socket in sockets} <= {1002, None}

    await scene.under(f"{CLIENTS} compressed bombs", attack, most=8 * MIB)


async def test_messages_that_claim_to_be_huge(scene: Scene) -> None:
    """Whole, or in fragments that never end: told by the header, before it is read."""
    sockets = await scene.hostile()
    huge = bytes([0x81, 0xFF]) + (10 * 2**30).to_bytes(8, "big") + bytes(4)
    fragment = Frame(Opcode.CONT, b"x" * 60_000, fin=False).serialize(mask=True)
    first = Frame(Opcode.TEXT, b"x" * 60_000, fin=False).serialize(mask=True)

    async def attack() -> None:
        for place, socket in enumerate(sockets):
            socket.transport.write(huge if place % 2 else first)
        more = [bytes(MIB) if place % 2 else fragment for place in range(CLIENTS)]
        await asyncio.gather(*(pour(socket, more[n], 50) for n, socket in enumerate(sockets)))
        assert {await closed(socket) for socket in sockets} <= {CloseCode.MESSAGE_TOO_BIG, None}

    await scene.under(f"{CLIENTS} messages that claim to be huge", attack, most=16 * MIB)
