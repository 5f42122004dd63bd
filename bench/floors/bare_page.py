"""The least that a browser has to do for a sign-in form: one answer, no script, no style."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator

_BODY = (
    b'<!doctype html><html lang="en"><title>Sign in</title>'
    b'<form><input name="login"><input name="password" type="password">'
    b'<button type="submit">Sign in</button></form>'
)
_ANSWER = (
    b"HTTP/1.1 200 OK\r\nContent-Type: text/html; charset=utf-8\r\nConnection: close\r\n"
    b"Content-Length: %d\r\n\r\n" % len(_BODY)
) + _BODY


@contextlib.asynccontextmanager
async def bare_page() -> AsyncIterator[str]:
    """Serve it to whoever asks for anything; gives its address."""
    server = await asyncio.start_server(_answer, "127.0.0.1", 0)
    async with server:
        yield f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}/"


async def _answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    with contextlib.suppress(ConnectionError, asyncio.IncompleteReadError):
        await reader.readuntil(b"\r\n\r\n")
        writer.write(_ANSWER)
        await writer.drain()
    writer.close()
