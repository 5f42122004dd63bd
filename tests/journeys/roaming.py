"""People whose devices find their way between several signaling nodes, as the client library does."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass, field
from time import monotonic
from typing import TypeVar
from uuid import UUID

import msgspec
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed, InvalidHandshake

from shared.messages import from_client, to_client
from shared.messages.base import Message
from talktime.person import Person

CONNECT_SECONDS_MAX = 5
AGAIN_SECONDS = 0.1
WAIT_SECONDS_MAX = 60
UNNUMBERED = (to_client.Welcome, to_client.Ping)

M = TypeVar("M", bound=Message)
_decoder: msgspec.json.Decoder[to_client.ToClient] = msgspec.json.Decoder(to_client.ToClient)


@dataclass(eq=False)
class Roamer:
    """A device of a person: it is somewhere, or on its way, and loses nothing."""

    person: Person
    urls: Sequence[str]
    at: int
    """The node at which it is, or tries to be."""
    received: int = 0
    welcome: to_client.Welcome | None = None
    ticket: str | None = None
    seen: list[to_client.ToClient] = field(default_factory=list)
    waiting: list[to_client.ToClient] = field(default_factory=list)
    active_at: float = 0.0
    moves: int = 0
    _socket: ClientConnection | None = None
    _news: asyncio.Condition = field(default_factory=asyncio.Condition)

    @contextlib.asynccontextmanager
    async def connected(self) -> AsyncIterator[Roamer]:
        """Be connected, anywhere, while the block runs."""
        roaming = asyncio.create_task(self._roam(), name=f"roaming {self.person.user_name}")
        try:
            async with asyncio.timeout(WAIT_SECONDS_MAX), self._news:
                await self._news.wait_for(lambda: self.welcome is not None)
            yield self
        finally:
            roaming.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await roaming

    async def send(self, message: Message) -> None:
        """Send a message on the socket that there is, or will be."""
        while True:
            async with asyncio.timeout(WAIT_SECONDS_MAX), self._news:
                await self._news.wait_for(lambda: self._socket is not None)
                socket = self._socket
            assert socket is not None
            with contextlib.suppress(ConnectionClosed):
                await socket.send(msgspec.json.encode(message).decode())
                return
            await asyncio.sleep(AGAIN_SECONDS)

    async def expect(self, kind: type[M]) -> M:
        """Return the next message of this kind."""
        async with asyncio.timeout(WAIT_SECONDS_MAX), self._news:
            while True:
                for message in self.waiting:
                    if isinstance(message, kind):
                        self.waiting.remove(message)
                        return message
                await self._news.wait()

    def heard(self, kind: type[M]) -> list[M]:
        """Return all messages of a kind that ever came."""
        return [message for message in self.seen if isinstance(message, kind)]

    async def _roam(self) -> None:
        while True:
            try:
                await self._visit(self.urls[self.at])
            except (OSError, InvalidHandshake, ConnectionClosed, TimeoutError, EOFError):
                await asyncio.sleep(AGAIN_SECONDS)
            self._socket = None
            self.at = (self.at + 1) % len(self.urls)

    async def _visit(self, url: str) -> None:
        async with asyncio.timeout(CONNECT_SECONDS_MAX):
            socket = await connect(url, proxy=None, compression=None)
        async with socket:
            hello = from_client.Hello(
                token=self.person.access_token,
                resume_token=self.welcome.resume_token if self.welcome else None,
                received=self.received if self.welcome else None,
                ticket=self.ticket,
            )
            await socket.send(msgspec.json.encode(hello).decode())
            leaving = asyncio.get_running_loop().create_future()
            async for frame in socket:
                await self._take(socket, _decoder.decode(frame), leaving)
                if leaving.done():
                    return

    async def _take(
        self, socket: ClientConnection, message: to_client.ToClient, leaving: asyncio.Future[None]
    ) -> None:
        if isinstance(message, to_client.Ping):
            await socket.send(msgspec.json.encode(from_client.Pong(received=self.received)).decode())
            return
        async with self._news:
            match message:
                case to_client.Welcome():
                    self.welcome, self._socket = message, socket
                    self.received = self.received if message.resumed else 0
                    self.moves += 1
                case to_client.CallTicket():
                    self.ticket = message.ticket
                case to_client.Moving():
                    asyncio.get_running_loop().call_later(message.delay_ms / 1_000, _go, socket, leaving)
                case to_client.CallActive():
                    self.active_at = monotonic()
                case _:
                    pass
            if not isinstance(message, UNNUMBERED):
                assert message.seq == self.received + 1, "in order, once, without a gap"
                self.received += 1
            self.seen.append(message)
            self.waiting.append(message)
            self._news.notify_all()


_closing: set[asyncio.Task[None]] = set()


def _go(socket: ClientConnection, leaving: asyncio.Future[None]) -> None:
    if not leaving.done():
        leaving.set_result(None)
        task = asyncio.create_task(socket.close())
        _closing.add(task)
        task.add_done_callback(_closing.discard)


async def talk(caller: Roamer, callee: Roamer) -> UUID:
    """Have the two talk."""
    await caller.send(from_client.Invite(callee_id=callee.person.id))
    call_id = (await caller.expect(to_client.CallAuthorizing)).call_id
    await callee.expect(to_client.CallIncoming)
    await callee.send(from_client.Accept(call_id=call_id))
    for device in (caller, callee):
        await device.expect(to_client.CallAccepted)
        await device.send(from_client.Connected(call_id=call_id))
    for device in (caller, callee):
        await device.expect(to_client.CallActive)
    return call_id
