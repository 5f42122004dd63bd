"""Clients that mean harm to the memory of a real signaling process, while two others talk (D11).

Each attack prints its figures: what the process held before, the most it held meanwhile (`VmHWM` of /proc), and how
long the slowest answer of the two took.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import sys
import time
import zlib
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack
from pathlib import Path
from socket import SO_RCVBUF, SOL_SOCKET
from uuid import UUID, uuid4

import httpx
import pytest
from websockets.asyncio.client import ClientConnection, connect
from websockets.frames import Frame, Opcode

from shared.messages import from_client, to_client
from shared.messages.from_client import Accept, Connected, Hello, Invite
from shared.messages.registry import encode
from shared.messages.to_client import CloseCode
from talktime.person import Device, Person
from tests.harness.databases import Database
from tests.harness.programs import Programs
from tests.journeys.installation import Separate
from tests.journeys.talk import answer, ring

CLIENTS = 20
PAIRS = 8
OFFERS = 480
ROUNDS = 60
CLOSED_SECONDS_MAX = 60
MIB = 2**20
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


class Process:
    """The memory of a program, as the kernel counts it."""

    def __init__(self, pid: int) -> None:
        self._folder = Path(f"/proc/{pid}")

    def bytes(self, name: str) -> int:
        """Return `VmRSS` or `VmHWM`."""
        lines = (self._folder / "status").read_text().splitlines()
        [line] = [line for line in lines if line.startswith(f"{name}:")]
        return int(line.split()[1]) * 1024

    def forget_peak(self) -> int:
        """Have `VmHWM` begin anew at what is held now, and return that (proc(5), `clear_refs`)."""
        (self._folder / "clear_refs").write_text("5")
        return self.bytes("VmRSS")


class Two:
    """Two people in a call, who notice whether they are served."""

    def __init__(self, call_id: UUID, one: Device, other: Device) -> None:
        self._call_id, self._one, self._other = call_id, one, other
        self.rounds = 0
        self.slowest_seconds = 0.0

    async def talk(self, rounds: int) -> None:
        """Ask and answer, one after another; each answer must come."""
        for _ in range(rounds):
            began = time.monotonic()
            sdp = f"v=0 {self.rounds}"
            await self._one.send(from_client.Offer(call_id=self._call_id, sdp=sdp))
            assert (await self._other.expect(to_client.PeerOffer)).sdp == sdp
            await self._other.send(from_client.Answer(call_id=self._call_id, sdp=sdp))
            assert (await self._one.expect(to_client.PeerAnswer)).sdp == sdp
            self.rounds += 1
            self.slowest_seconds = max(self.slowest_seconds, time.monotonic() - began)


class Scene:
    """An installation, two people who talk, and whoever attacks it."""

    def __init__(self, installation: Separate, two: Two, leaving: AsyncExitStack) -> None:
        self.installation = installation
        self._two = two
        self._leaving = leaving

    async def hostile(self, count: int = CLIENTS) -> list[ClientConnection]:
        """Return sockets of somebody who is logged in."""
        person = await self.installation.person("mallory")
        return [await self.welcome(person) for _ in range(count)]

    async def welcome(self, person: Person) -> ClientConnection:
        """Return a socket that has said hello and was let in."""
        socket = await self.socket()
        await socket.send(encode(Hello(token=person.access_token)).decode())
        assert json.loads(await socket.recv())["type"] == "welcome"
        return socket

    async def socket(self) -> ClientConnection:
        """Return a socket that answers nothing by itself, and would compress if it might."""
        url = self.installation.doors.socket_url
        opening = connect(url, proxy=None, compression="deflate", ping_interval=None, max_size=None, max_queue=None)
        socket = await opening
        self._leaving.push_async_callback(_drop, socket)
        return socket

    async def under(self, name: str, attack: Callable[[], Awaitable[None]], *, most: int) -> None:
        """Attack while the two talk: the process grows by less than so many bytes, and they are served."""
        process = Process(self.installation.running["signaling"].pid)
        await self._two.talk(ROUNDS // 2)
        self._two.slowest_seconds = 0.0
        before = process.forget_peak()
        await asyncio.gather(attack(), self._two.talk(ROUNDS))
        grown = process.bytes("VmHWM") - before
        await self._two.talk(1)
        sys.stdout.write(
            f"{name}: {before / MIB:.1f} MiB before, at most {grown / MIB:.1f} MiB more (bound {most / MIB:.0f}), "
            f"slowest of {ROUNDS} answers {self._two.slowest_seconds * 1_000:.0f} ms\n"
        )
        assert grown < most
        assert self.installation.running["signaling"].exit_status is None


async def _drop(socket: ClientConnection) -> None:
    socket.transport.abort()


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


async def closed(socket: ClientConnection) -> int | None:
    """Read whatever is left and return how it ended; None where it was cut."""
    async with asyncio.timeout(CLOSED_SECONDS_MAX):
        await socket.wait_closed()
    return socket.protocol.close_rcvd.code if socket.protocol.close_rcvd else None


def frame(text: bytes, *, compressed: bool = False) -> bytes:
    """Return a text frame as a client sends it."""
    data = bytearray(Frame(Opcode.TEXT, text).serialize(mask=True))
    data[0] |= 0x40 if compressed else 0
    return bytes(data)


async def pour(socket: ClientConnection, data: bytes, times: int) -> None:
    """Write without asking anybody, as fast as the connection takes it, until the other side has had enough."""
    with contextlib.suppress(ConnectionError):
        for _ in range(times):
            if socket.transport.is_closing():
                return
            socket.transport.write(data)
            await socket.drain()


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
    calls = [await _live_call(scene) for _ in range(PAIRS)]

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
            await _hears(caller, "call.peer_lost", call_id)

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


async def _live_call(scene: Scene) -> tuple[ClientConnection, ClientConnection, str]:
    """Return two sockets in a call of their own."""
    rich, other = await scene.installation.person("rich", money_minor=100), await scene.installation.person("other")
    caller, callee = await scene.welcome(rich), await scene.welcome(other)
    await caller.send(encode(Invite(callee_id=other.id)).decode())
    call_id = await _hears(callee, "call.incoming")
    await callee.send(encode(Accept(call_id=UUID(call_id))).decode())
    for socket in (caller, callee):
        await _hears(socket, "call.accepted", call_id)
        await socket.send(encode(Connected(call_id=UUID(call_id))).decode())
    for socket in (caller, callee):
        await _hears(socket, "call.active", call_id)
    return caller, callee, call_id


async def _hears(socket: ClientConnection, kind: str, call_id: str | None = None) -> str:
    """Return the call of the next message of this type."""
    async with asyncio.timeout(CLOSED_SECONDS_MAX):
        async for text in socket:
            message = json.loads(text)
            if message["type"] == "ping":
                await socket.send('{"type":"pong"}')
            elif message["type"] == kind and call_id in {None, message["call_id"]}:
                return str(message["call_id"])
    raise AssertionError(f"closed before {kind}")
