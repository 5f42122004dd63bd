"""A TCP proxy whose links can be frozen, cut, slowed down and half closed."""

from __future__ import annotations

import asyncio
import contextlib
from asyncio import StreamReader, StreamWriter
from collections.abc import Awaitable, Callable
from enum import StrEnum
from pathlib import Path

CHUNK_BYTES = 65_536
Streams = tuple[StreamReader, StreamWriter]


class Link(StrEnum):
    """What a proxy does with what comes."""

    WELL = "well"
    FROZEN = "frozen"
    """Connections stay and take some bytes; nothing arrives, as where a cable was pulled."""
    DEAF = "deaf"
    """What is asked arrives, what is answered does not."""
    SLOW = "slow"
    """Every piece takes its time."""
    CUT = "cut"
    """Connections are reset, and new ones at once."""


class Proxy:
    """Listens on a free port of 127.0.0.1 and passes on to one server."""

    def __init__(self, connect: Callable[[], Awaitable[Streams]]) -> None:
        self._connect = connect
        self._link = Link.WELL
        self._slow_seconds = 0.0
        self._moves = asyncio.Event()
        self._moves.set()
        self._answers = asyncio.Event()
        self._answers.set()
        self._writers: set[StreamWriter] = set()
        self._to_server: set[StreamWriter] = set()
        self._serving: set[asyncio.Task[None]] = set()
        self._server: asyncio.Server | None = None
        self.port = 0

    async def start(self) -> None:
        """Listen."""
        self._server = await asyncio.start_server(self._begin, "127.0.0.1", 0)
        self.port = self._server.sockets[0].getsockname()[1]

    async def close(self) -> None:
        """Listen no more and cut what there is."""
        self.become(Link.WELL)
        if self._server is not None:
            self._server.close()
        self._reset_all()
        if self._serving:
            await asyncio.wait(self._serving)

    def become(self, link: Link, *, slow_ms: int = 0) -> None:
        """From now on, also for connections that there are."""
        self._link, self._slow_seconds = link, slow_ms / 1_000
        for event, stopped in ((self._moves, {Link.FROZEN}), (self._answers, {Link.FROZEN, Link.DEAF})):
            event.clear() if link in stopped else event.set()
        if link is Link.CUT:
            self._reset_all()

    def half_close(self) -> None:
        """End all connections in the one direction, from the clients to the server."""
        for writer in tuple(self._to_server):
            with contextlib.suppress(OSError, RuntimeError):
                writer.write_eof()

    def _reset_all(self) -> None:
        for writer in tuple(self._writers):
            writer.transport.abort()

    @property
    def _is_cut(self) -> bool:
        return self._link is Link.CUT

    def _begin(self, reader: StreamReader, writer: StreamWriter) -> None:
        serving = asyncio.create_task(self._serve(reader, writer))
        self._serving.add(serving)
        serving.add_done_callback(self._serving.discard)

    async def _serve(self, reader: StreamReader, writer: StreamWriter) -> None:
        if self._is_cut:
            writer.transport.abort()
            return
        try:
            await self._moves.wait()
            server_reader, server_writer = await self._connect()
        except OSError:
            writer.transport.abort()
            return
        pair = {writer, server_writer}
        if self._is_cut:
            # Since it was asked for.
            for each in pair:
                each.transport.abort()
            return
        self._writers |= pair
        self._to_server.add(server_writer)
        try:
            await asyncio.gather(
                self._pump(reader, server_writer, self._moves), self._pump(server_reader, writer, self._answers)
            )
        except (OSError, RuntimeError):
            # The latter where somebody goes on writing in a direction that was closed here.
            pass
        finally:
            self._writers -= pair
            self._to_server.discard(server_writer)
            for each in pair:
                each.transport.abort()

    async def _pump(self, reader: StreamReader, writer: StreamWriter, gate: asyncio.Event) -> None:
        while data := await reader.read(CHUNK_BYTES):
            await gate.wait()
            if self._slow_seconds:
                await asyncio.sleep(self._slow_seconds)
            writer.write(data)
            await writer.drain()
        with contextlib.suppress(OSError, RuntimeError):
            if writer.can_write_eof() and not writer.is_closing():
                writer.write_eof()


def to_port(port: int) -> Proxy:
    """Return a proxy to a server on 127.0.0.1."""
    return Proxy(lambda: asyncio.open_connection("127.0.0.1", port))


def to_socket(socket: Callable[[], Path]) -> Proxy:
    """Return a proxy to a server behind a Unix socket, wherever that is at each moment."""
    return Proxy(lambda: asyncio.open_unix_connection(str(socket())))
