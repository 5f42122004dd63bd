"""What a page is told before anybody logs in."""

from importlib.metadata import version
from typing import Any

import pytest

from api.app import create_app
from shared.clock import SystemClock
from shared.database import create_engine
from tests.api.world import client_of, settings_for

CLOSED = "postgresql://talktime_app@127.0.0.1:1/talktime"


async def told(**settings: Any) -> dict[str, Any]:
    """Return what the route answers under these settings; no database is needed for it, and no login."""
    engine = create_engine(CLOSED, connections_max=1)
    app = create_app(settings_for(CLOSED, **settings), engine=engine, clock=SystemClock())
    async with client_of(app) as http:
        answer = await http.get("/v1/installation")
    await engine.dispose()
    assert answer.status_code == 200
    assert answer.headers["cache-control"] == "public, max-age=60"
    found: dict[str, Any] = answer.json()
    return found


async def test_all_that_a_page_needs() -> None:
    """H1: to show amounts and minutes, to offer a payment, and to connect."""
    assert await told() == {
        "version": version("talktime"),
        "currency": "EUR",
        "currency_exponent": 2,
        "minute_ms": 60_000,
        "payment_provider": "sandbox",
        "payment_minor_max": 100_000,
        "relay_available": False,
        "relay_only": False,
        "signaling_url": "ws://talktime.test/ws",
    }


async def test_it_is_of_this_installation() -> None:
    """B1: the exponent is the currency's own."""
    changed = await told(currency="JPY", minute_ms=20_000, payment_provider="none", payment_minor_max=9)
    assert {"JPY", 0, 20_000, "none", 9} < set(changed.values())


async def test_whether_media_is_relayed() -> None:
    """D14: a page offers what there is, and says what is so for everybody."""
    turn: dict[str, Any] = {"turn_urls": ("turn:turn.example:3478",), "turn_secrets": ("shared with the relay",)}
    for settings, expected in [
        ({"stun_urls": ("stun:stun.example:3478",)}, (False, False)),
        (turn, (True, False)),
        ({**turn, "relay_only": True}, (True, True)),
    ]:
        said = await told(**settings)
        assert (said["relay_available"], said["relay_only"]) == expected


@pytest.mark.parametrize(
    ("settings", "url"),
    [
        ({"public_url": "http://127.0.0.1:8000"}, "ws://127.0.0.1:8000/ws"),
        ({"public_url": "https://calls.example/"}, "wss://calls.example/ws"),
        ({"public_url": "http://[::1]:8000"}, "ws://[::1]:8000/ws"),
        ({"signaling_url": "ws://127.0.0.1:8001/ws"}, "ws://127.0.0.1:8001/ws"),
    ],
)
async def test_where_the_sockets_are(settings: dict[str, str], url: str) -> None:
    """At the same address as everything else, unless a setting says otherwise."""
    assert (await told(**settings))["signaling_url"] == url
