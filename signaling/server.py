"""The server under the application: uvicorn, with limits, and a stop that drains first."""

from __future__ import annotations

import gc
import signal
import socket
import threading
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from typing import Any, Literal

import uvicorn
from uvicorn.server import HANDLED_SIGNALS

from shared.settings import Settings
from signaling.sockets.wire import BoundedWebSocketProtocol

TCP_USER_TIMEOUT_MS = 15_000
"""What a peer has not acknowledged for so long, it will not: its connection is given up."""
BACKLOG = 2_048
GRACEFUL_SECONDS_MAX = 2
"""Requests under way after the drain have this long."""


def listening_socket(*, host: str, port: int) -> socket.socket:
    """Return a socket that listens, whose connections do not outlive a peer that went without a word.

    Who connects before it is served, waits. Raises `OSError`, where the port is taken for instance.
    """
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    listening = socket.socket(family, socket.SOCK_STREAM)
    listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    if hasattr(socket, "TCP_USER_TIMEOUT"):
        listening.setsockopt(socket.IPPROTO_TCP, socket.TCP_USER_TIMEOUT, TCP_USER_TIMEOUT_MS)
    listening.bind((host, port))
    listening.listen(BACKLOG)
    return listening


def server_config(app: Any, settings: Settings, *, lifespan: Literal["on", "off"] = "off") -> uvicorn.Config:
    """Return the configuration that the sockets need; fit for any application that serves them among others.

    uvicorn's own notices name the whole address of a request, query included, and are left out, as its access log.
    The devices are pinged by the application, in messages that prove more than a frame answered by a network stack.
    """
    return uvicorn.Config(
        app,
        http="httptools",
        ws=BoundedWebSocketProtocol,
        ws_max_size=settings.frame_bytes_max,
        ws_per_message_deflate=False,
        ws_ping_interval=None,
        ws_ping_timeout=None,
        lifespan=lifespan,
        interface="asgi3",
        backlog=BACKLOG,
        access_log=False,
        log_config=None,
        log_level="warning",
        server_header=False,
        timeout_graceful_shutdown=GRACEFUL_SECONDS_MAX,
    )


class DrainingServer(uvicorn.Server):
    """Stops on SIGTERM and SIGINT: first `drain`, while still listening, then the server."""

    def __init__(self, config: uvicorn.Config, *, drain: Callable[[], Awaitable[None]]) -> None:
        super().__init__(config)
        self._drain = drain

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        """Drain, then stop serving."""
        await self._drain()
        await super().shutdown(sockets)

    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        """Take the signals, and do not raise them again afterwards: that would end the process unfinished."""
        if threading.current_thread() is not threading.main_thread():
            yield
            return
        before = {number: signal.signal(number, self.handle_exit) for number in HANDLED_SIGNALS}
        try:
            yield
        finally:
            for number, handler in before.items():
                signal.signal(number, handler)


def calm_garbage_collector() -> None:
    """Look for garbage less often, and not among what is there to stay; once, when all is started."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(5_000, 20, 100_000)
