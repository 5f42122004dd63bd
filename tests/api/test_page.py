"""The browser client at `/`: its files and its own addresses; a folder of the test stands for the build."""

import gzip
import json
import logging
import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any
from urllib.parse import unquote

import httpx
import pytest

from api.app import create_app
from shared.clock import SystemClock
from shared.database import create_engine
from tests.api.world import client_of, problem_of, settings_for

CLOSED = "postgresql://talktime_app@127.0.0.1:1/talktime"
INDEX = b'<!doctype html><title>Talktime</title><script type="module" src="/assets/main-C3x9_-aZ.js"></script>'
SCRIPT = b"console.info('hello');\n" * 100
HTML = {"Accept": "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8"}
SCRIPT_PATH = "/assets/main-C3x9_-aZ.js"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A built page, with a secret beside it."""
    built = tmp_path / "built"
    files = {
        "index.html": INDEX,
        SCRIPT_PATH[1:]: SCRIPT,
        "assets/main-Bq1.css": b"main{}",
        "assets/ring-Dd2.mp3": b"\0",
        "favicon.svg": b"<svg/>",
        "manifest.webmanifest": b"{}",
        "odd.xyz": b"?",
    }
    for name, body in files.items():
        path = built / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(body)
    (tmp_path / "secret.txt").write_text("42")
    return built


@asynccontextmanager
async def serving(folder: Path) -> AsyncIterator[httpx.AsyncClient]:
    """An API that serves the page in this folder; its database is away."""
    engine = create_engine(CLOSED, connections_max=1)
    app = create_app(settings_for(CLOSED), engine=engine, clock=SystemClock(), page_folder=folder)
    async with client_of(app) as http:
        yield http
    await engine.dispose()


@pytest.fixture
async def http(folder: Path, anyio_backend: str) -> AsyncIterator[httpx.AsyncClient]:
    """The client of such an API."""
    async with serving(folder) as client:
        yield client


@pytest.fixture
async def unbuilt(tmp_path: Path, anyio_backend: str) -> AsyncIterator[httpx.AsyncClient]:
    """The client of an API in a plain checkout."""
    async with serving(tmp_path / "nothing") as client:
        yield client


@pytest.mark.parametrize(
    "path",
    """/ /calls /people/jo.doe /people/node.js /history/x.css /operators/accounts/y.json /pay/1/ /%C3%A9
    /a/b/c?d=e.js //x""".split(),
)
async def test_every_view_is_the_page(http: httpx.AsyncClient, path: str) -> None:
    """H1: an address of the page can be opened, reloaded and sent to somebody."""
    answer = await http.get(path, headers=HTML)
    assert (answer.status_code, answer.content) == (200, INDEX)
    assert answer.headers["content-type"].startswith("text/html")
    assert answer.headers["cache-control"] == "no-cache"
    assert "script-src 'self'" in answer.headers["content-security-policy"]


async def test_the_front_is_the_page_for_everybody(http: httpx.AsyncClient) -> None:
    """Whatever a program says it accepts."""
    for accepted in ("*/*", "application/json", ""):
        assert (await http.get("/", headers={"Accept": accepted})).content == INDEX


@pytest.mark.parametrize("accepted", ["*/*", "application/json", "", "text/html;q=0", "text/html; q=0.000, */*"])
async def test_programs_are_told_that_there_is_no_such_address(http: httpx.AsyncClient, accepted: str) -> None:
    """E1: only who asks for a page by name gets one for an address that nothing else is at."""
    answer = await http.get("/calls", headers={"Accept": accepted})
    assert problem_of(answer).type == "urn:talktime:problem:not-found"


@pytest.mark.parametrize(
    "path",
    """/v1 /v1/ /v1/none /v1/people/x/y /health /health/none /docs/none /docs/x/y /.well-known/none
    /sandbox /sandbox/none /ws /metrics /assets /assets/ /assets/none.js /assets/main /favicon.png /none.css
    /calls/none.js.map /openapi.json/x /index.html""".split(),
)
async def test_other_rooms_keep_their_addresses(http: httpx.AsyncClient, path: str) -> None:
    """E1: a browser, too, is told of a missing route or file, and gets no page in place of a script."""
    assert problem_of(await http.get(path, headers=HTML)).status == 404


@pytest.mark.parametrize(
    "path",
    r"""/../secret.txt /..\secret.txt /assets/../../secret.txt /assets//../../secret.txt /%2e%2e/secret.txt
    /assets/..%2f..%2fsecret.txt //etc/passwd.txt ///../secret.txt ../secret.txt /assets/../favicon.svg
    /./favicon.svg /assets/MAIN-Bq1.css /favicon.svg%00.js""".split(),
)
async def test_nothing_but_the_files_themselves(http: httpx.AsyncClient, path: str) -> None:
    """An address is looked up, never walked; here with the percent signs resolved and without, as a server may."""
    app = http._transport.app  # type: ignore[attr-defined] # httpx would tidy the path
    for spelling in (path, unquote(path)):
        status, body = await raw_get(app, spelling)
        assert (status, json.loads(body)["status"]) == (404, 404), spelling


async def raw_get(app: Any, path: str) -> tuple[int, bytes]:
    """GET this very path, with nothing between that might change it."""
    sent: list[dict[str, Any]] = []

    async def receive() -> dict[str, Any]:
        return {"type": "http.request", "body": b"", "more_body": False}

    async def send(message: dict[str, Any]) -> None:
        sent.append(message)

    headers = [(b"host", b"talktime.test"), (b"accept", b"text/html")]
    scope = {"type": "http", "asgi": {"version": "3.0"}, "http_version": "1.1", "method": "GET", "scheme": "http",
             "path": path, "raw_path": path.encode(), "query_string": b"", "root_path": "", "headers": headers,
             "client": ("127.0.0.1", 1), "server": ("127.0.0.1", 80), "state": {}}  # fmt: skip
    await app(scope, receive, send)
    return sent[0]["status"], b"".join(message.get("body", b"") for message in sent[1:])


async def test_files_named_after_their_content_are_kept(http: httpx.AsyncClient) -> None:
    """A year, without asking again."""
    answer = await http.get(SCRIPT_PATH)
    assert (answer.status_code, answer.content) == (200, SCRIPT)
    assert answer.headers["cache-control"] == "public, max-age=31536000, immutable"


@pytest.mark.parametrize(
    ("path", "media_type"),
    [
        (SCRIPT_PATH, "text/javascript"),
        ("/assets/main-Bq1.css", "text/css"),
        ("/assets/ring-Dd2.mp3", "audio/mpeg"),
        ("/favicon.svg", "image/svg+xml"),
        ("/manifest.webmanifest", "application/manifest+json"),
        ("/odd.xyz", "application/octet-stream"),
    ],
)
async def test_media_types(http: httpx.AsyncClient, path: str, media_type: str) -> None:
    """With `nosniff`, a wrong one would be a script that does not run."""
    answer = await http.get(path)
    given, _, parameter = answer.headers["content-type"].partition("; ")
    assert (given, parameter) == (media_type, "charset=utf-8" if given.startswith("text/") else "")
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert ("immutable" in answer.headers["cache-control"]) == path.startswith("/assets/")


@pytest.mark.parametrize("path", ["/", SCRIPT_PATH, "/favicon.svg"])
async def test_who_has_it_is_not_sent_it_again(http: httpx.AsyncClient, path: str) -> None:
    """304, for as long as it has not changed."""
    first = await http.get(path)
    tag = first.headers["etag"]
    for held in (tag, f"W/{tag}", f'"old", {tag}', "*"):
        again = await http.get(path, headers={"If-None-Match": held})
        assert (again.status_code, again.content) == (304, b""), held
        for name in ("etag", "cache-control"):
            assert again.headers[name] == first.headers[name]
    for other in ('"old"', tag[:-2] + '"', ""):
        assert (await http.get(path, headers={"If-None-Match": other})).status_code == 200, other


async def test_a_new_build_has_a_new_tag(http: httpx.AsyncClient, folder: Path) -> None:
    """So that a page is new at its next visit."""
    tag = (await http.get("/")).headers["etag"]
    (folder / "index.html").write_bytes(INDEX + b"<p>")
    async with serving(folder) as newer:
        assert (await newer.get("/", headers={"If-None-Match": tag})).status_code == 200


async def test_what_zips_well_is_sent_zipped(http: httpx.AsyncClient) -> None:
    """To whom that suits; with a tag of its own, and told to caches on the way."""
    zipped = await http.get(SCRIPT_PATH, headers={"Accept-Encoding": "br, gzip"})
    assert zipped.headers["content-encoding"] == "gzip"
    assert int(zipped.headers["content-length"]) == len(gzip.compress(SCRIPT))
    plain = await http.get(SCRIPT_PATH, headers={"Accept-Encoding": "gzip;q=0"})
    assert "content-encoding" not in plain.headers
    assert plain.content == zipped.content == SCRIPT
    assert plain.headers["etag"] != zipped.headers["etag"]
    for answer in (plain, zipped):
        assert "Accept-Encoding" in answer.headers["vary"]
    small = await http.get("/assets/main-Bq1.css", headers={"Accept-Encoding": "gzip"})
    assert "content-encoding" not in small.headers


@pytest.mark.parametrize("path", ["/", "/calls", SCRIPT_PATH, "/favicon.svg"])
async def test_head_is_get_without_the_body(http: httpx.AsyncClient, path: str) -> None:
    """The same headers to the letter."""
    got, asked = [await http.request(method, path, headers=HTML) for method in ("GET", "HEAD")]
    assert (asked.status_code, asked.content) == (200, b"")
    assert asked.headers == got.headers


async def test_head_of_what_is_missing(http: httpx.AsyncClient) -> None:
    """E1."""
    for path in ("/assets/none.js", "/v1/none"):
        assert (await http.head(path)).status_code == 404


async def test_nothing_can_be_done_to_the_page(http: httpx.AsyncClient) -> None:
    """E1: 405 with what is allowed."""
    for method in ("POST", "PUT", "PATCH", "DELETE"):
        for path in ("/", "/calls", SCRIPT_PATH):
            answer = await http.request(method, path, headers=HTML)
            assert problem_of(answer).type == "urn:talktime:problem:method-not-allowed"
            assert {"GET", "HEAD"} <= set(answer.headers["allow"].split(", "))
        assert problem_of(await http.request(method, "/v1/none", headers=HTML)).status == 404


async def test_a_page_that_is_not_built(unbuilt: httpx.AsyncClient) -> None:
    """The documentation takes its place; nothing pretends to be a page."""
    answer = await unbuilt.get("/", headers=HTML)
    assert (answer.status_code, answer.headers["location"]) == (303, "/docs")
    for path in ("/calls", SCRIPT_PATH, "/favicon.svg"):
        assert problem_of(await unbuilt.get(path, headers=HTML)).status == 404
    assert (await unbuilt.get("/health/live")).status_code == 200


async def test_the_log_says_how_to_build_it(tmp_path: Path, folder: Path, caplog: pytest.LogCaptureFixture) -> None:
    """One line, and none where it is built."""
    caplog.set_level(logging.INFO, logger="api")
    async with serving(folder):
        assert caplog.messages == []
    async with serving(tmp_path / "nothing"):
        [line] = caplog.messages
        assert re.search(r"not built.*make web", line)
