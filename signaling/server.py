"""The server under the application: uvicorn, with limits."""

from __future__ import annotations

import gc
from typing import Any, Literal

import uvicorn

from shared.settings import Settings
from signaling.sockets.wire import BoundedWebSocketProtocol

BACKLOG = 2_048
GRACEFUL_SECONDS_MAX = 2
"""Requests under way after the drain have this long."""


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
        proxy_headers=bool(settings.trusted_proxies),
        forwarded_allow_ips=list(settings.trusted_proxies),
        timeout_graceful_shutdown=GRACEFUL_SECONDS_MAX,
    )


def calm_garbage_collector() -> None:
    """Look for garbage less often, and not among what is there to stay; once, when all is started."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(5_000, 20, 100_000)
