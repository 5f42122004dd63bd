"""Programs that run until they are told to stop, and then stop in good order."""

from __future__ import annotations

import asyncio
import contextlib
import errno
import logging
import signal
import socket
from collections.abc import AsyncIterator, Coroutine, Iterator
from typing import Any

import uvicorn

log = logging.getLogger(__name__)

TCP_USER_TIMEOUT_MS = 15_000
"""What a peer has not acknowledged for so long, it will not: its connection is given up."""
STOP_SIGNALS = (signal.SIGTERM, signal.SIGINT, signal.SIGHUP)
PORT_REFUSED = frozenset({errno.EADDRINUSE, errno.EACCES})
STOPPED_BY_FORCE = 130
"""Exit status of a program that was told twice."""


class ProgramError(Exception):
    """A program cannot run; the message says what to do."""


class Server(uvicorn.Server):
    """uvicorn, started and stopped by the program around it, which alone hears the signals."""

    def __init__(self, config: uvicorn.Config) -> None:
        super().__init__(config)
        self.up = asyncio.Event()

    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        """Leave signals alone: uvicorn would raise them again after serving, and skip our own clean-up."""
        yield

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        self.up.set()


def listen(host: str, port: int) -> socket.socket:
    """Return a bound socket; port 0 takes a free one. Raises `ProgramError`."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    listener = socket.socket(family, socket.SOCK_STREAM)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    if hasattr(socket, "TCP_USER_TIMEOUT"):
        listener.setsockopt(socket.IPPROTO_TCP, socket.TCP_USER_TIMEOUT, TCP_USER_TIMEOUT_MS)
    try:
        listener.bind((host, port))
    except OSError as error:
        listener.close()
        advice = ": choose another port" if error.errno in PORT_REFUSED else ""
        raise ProgramError(f"cannot listen on {host}:{port} ({error.strerror}){advice}") from error
    listener.set_inheritable(True)
    return listener


def address_of(listener: socket.socket) -> str:
    """Return the address as a URL."""
    host, port = listener.getsockname()[:2]
    return f"http://[{host}]:{port}" if ":" in host else f"http://{host}:{port}"


@contextlib.asynccontextmanager
async def serving(config: uvicorn.Config, listener: socket.socket) -> AsyncIterator[Server]:
    """Serve while the block runs; at its end finish the requests at hand. Raises `ProgramError`."""
    server = Server(config)
    task = asyncio.create_task(server.serve(sockets=[listener]), name="http server")
    up = asyncio.create_task(server.up.wait())
    try:
        await asyncio.wait([task, up], return_when=asyncio.FIRST_COMPLETED)
        if task.done():
            raise ProgramError("the HTTP server did not start; the log above says why")
        yield server
    finally:
        up.cancel()
        server.should_exit = True
        await task


async def until_told(work: Coroutine[Any, Any, None]) -> None:
    """Do the work until it ends, or until it is told to stop and has cleaned up.

    SIGTERM, Ctrl-C and the end of the terminal cancel it. A second signal ends the process at once.
    """
    task = asyncio.ensure_future(work)

    def heard() -> None:
        if task.cancelling():
            raise SystemExit(STOPPED_BY_FORCE)
        log.info("stopping")
        task.cancel()

    for number in STOP_SIGNALS:
        asyncio.get_running_loop().add_signal_handler(number, heard)
    with contextlib.suppress(asyncio.CancelledError):
        await task


async def forever() -> None:
    """Return never: a program that is ready has nothing more to do of its own."""
    await asyncio.Event().wait()
