"""E1, E3: what every answer has and what none tells: each route, each method, each failure."""

from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import httpx
import pytest
from litestar import get
from litestar.routes import HTTPRoute

from api.app import create_app
from shared.database import create_engine
from tests.api.authorization.asking import PARAMETER
from tests.api.cast import Part, enter
from tests.api.world import Api, client_of, problem_of, running_api, settings_for
from tests.harness.clock import ManualClock
from tests.harness.databases import Database

HTTPS = "https://talk.example"
SHOP = "https://shop.example"
NOTHING = "00000000-0000-0000-0000-000000000000"
TELLING = {"server", "x-powered-by", "via", "x-aspnet-version", "x-runtime", "x-debug", "set-cookie"}


def check(answer: httpx.Response, *, what: object) -> None:
    """Every answer: kept by nobody who may not, framed and sniffed by nobody, read by allowed origins only."""
    headers = answer.headers
    assert headers["x-content-type-options"] == "nosniff", what
    assert headers["x-frame-options"] == "DENY", what
    assert headers["referrer-policy"] == "no-referrer", what
    assert headers["strict-transport-security"] == "max-age=31536000", what
    assert "camera=" in headers["permissions-policy"], what
    assert "default-src" in headers["content-security-policy"], what
    assert headers["cache-control"], what
    assert "Origin" in headers["vary"], what
    assert not TELLING & set(headers), what
    for version in ("litestar", "uvicorn", "python", "quart", "postgres", "asyncpg"):
        assert version not in str(headers).lower(), what
    if answer.status_code >= 400:
        assert headers.get("content-type") == "application/problem+json" or not answer.content, what
        assert headers["cache-control"] == "no-store", what


@pytest.fixture
async def secure(database: Database, clock: ManualClock) -> AsyncIterator[Api]:
    """An API that people reach by https."""
    changes = {"public_url": HTTPS, "allowed_origins": (SHOP,), "registration_limit_address": "1/600"}
    async with running_api(database.app_url, clock, **changes) as api:
        yield api


def every(api: Api) -> Iterator[tuple[str, str]]:
    """Yield each method that HTTP has at each address that we have."""
    for route in api.app.routes:
        if isinstance(route, HTTPRoute):
            path = PARAMETER.sub(lambda name: NOTHING if name[1].endswith("_id") else "x", route.path_format)
            for method in ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE", "FOO"):
                yield method, path.replace("//", "/")


async def test_every_method_of_every_route(secure: Api) -> None:
    """As a customer, as an operator and as nobody; with what the page may ask, and with what others may not."""
    people = await enter(secure, [Part("ann"), Part("olga", kind="operator", is_operator=True)])
    who = [{}, people["ann"].headers, people["olga"].headers]
    asked = list(every(secure))
    assert len(asked) > 400
    for method, path in asked:
        for headers in who if method in {"GET", "POST"} else who[:1]:
            answer = await secure.http.request(method, path, headers={**headers, "Origin": SHOP})
            check(answer, what=(method, path))
            assert answer.headers["access-control-allow-origin"] == SHOP, path


async def test_every_preflight(secure: Api) -> None:
    """E3: allowed by the settings and by nothing else, wherever; all methods of the address are named."""
    ask = {"Access-Control-Request-Method": "POST", "Access-Control-Request-Headers": "authorization"}
    for route in secure.app.routes:
        if isinstance(route, HTTPRoute):
            path = PARAMETER.sub(NOTHING, route.path_format).replace("//", "/")
            answer = await secure.http.options(path, headers={"Origin": SHOP, **ask})
            check(answer, what=path)
            assert answer.headers["access-control-allow-origin"] == SHOP, path
            assert set(answer.headers["allow"].split(", ")) == route.methods, path
            foreign = await secure.http.options(path, headers={"Origin": "https://evil.example", **ask})
            check(foreign, what=path)
            assert not [name for name in foreign.headers if name.startswith("access-control-")], path


async def test_every_failure(secure: Api, caplog: pytest.LogCaptureFixture) -> None:
    """E1: 401, 404, 405, 413, 415, 422, 429 and 500."""

    @get("/broken")
    async def broken() -> None:
        raise RuntimeError("the secret is 42")

    secure.app.register(broken)
    json = {"Content-Type": "application/json"}
    new = [{"email": f"x{n}@example.com", "user_name": f"xyz{n}", "password": "correct horse 7"} for n in (1, 2)]
    await secure.http.post("/v1/accounts", json=new[0])
    answers = {
        401: await secure.http.get("/v1/me"),
        404: await secure.http.get("/v1/none"),
        405: await secure.http.put("/v1/wallet"),
        413: await secure.http.post("/v1/sessions", content=b"x" * 100_000, headers=json),
        415: await secure.http.post("/v1/sessions", content=b"x"),
        422: await secure.http.post("/v1/sessions", content=b"{}", headers=json),
        429: await secure.http.post("/v1/accounts", json=new[1]),
        500: await secure.http.get("/broken"),
    }
    for status, answer in answers.items():
        assert problem_of(answer).status == status
        check(answer, what=status)
    assert "42" not in answers[500].text


@pytest.fixture
async def stranded(clock: ManualClock, tmp_path: Path, anyio_backend: str) -> AsyncIterator[httpx.AsyncClient]:
    """An API with a page and without its database."""
    for name in ("index.html", "assets/main-C3x9.js", "favicon.svg"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text("x" * 1_000)
    closed = "postgresql://talktime_app@127.0.0.1:1/talktime"
    engine = create_engine(closed, connections_max=1)
    settings = settings_for(closed, public_url=HTTPS, allowed_origins=(SHOP,))
    async with client_of(create_app(settings, engine=engine, clock=clock, page_folder=tmp_path)) as http:
        yield http
    await engine.dispose()


async def test_without_a_database(stranded: httpx.AsyncClient) -> None:
    """E7: 503, with when to come back."""
    for path in ("/health/ready", "/sandbox/checkout/" + "x" * 43):
        answer = await stranded.get(path)
        assert problem_of(answer).status == 503
        assert int(answer.headers["retry-after"]) > 0
        check(answer, what=path)


async def test_files(stranded: httpx.AsyncClient) -> None:
    """The page, its files and the documentation's, also where the browser has them."""
    for path in (
        "/",
        "/history",
        "/assets/main-C3x9.js",
        "/favicon.svg",
        "/docs",
        "/docs/setup.js",
        "/openapi.json",
    ):
        answer = await stranded.get(path, headers={"Accept": "text/html"})
        assert answer.status_code == 200, path
        check(answer, what=path)
        if "etag" in answer.headers:
            again = await stranded.get(
                path, headers={"Accept": "text/html", "If-None-Match": answer.headers["etag"]}
            )
            assert again.status_code == 304, path
            check(again, what=path)


async def test_plain_http_asks_for_no_https(api: Api) -> None:
    """Or nobody could try it out on the own machine."""
    assert "strict-transport-security" not in (await api.http.get("/health/live")).headers
