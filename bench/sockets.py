"""A WebSocket client that costs next to nothing, so that it is the server that is measured.

Its frames are masked with zeros (RFC 6455, section 5.3, asks for a mask, not which): a frame made once is sent for
ever.
"""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Callable
from typing import TypeVar

import msgspec

from shared.messages.base import Message
from shared.messages.from_client import Pong
from shared.messages.registry import encode
from shared.messages.to_client import ToClient

ANSWER_SECONDS_MAX = 20
HANDSHAKE = (
    "GET {path} HTTP/1.1\r\nHost: 127.0.0.1\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
    "Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n"
)
TEXT, CLOSE, PING = 0x81, 0x88, 0x89

Take = Callable[[bytes], None]
M = TypeVar("M", bound=Message)

_to_client: msgspec.json.Decoder[ToClient] = msgspec.json.Decoder(ToClient)


class SocketLostError(Exception):
    """The server closed the socket, which ends a measurement."""


def frame_of(payload: bytes, opcode: int = TEXT) -> bytes:
    """Return a frame of up to 64 KiB, masked with zeros."""
    size = len(payload)
    length = bytes([0x80 | size]) if size < 126 else b"\xfe" + size.to_bytes(2)
    return bytes([opcode]) + length + bytes(4) + payload


PONG = frame_of(encode(Pong()))
_PING_MESSAGE = b'{"type":"ping"}'


class Socket(asyncio.Protocol):
    """Texts go to `take`; until somebody else is set there, they wait for `expect`."""

    def __init__(self) -> None:
        self.take: Take = self._keep
        self._waiting: deque[Message] = deque()
        self._news = asyncio.Event()
        self._open: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._buffer = bytearray()
        self._lost: str | None = None
        self._transport: asyncio.Transport | None = None

    @classmethod
    async def open(cls, port: int, path: str) -> Socket:
        """Connect to a server on this machine."""
        _, socket = await asyncio.get_running_loop().create_connection(cls, "127.0.0.1", port)
        socket.send(HANDSHAKE.format(path=path).encode())
        async with asyncio.timeout(ANSWER_SECONDS_MAX):
            await socket._open
        return socket

    def send(self, frame: bytes) -> None:
        """Send a frame made by `frame_of`."""
        if self._lost is not None or self._transport is None:
            raise SocketLostError(self._lost)
        self._transport.write(frame)

    def say(self, message: Message) -> None:
        """Send a message."""
        self.send(frame_of(encode(message)))

    async def expect(self, kind: type[M]) -> M:
        """Return the next message of this kind; those before it are forgotten."""
        async with asyncio.timeout(ANSWER_SECONDS_MAX):
            while True:
                while self._waiting:
                    message = self._waiting.popleft()
                    if isinstance(message, kind):
                        return message
                if self._lost is not None:
                    raise SocketLostError(self._lost)
                self._news.clear()
                await self._news.wait()

    def forget(self) -> None:
        """Forget what waits."""
        self._waiting.clear()

    def close(self) -> None:
        """Hang up without a word."""
        self._lost = "closed"
        if self._transport is not None:
            self._transport.abort()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self._transport = transport

    def connection_lost(self, exc: Exception | None) -> None:
        self._end(f"connection lost: {exc}")

    def data_received(self, data: bytes) -> None:
        self._buffer += data
        if self._open.done() or self._shake_hands():
            del self._buffer[: self._read()]

    def _shake_hands(self) -> bool:
        head, end, rest = self._buffer.partition(b"\r\n\r\n")
        if not end:
            return False
        if not head.startswith(b"HTTP/1.1 101 "):
            self._end(head.decode(errors="replace"))
            return False
        self._buffer = rest
        self._open.set_result(None)
        return True

    def _read(self) -> int:
        """Take all complete frames; return how many bytes they were."""
        buffer, at = self._buffer, 0
        while len(buffer) - at >= 2:
            size, begin = buffer[at + 1], at + 2
            if size == 126:
                size, begin = int.from_bytes(buffer[at + 2 : at + 4]), at + 4
            if len(buffer) < begin + size or (begin == at + 4 and len(buffer) < at + 4):
                break
            self._take_frame(buffer[at], bytes(buffer[begin : begin + size]))
            at = begin + size
        return at

    def _take_frame(self, opcode: int, payload: bytes) -> None:
        if opcode == TEXT and payload == _PING_MESSAGE:
            self.send(PONG)
        elif opcode == TEXT:
            self.take(payload)
        elif opcode == PING:
            self.send(frame_of(payload, opcode=0x8A))
        elif opcode == CLOSE:
            self._end(f"closed by the server: {payload[2:].decode(errors='replace')}")

    def _keep(self, payload: bytes) -> None:
        self._waiting.append(_to_client.decode(payload))
        self._news.set()

    def _end(self, reason: str) -> None:
        self._lost = self._lost or reason
        if not self._open.done():
            self._open.set_exception(SocketLostError(reason))
        self._news.set()
