"""Which pages of other origins may use the API (E3)."""

from collections.abc import AsyncIterator

import pytest

from tests.api.world import BASE_URL, Api, User, problem_of, running_api
from tests.harness.clock import ManualClock
from tests.harness.databases import Database

SHOP = "https://shop.example"
PREFLIGHT = {
    "Access-Control-Request-Method": "POST",
    "Access-Control-Request-Headers": "authorization,content-type",
}


@pytest.fixture
async def api(database: Database, clock: ManualClock) -> AsyncIterator[Api]:
    """An API that another origin may use."""
    async with running_api(database.app_url, clock, allowed_origins=(SHOP, "http://localhost:5173")) as running:
        yield running


@pytest.mark.parametrize("origin", [SHOP, "http://localhost:5173", BASE_URL])
async def test_preflight_of_allowed_origins(api: Api, origin: str) -> None:
    """E3: also for routes that need a login, since a preflight carries no token."""
    for path in ("/v1/payments", "/v1/sessions", "/v1/sessions/current"):
        answer = await api.http.options(path, headers={"Origin": origin, **PREFLIGHT})
        assert answer.status_code == 204
        assert answer.headers["access-control-allow-origin"] == origin
        assert "POST" in answer.headers["access-control-allow-methods"]
        assert {"Authorization", "Content-Type", "Idempotency-Key"} <= set(
            answer.headers["access-control-allow-headers"].split(", ")
        )
        assert "Origin" in answer.headers["vary"]


@pytest.mark.parametrize(
    "origin",
    ["https://evil.example", "null", "http://shop.example", f"{SHOP}:8443", f"{SHOP}.evil.example",
     SHOP.upper(), "*", ""],
)  # fmt: skip
async def test_other_origins_are_told_nothing(api: Api, ann: User, origin: str) -> None:
    """E3: the browser then refuses; there is no wildcard and no reflection."""
    preflight = await api.http.options("/v1/payments", headers={"Origin": origin, **PREFLIGHT})
    answer = await api.http.get("/v1/me", headers={"Origin": origin, **ann.headers})
    for headers in (preflight.headers, answer.headers):
        assert not [name for name in headers if name.startswith("access-control-")]


async def test_failures_can_be_read_by_allowed_origins(api: Api) -> None:
    """E1, E3: a page must be able to show what went wrong, whatever it was."""
    for path, status in (("/v1/me", 401), ("/v1/none", 404)):
        answer = await api.http.get(path, headers={"Origin": SHOP})
        assert problem_of(answer).status == status
        assert answer.headers["access-control-allow-origin"] == SHOP
        assert "Retry-After" in answer.headers["access-control-expose-headers"]


async def test_no_credentials(api: Api) -> None:
    """Tokens travel in a header; cookies are never asked for."""
    answer = await api.http.options("/v1/payments", headers={"Origin": SHOP, **PREFLIGHT})
    assert "access-control-allow-credentials" not in answer.headers
