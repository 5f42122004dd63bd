"""Which pages of other origins may use the API (E3)."""

from collections.abc import AsyncIterator

import httpx
import pytest

from api.app import create_app
from shared.database import create_engine
from tests.api.world import BASE_URL, client_of, problem_of, settings_for
from tests.harness.clock import ManualClock

CLOSED = "postgresql://talktime_app@127.0.0.1:1/talktime"
SHOP = "https://shop.example"
PREFLIGHT = {
    "Access-Control-Request-Method": "POST",
    "Access-Control-Request-Headers": "authorization,content-type",
}


@pytest.fixture
async def http(clock: ManualClock, anyio_backend: str) -> AsyncIterator[httpx.AsyncClient]:
    """An API that other origins may use; its database is away, which is one more failure to be read."""
    settings = settings_for(CLOSED, allowed_origins=(SHOP, "http://localhost:5173"))
    engine = create_engine(CLOSED, connections_max=1)
    async with client_of(create_app(settings, engine=engine, clock=clock)) as client:
        yield client
    await engine.dispose()


async def test_preflight_of_allowed_origins(http: httpx.AsyncClient) -> None:
    """E3: also for routes that need a login, since a preflight carries no token."""
    for origin in (SHOP, "http://localhost:5173", BASE_URL):
        for path in ("/v1/payments", "/v1/sessions", "/v1/sessions/current"):
            answer = await http.options(path, headers={"Origin": origin, **PREFLIGHT})
            assert answer.status_code == 204
            assert answer.headers["access-control-allow-origin"] == origin
            assert "POST" in answer.headers["access-control-allow-methods"]
            allowed = answer.headers["access-control-allow-headers"].split(", ")
            assert {"Authorization", "Content-Type", "Idempotency-Key"} <= set(allowed)
            assert "Origin" in answer.headers["vary"]


OTHERS = (
    f"https://evil.example null http://shop.example {SHOP}:8443 {SHOP}.evil.example {SHOP.upper()} * {SHOP}/"
).split()


async def test_other_origins_are_told_nothing(http: httpx.AsyncClient) -> None:
    """E3: the browser then refuses; there is no wildcard and no reflection."""
    for origin in [*OTHERS, ""]:
        preflight = await http.options("/v1/payments", headers={"Origin": origin, **PREFLIGHT})
        answer = await http.get("/health/live", headers={"Origin": origin})
        for headers in (preflight.headers, answer.headers):
            assert not [name for name in headers if name.startswith("access-control-")], origin


async def test_failures_can_be_read_by_allowed_origins(http: httpx.AsyncClient) -> None:
    """E1, E3: a page must be able to show what went wrong, whatever it was."""
    for path, status in (("/v1/me", 401), ("/v1/none", 404), ("/health/ready", 503)):
        answer = await http.get(path, headers={"Origin": SHOP})
        assert problem_of(answer).status == status
        assert answer.headers["access-control-allow-origin"] == SHOP
        assert "Retry-After" in answer.headers["access-control-expose-headers"]


async def test_no_credentials(http: httpx.AsyncClient) -> None:
    """Tokens travel in a header; cookies are never asked for."""
    answer = await http.options("/v1/payments", headers={"Origin": SHOP, **PREFLIGHT})
    assert "access-control-allow-credentials" not in answer.headers
