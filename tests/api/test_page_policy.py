"""What the page's headers let a browser do."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import httpx
import pytest

from api.app import create_app
from shared.clock import SystemClock
from shared.database import create_engine
from tests.api.world import client_of, settings_for

CLOSED = "postgresql://talktime_app@127.0.0.1:1/talktime"


@asynccontextmanager
async def asked(folder: Path, **settings: Any) -> AsyncIterator[httpx.Headers]:
    """The headers of the page under these settings."""
    (folder / "index.html").write_bytes(b"<!doctype html>")
    engine = create_engine(CLOSED, connections_max=1)
    app = create_app(settings_for(CLOSED, **settings), engine=engine, clock=SystemClock(), page_folder=folder)
    async with client_of(app) as http:
        yield (await http.get("/")).headers
    await engine.dispose()


def policy(headers: httpx.Headers) -> dict[str, set[str]]:
    """Return the directives of the Content-Security-Policy."""
    parts = [part.split() for part in headers["content-security-policy"].split(";")]
    return {name: set(values) for name, *values in parts}


async def test_nothing_foreign_and_nothing_inline(tmp_path: Path) -> None:
    """What is not named is forbidden."""
    async with asked(tmp_path) as headers:
        given = policy(headers)
    assert given["default-src"] == given["frame-ancestors"] == given["base-uri"] == {"'none'"}
    assert given["script-src"] == given["style-src"] == given["form-action"] == {"'self'"}
    assert given["require-trusted-types-for"] == {"'script'"}
    assert not any(source.startswith(("'unsafe", "http", "*")) for sources in given.values() for source in sources)


@pytest.mark.parametrize(
    ("settings", "source"),
    [
        ({"public_url": "http://127.0.0.1:8000"}, "ws://127.0.0.1:8000"),
        ({"public_url": "https://calls.example/"}, "wss://calls.example"),
        ({"signaling_url": "ws://127.0.0.1:8001/ws"}, "ws://127.0.0.1:8001"),
        ({"signaling_url": "wss://sockets.example/a/b;c"}, "wss://sockets.example"),
        ({"signaling_url": "ws://[::1]:8001/ws"}, "ws:"),
        ({"public_url": "http://[::1]:8000"}, "ws:"),
    ],
)
async def test_sockets_go_to_signaling_only(tmp_path: Path, settings: dict[str, str], source: str) -> None:
    """Named, as not every browser counts the own address for sockets; CSP has no word for an IPv6 address."""
    async with asked(tmp_path, **settings) as headers:
        assert policy(headers)["connect-src"] == {"'self'", source}


async def test_calls_may_use_the_devices_and_nothing_else(tmp_path: Path) -> None:
    """H2: camera, microphone, screen, speaker, full screen; no other site in a frame gets any."""
    async with asked(tmp_path) as headers:
        given = dict(part.split("=") for part in headers["permissions-policy"].split(", "))
    assert {name for name, allowed in given.items() if allowed == "(self)"} == {
        "autoplay", "camera", "display-capture", "fullscreen", "microphone", "picture-in-picture",
        "screen-wake-lock", "speaker-selection",
    }  # fmt: skip
    assert {"geolocation", "payment", "usb"} <= {name for name, allowed in given.items() if allowed == "()"}


async def test_other_pages_keep_their_distance(tmp_path: Path) -> None:
    """The checkout's window can be watched; nobody can watch ours, or frame it."""
    async with asked(tmp_path) as headers:
        assert headers["cross-origin-opener-policy"] == "same-origin-allow-popups"
        assert headers["x-frame-options"] == "DENY"
        assert headers["referrer-policy"] == "no-referrer"
