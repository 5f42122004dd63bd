"""Hostile sockets, two people who talk meanwhile, and the memory of the process between them."""

from __future__ import annotations

import asyncio
import contextlib
import json
import sys
import time
from collections.abc import Awaitable, Callable
from contextlib import AsyncExitStack
from pathlib import Path
from uuid import UUID

from websockets.asyncio.client import ClientConnection, connect
from websockets.frames import Frame, Opcode

from shared.messages import from_client, to_client
from shared.messages.from_client import Accept, Connected, Hello, Invite
from shared.messages.registry import encode
from talktime.person import Device, Person
from tests.journeys.installation import Separate

CLIENTS = 20
ROUNDS = 60
CLOSED_SECONDS_MAX = 60
MIB = 2**20


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


async def live_call(scene: Scene) -> tuple[ClientConnection, ClientConnection, str]:
    """Return two sockets in a call of their own."""
    rich, other = await scene.installation.person("rich", money_minor=100), await scene.installation.person("other")
    caller, callee = await scene.welcome(rich), await scene.welcome(other)
    await caller.send(encode(Invite(callee_id=other.id)).decode())
    call_id = await hears(callee, "call.incoming")
    await callee.send(encode(Accept(call_id=UUID(call_id))).decode())
    for socket in (caller, callee):
        await hears(socket, "call.accepted", call_id)
        await socket.send(encode(Connected(call_id=UUID(call_id))).decode())
    for socket in (caller, callee):
        await hears(socket, "call.active", call_id)
    return caller, callee, call_id


async def hears(socket: ClientConnection, kind: str, call_id: str | None = None) -> str:
    """Return the call of the next message of this type."""
    async with asyncio.timeout(CLOSED_SECONDS_MAX):
        async for text in socket:
            message = json.loads(text)
            if message["type"] == "ping":
                await socket.send('{"type":"pong"}')
            elif message["type"] == kind and call_id in {None, message["call_id"]}:
                return str(message["call_id"])
    raise AssertionError(f"closed before {kind}")
