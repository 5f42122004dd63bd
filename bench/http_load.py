"""HTTP requests made beforehand, sent on a few connections, one at a time on each."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator, Sequence
from functools import partial

CONNECTIONS = 8
LOAD_SECONDS_MAX = 120


class RequestFailedError(Exception):
    """An answer was no success, or none came."""


def request(method: str, path: str, *, headers: dict[str, str], body: bytes = b"") -> bytes:
    """Return the bytes of a request."""
    lines = [f"{method} {path} HTTP/1.1", "Host: 127.0.0.1", f"Content-Length: {len(body)}"]
    lines += [f"{name}: {value}" for name, value in headers.items()]
    return ("\r\n".join(lines) + "\r\n\r\n").encode() + body


async def send_all(port: int, requests: Sequence[bytes]) -> None:
    """Return when each request has its answer. Raises `RequestFailedError`."""
    loop, left = asyncio.get_running_loop(), iter(requests)
    ends = [loop.create_future() for _ in range(CONNECTIONS)]
    async with asyncio.timeout(LOAD_SECONDS_MAX):
        for end in ends:
            await loop.create_connection(partial(_Connection, left, end), "127.0.0.1", port)
        await asyncio.gather(*ends)


class _Connection(asyncio.Protocol):
    """Sends the next request whenever the answer to the one before is complete."""

    def __init__(self, requests: Iterator[bytes], end: asyncio.Future[None]) -> None:
        self._requests = requests
        self._end = end
        self._transport: asyncio.Transport | None = None
        self._answer = b""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self._transport = transport
        self._next()

    def data_received(self, data: bytes) -> None:
        self._answer += data
        head, end, body = self._answer.partition(b"\r\n\r\n")
        if not end or len(body) < _content_length(head):
            return
        if head[9:10] == b"2":
            self._answer = b""
            self._next()
        else:
            self._fail(self._answer.decode(errors="replace"))

    def connection_lost(self, exc: Exception | None) -> None:
        self._fail(f"connection lost: {exc}")

    def _next(self) -> None:
        assert self._transport is not None
        following = next(self._requests, None)
        if following is not None:
            self._transport.write(following)
        elif not self._end.done():
            self._end.set_result(None)
            self._transport.close()

    def _fail(self, reason: str) -> None:
        if not self._end.done():
            self._end.set_exception(RequestFailedError(reason))


def _content_length(head: bytes) -> int:
    name = b"content-length:"
    at = head.lower().index(name) + len(name)
    return int(head[at : at + 12].split(b"\r")[0])
