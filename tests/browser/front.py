"""What stands before api and signaling in an installation: one address for both, here one that can be cut."""

from __future__ import annotations

import asyncio
import contextlib
from dataclasses import dataclass, field

HEAD_BYTES_MAX = 65_536
CHUNK_BYTES = 65_536
UNAVAILABLE = b" 503 "


@dataclass
class Front:
    """A reverse proxy: sockets go to signaling, everything else to the API; bytes pass unchanged.

    A process that is not there, or takes no sockets any more (503), is passed over for the next one.
    """

    api_port: int
    signaling_ports: list[int]
    """Of the processes of signaling: a socket goes to the first that takes it."""
    _server: asyncio.Server | None = None
    _sockets: list[asyncio.StreamWriter] = field(default_factory=list)
    """The newest last."""
    _serving: set[asyncio.Task[None]] = field(default_factory=set)
    """Nobody else holds them while both their ends are silent."""
    _open: bool = True
    _flows: asyncio.Event = field(default_factory=asyncio.Event)

    def __post_init__(self) -> None:
        self._flows.set()

    async def listen(self, port: int) -> None:
        """Take connections of 127.0.0.1."""
        self._server = await asyncio.start_server(self._take, "127.0.0.1", port, limit=HEAD_BYTES_MAX)

    async def close(self) -> None:
        """Drop everything."""
        self.cut()
        if self._server is not None:
            self._server.close()
        for task in self._serving:
            task.cancel()
        await asyncio.gather(*self._serving, return_exceptions=True)

    def cut(self, *, newest: int | None = None) -> None:
        """Break every WebSocket, or only the newest ones, as a lost network does; let none through until `mend`."""
        self._open = False
        for writer in self._sockets[-newest if newest else None :]:
            writer.transport.abort()

    def mend(self) -> None:
        """Let WebSockets through again."""
        self._open = True

    def hold(self) -> None:
        """Keep what the server says on sockets until `release`; what browsers say goes through."""
        self._flows.clear()

    def release(self) -> None:
        """Let the server be heard, everything in order."""
        self._flows.set()

    def _take(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.create_task(self._serve(reader, writer))
        self._serving.add(task)
        task.add_done_callback(self._serving.discard)

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            with contextlib.suppress(OSError, asyncio.IncompleteReadError):
                await self._carry(reader, writer)
        finally:
            if writer in self._sockets:
                self._sockets.remove(writer)
            writer.close()

    async def _carry(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        head = await reader.readuntil(b"\r\n\r\n")
        # A connection carries either one socket or requests: browsers never mix them.
        if not head.startswith(b"GET /ws"):
            back_reader, back_writer = await asyncio.open_connection("127.0.0.1", self.api_port)
            back_writer.write(head)
            await self._join(reader, writer, back_reader, back_writer)
        elif self._open:
            self._sockets.append(writer)
            await self._serve_socket(head, reader, writer)

    async def _serve_socket(self, head: bytes, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        for port in tuple(self.signaling_ports):
            with contextlib.suppress(OSError, asyncio.IncompleteReadError):
                if await self._is_taken(port, head, reader, writer):
                    return

    async def _is_taken(
        self, port: int, head: bytes, reader: asyncio.StreamReader, writer: asyncio.StreamWriter
    ) -> bool:
        back_reader, back_writer = await asyncio.open_connection("127.0.0.1", port)
        try:
            back_writer.write(head)
            answer = await back_reader.readuntil(b"\r\n\r\n")
            if UNAVAILABLE in answer.partition(b"\r\n")[0]:
                return False
            await self._flows.wait()
            writer.write(answer)
            await self._join(reader, writer, back_reader, back_writer, self._flows)
            return True
        finally:
            back_writer.close()

    async def _join(
        self,
        reader: asyncio.StreamReader,
        writer: asyncio.StreamWriter,
        back_reader: asyncio.StreamReader,
        back_writer: asyncio.StreamWriter,
        flows: asyncio.Event | None = None,
    ) -> None:
        """Carry bytes both ways until both have ended, or one has failed."""
        try:
            await asyncio.gather(_copy(reader, back_writer), _copy(back_reader, writer, flows))
        except OSError:
            writer.transport.abort()
        finally:
            back_writer.close()


async def _copy(
    reader: asyncio.StreamReader, writer: asyncio.StreamWriter, flows: asyncio.Event | None = None
) -> None:
    while chunk := await reader.read(CHUNK_BYTES):
        if flows is not None:
            await flows.wait()
        writer.write(chunk)
        await writer.drain()
    writer.write_eof()
