"""The worker's health and metrics pages, the only HTTP it speaks: a bare ASGI application of three addresses."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from http import HTTPStatus
from typing import Any

import msgspec

from billing_worker.app import Probe
from billing_worker.metrics import CONTENT_TYPE, Metrics
from shared.answer_headers import OWN_DEFAULTS, answer_headers

RETRY_AFTER_SECONDS = b"2"

_HEADERS = [
    (name.lower().encode(), value.encode()) for name, value in {**answer_headers(""), **OWN_DEFAULTS}.items()
]

Asgi = Callable[[Any, Any, Any], Awaitable[None]]


def health_app(probes: Mapping[str, Probe], metrics: Metrics) -> Asgi:
    """Return the application: ``/health/live`` is 200 while the process runs, ``/health/ready`` 200 or 503.

    A 503 is a problem (RFC 9457) that says which dependency is away. ``/metrics`` is Prometheus' text.
    """

    async def app(scope: Any, _receive: Any, send: Any) -> None:
        if scope["type"] != "http":
            return
        match scope["path"]:
            case "/health/live":
                await _send(send, 200, {"status": "live"})
            case "/health/ready":
                states = {name: "up" if await probe() else "down" for name, probe in probes.items()}
                if "down" in states.values():
                    await _send_problem(send, 503, "unavailable", dependencies=states)
                else:
                    await _send(send, 200, {"status": "ready", "dependencies": states})
            case "/metrics":
                await _send_bytes(send, 200, await metrics.page(), content_type=CONTENT_TYPE.encode())
            case _:
                await _send_problem(send, 404, "not-found")

    return app


async def _send_problem(send: Any, status: int, name: str, **more: object) -> None:
    title = HTTPStatus(status).phrase
    body = {"type": f"urn:talktime:problem:{name}", "title": title, "status": status, **more}
    await _send(send, status, body, content_type=b"application/problem+json")


async def _send(send: Any, status: int, body: object, *, content_type: bytes = b"application/json") -> None:
    await _send_bytes(send, status, msgspec.json.encode(body), content_type=content_type)


async def _send_bytes(send: Any, status: int, body: bytes, *, content_type: bytes) -> None:
    headers = [(b"content-type", content_type), *_HEADERS]
    if status == 503:
        headers.append((b"retry-after", RETRY_AFTER_SECONDS))
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": body})
