"""Every failure is a problem."""

import asyncio
from collections.abc import AsyncIterator, Coroutine
from datetime import timedelta
from typing import Any

import httpx
import pytest
from litestar import get

from api.app import create_app
from api.calls.service import Calls, Filter
from api.earnings.service import EarningsOf
from api.payments.service import Payments
from api.people.presence import PresenceOf
from api.people.service import People
from api.problems import ProblemType
from api.statements.accounts import Statements
from api.statements.periods import BEGINNING, END, Period
from api.wallet.service import Wallets
from shared.clock import SystemClock
from shared.database import DatabaseUnavailableError, create_engine
from shared.ids import new_id
from shared.ledger import Purse
from tests.api.world import PASSWORD, Api, User, client_of, problem_of, settings_for
from tests.harness.clock import ManualClock

CLOSED = "postgresql://talktime_app@127.0.0.1:1/talktime"


@pytest.fixture
async def stranded(clock: ManualClock, anyio_backend: str) -> AsyncIterator[httpx.AsyncClient]:
    """An API whose database is away."""
    engine = create_engine(CLOSED, connections_max=2)
    async with client_of(create_app(settings_for(CLOSED), engine=engine, clock=clock)) as http:
        yield http
    await engine.dispose()


def test_types_are_stable() -> None:
    """E1: a client may rely on these; adding one is fine, changing one is not."""
    assert {kind.uri.removeprefix("urn:talktime:problem:"): kind.status for kind in ProblemType} == {
        "malformed-request": 400,
        "idempotency-key-required": 400,
        "unauthenticated": 401,
        "wrong-credentials": 401,
        "refresh-refused": 401,
        "signature-refused": 401,
        "forbidden": 403,
        "wrong-password": 403,
        "login-too-old": 403,
        "own-account": 403,
        "not-found": 404,
        "method-not-allowed": 405,
        "already-taken": 409,
        "in-a-call": 409,
        "money-left": 409,
        "account-deleted": 409,
        "list-full": 409,
        "call-over": 409,
        "call-not-settled": 409,
        "idempotency-key-in-use": 409,
        "relay-not-offered": 409,
        "insufficient-funds": 409,
        "payment-not-settled": 409,
        "refund-too-large": 409,
        "body-too-large": 413,
        "unsupported-media-type": 415,
        "invalid-fields": 422,
        "idempotency-key-reused": 422,
        "payment-mismatch": 422,
        "too-many-requests": 429,
        "internal-error": 500,
        "payments-not-offered": 501,
        "unavailable": 503,
    }


async def test_unknown_paths(stranded: httpx.AsyncClient) -> None:
    """E1: 404."""
    paths = "/v1 /v1/none /v1/me/x /docs/none /docs/x/y /%00 /%FF /%2e%2e/etc/passwd /é".split()
    for path in paths:
        assert problem_of(await stranded.get(path)).type == "urn:talktime:problem:not-found", path


async def test_wrong_methods(stranded: httpx.AsyncClient) -> None:
    """E1: 405 with what is allowed."""
    for method in ("PUT", "PATCH", "DELETE", "TRACE", "FOO", "POST"):
        answer = await stranded.request(method, "/v1/wallet")
        assert problem_of(answer).type == "urn:talktime:problem:method-not-allowed", method
        assert set(answer.headers["allow"].split(", ")) == {"GET", "OPTIONS"}


async def test_too_large_bodies(stranded: httpx.AsyncClient) -> None:
    """E1: 413, announced or not."""
    limit = settings_for(CLOSED).body_bytes_max
    headers = {"Content-Type": "application/json"}
    announced = await stranded.post("/v1/sessions", content=b"x" * (limit + 1), headers=headers)
    assert problem_of(announced).type == "urn:talktime:problem:body-too-large"

    async def endless() -> AsyncIterator[bytes]:
        for _ in range(limit):
            yield b"x" * 1_024

    streamed = await stranded.post("/v1/sessions", content=endless(), headers=headers)
    assert problem_of(streamed).status == 413


async def test_other_media_types(stranded: httpx.AsyncClient) -> None:
    """E1: 415; a form of another site cannot send JSON."""
    for content_type in (
        None,
        "text/plain",
        "multipart/form-data",
        "application/x-www-form-urlencoded",
        "é/é",
        ";",
    ):
        headers = {} if content_type is None else {b"Content-Type": content_type.encode()}
        answer = await stranded.post("/v1/sessions", content=b'{"login":"x","password":"x"}', headers=headers)
        assert problem_of(answer).type == "urn:talktime:problem:unsupported-media-type", content_type


async def test_json_with_parameters(api: Api, ann: User) -> None:
    """What is JSON by its first name is JSON."""
    headers = {"Content-Type": "Application/JSON; charset=utf-8"}
    body = f'{{"login": "ann", "password": "{PASSWORD}"}}'
    assert (await api.http.post("/v1/sessions", content=body, headers=headers)).status_code == 201


async def test_what_nobody_foresaw_tells_nothing(api: Api, caplog: pytest.LogCaptureFixture) -> None:
    """E1: 500 without internals; the log has them."""

    @get("/broken")
    async def broken() -> None:
        raise RuntimeError("the secret is 42")

    api.app.register(broken)
    answer = await api.http.get("/broken")
    assert problem_of(answer).type == "urn:talktime:problem:internal-error"
    assert "42" not in answer.text
    assert any("42" in str(record.exc_info) for record in caplog.records)


async def test_database_away(stranded: httpx.AsyncClient, api: Api, ann: User) -> None:
    """E7: 503 with `Retry-After` on every door that needs it; the reason is not told in the database's words."""
    answers = [
        await stranded.post(
            "/v1/accounts", json={"email": "x@example.com", "user_name": "xyz", "password": PASSWORD}
        ),
        await stranded.post("/v1/sessions", json={"login": "ann", "password": PASSWORD}),
        await stranded.post("/v1/sessions/refresh", json={"refresh_token": "x"}),
        await stranded.get("/v1/me", headers=ann.headers),
        await stranded.get("/v1/payments", headers=ann.headers),
        await stranded.get("/sandbox/checkout/" + "x" * 43),
        await stranded.get("/health/ready"),
    ]
    for answer in answers:
        problem = problem_of(answer)
        assert (problem.status, problem.type) == (503, "urn:talktime:problem:unavailable")
        assert problem.dependencies == {"database": "down"}
        assert int(answer.headers["retry-after"]) > 0
        assert "127.0.0.1" not in answer.text


async def test_an_outage_after_the_login_is_told_as_one(anyio_backend: str) -> None:
    """E7: by repositories too, which by themselves would call every failure of the database the same."""
    engine = create_engine(CLOSED, connections_max=1)
    who = new_id()
    presence_of = PresenceOf(engine, SystemClock(), timedelta(seconds=30))
    asked: list[Coroutine[Any, Any, object]] = [
        Wallets(engine, "EUR").read(who),
        Wallets(engine, "EUR").entries(who, limit=1, cursor=""),
        Wallets(engine, "EUR").entries(who, Purse.EARNINGS, limit=1, cursor=""),
        EarningsOf(engine, "EUR").read(who),
        Statements(engine, SystemClock(), "EUR").of(who, Purse.CREDIT, Period.of(BEGINNING, END)),
        presence_of.person(who, watcher_id=who),
        People(engine, "EUR", presence_of).search("a", watcher_id=who, limit=1, cursor=""),
        People(engine, "EUR", presence_of).get("ann", watcher_id=who),
        Payments(engine, SystemClock(), None, "EUR", 1).list_own(who, limit=1, cursor=""),
        Payments(engine, SystemClock(), None, "EUR", 1).get_own(who, who),
        Calls(engine, "EUR").list_own(who, Filter("any", ()), limit=1, cursor=""),
        Calls(engine, "EUR").get_own(who, who),
    ]
    for each in asked:
        with pytest.raises(DatabaseUnavailableError):
            await each
    await engine.dispose()


async def test_live_stays_up(stranded: httpx.AsyncClient) -> None:
    """E7: the process is well; what needs no database works."""
    assert (await stranded.get("/health/live")).json() == {"status": "live"}
    assert (await stranded.get("/.well-known/jwks.json")).status_code == 200
    assert problem_of(await stranded.get("/v1/me")).status == 401


async def test_ready_when_all_is_there(api: Api) -> None:
    """E7."""
    assert (await api.http.get("/health/ready")).json() == {"status": "ready", "dependencies": {"database": "up"}}


async def test_more_requests_than_connections_wait_for_their_turn(api: Api, ann: User) -> None:
    """The pool bounds what PostgreSQL sees; nobody is refused for it."""
    answers = await asyncio.gather(*(ann.get("/wallet") for _ in range(100)))
    assert {answer.status_code for answer in answers} == {200}


async def test_every_answer_forbids_sniffing_framing_and_keeping(api: Api, ann: User) -> None:
    """Failures and routing errors included."""
    for path in ("/v1/me", "/v1/none", "/docs", "/health/live"):
        headers = (await api.http.get(path, headers=ann.headers)).headers
        assert headers["x-content-type-options"] == "nosniff"
        assert headers["x-frame-options"] == "DENY"
        assert headers["cache-control"] == "no-store"
        assert "server" not in headers
