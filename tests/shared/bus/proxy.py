"""A network between a program and the broker, in which things get lost and slip in that neither side knows of."""

from __future__ import annotations

import asyncio
import struct
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from urllib.parse import urlsplit, urlunsplit

import pamqp.frame
from pamqp.commands import Basic

FRAME_HEAD = struct.Struct(">BHI")
FRAME_END_BYTES = 1
METHOD_FRAME = 1
CONSUME_OK = struct.pack(">HH", 60, 21)


class Proxy:
    """Passes everything on; with `silent`, nothing in any direction."""

    def __init__(self, url: str) -> None:
        self._broker = urlsplit(url)
        self._port = 0
        self._pumps: set[asyncio.Task[None]] = set()
        self._writers: list[asyncio.StreamWriter] = []
        self._consumers: list[tuple[asyncio.StreamWriter, int, str]] = []
        self.silent = False

    @property
    def url(self) -> str:
        """Return the broker's address, through here."""
        credentials = self._broker.netloc.rpartition("@")[0]
        return urlunsplit(self._broker._replace(netloc=f"{credentials}@127.0.0.1:{self._port}"))

    async def serve(self) -> asyncio.Server:
        """Begin."""
        server = await asyncio.start_server(self._connect, "127.0.0.1", 0)
        self._port = server.sockets[0].getsockname()[1]
        return server

    async def stop(self) -> None:
        """Cut all connections."""
        for pump in self._pumps:
            pump.cancel()
        await asyncio.gather(*self._pumps, return_exceptions=True)
        for writer in self._writers:
            writer.close()
        await asyncio.gather(*(writer.wait_closed() for writer in self._writers), return_exceptions=True)
        self._writers.clear()

    def cancel_consumers(self) -> None:
        """Have the broker cancel all consumers, which it says to nobody: it was asked to, and for no answer."""
        for to_broker, channel, tag in self._consumers:
            to_broker.write(pamqp.frame.marshal(Basic.Cancel(consumer_tag=tag, nowait=True), channel))
        self._consumers.clear()

    async def _connect(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        there = (self._broker.hostname, self._broker.port)
        try:
            broker_reader, broker_writer = await asyncio.open_connection(*there)
        except OSError:
            writer.close()
            return
        self._writers += [writer, broker_writer]
        for pump in (
            self._to_broker(reader, broker_writer),
            self._to_client(broker_reader, writer, broker_writer),
        ):
            task = asyncio.create_task(pump)
            self._pumps.add(task)
            task.add_done_callback(self._pumps.discard)

    async def _to_broker(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with suppress(ConnectionError):
            while data := await reader.read(65_536):
                if not self.silent:
                    writer.write(data)
        writer.close()

    async def _to_client(
        self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, to_broker: asyncio.StreamWriter
    ) -> None:
        with suppress(ConnectionError, asyncio.IncompleteReadError):
            while True:
                head = await reader.readexactly(FRAME_HEAD.size)
                kind, channel, size = FRAME_HEAD.unpack(head)
                rest = await reader.readexactly(size + FRAME_END_BYTES)
                if kind == METHOD_FRAME and rest.startswith(CONSUME_OK):
                    self._consumers.append((to_broker, channel, _short_string(rest[len(CONSUME_OK) :])))
                if not self.silent:
                    writer.write(head + rest)
        writer.close()


def _short_string(data: bytes) -> str:
    return data[1 : 1 + data[0]].decode()


@asynccontextmanager
async def proxied(url: str) -> AsyncIterator[Proxy]:
    """Hold a proxy of the broker."""
    proxy = Proxy(url)
    async with await proxy.serve():
        yield proxy
        await proxy.stop()
