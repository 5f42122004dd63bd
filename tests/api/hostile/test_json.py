"""E6: JSON that means two things, or comes in disguise, on every route that takes a body."""

import gzip
import json
import zlib
from collections.abc import AsyncIterator
from typing import Any

import httpx
import pytest

from tests.api.authorization.asking import Route, good_body, path_about, routes
from tests.api.cast import Part, Person, enter
from tests.api.snapshots import snapshot
from tests.api.world import Api, new_key, problem_of

JSON = {"Content-Type": "application/json"}


async def written(api: Api) -> list[tuple[Route, Person, str, dict[str, Any]]]:
    """Return each route that takes a body, who may use it, its path, and a body that is in order."""
    people = await enter(api, [Part("ann"), Part("olga", kind="operator", is_operator=True), Part("bob")])
    found = []
    for route in await routes(api):
        if route.body is not None:
            sender = people["olga" if route.path.startswith("/v1/operator") else "ann"]
            path = path_about(people["bob"], route)
            found.append((route, sender, path, good_body(route.body, sender)))
    assert len(found) >= 15
    return found


async def send(
    api: Api, route: Route, sender: Person, path: str, content: bytes | AsyncIterator[bytes], **headers: str
) -> httpx.Response:
    """Send these bytes."""
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return await api.http.request(
        route.method, path, content=content, headers={**sender.headers, **JSON, **new_key(), **named}
    )


def repeated(body: dict[str, Any]) -> list[str]:
    """Return bodies that give a field twice: plainly, the same again, and with an escape in its name."""
    [(name, value), *_] = body.items()
    rest = json.dumps(body)[1:]
    escaped = f"\\u{ord(name[0]):04x}{name[1:]}"
    return [
        f'{{"{name}": "something else", {rest}',
        f'{{"{name}": {json.dumps(value)}, {rest}',
        f'{{"{escaped}": {json.dumps(value)}, {rest}',
    ]


async def test_a_field_given_twice(api: Api, subtests: pytest.Subtests) -> None:
    """Readers differ in which one counts (RFC 8259, section 4), so neither does."""
    for route, sender, path, good in await written(api):
        with subtests.test(route=f"{route.method} {path}"):
            before = await snapshot(api)
            for body in repeated(good):
                problem = problem_of(await send(api, route, sender, path, body.encode()))
                assert problem.status in {400, 422}, body
            assert await snapshot(api) == before


async def test_packed_bodies(api: Api, subtests: pytest.Subtests) -> None:
    """No bomb is unpacked, and nothing is taken for packed that is not."""
    for route, sender, path, good in await written(api):
        with subtests.test(route=f"{route.method} {path}"):
            before = await snapshot(api)
            plain = json.dumps(good).encode()
            bomb = gzip.compress(b" " * 50_000_000, compresslevel=1)[:50_000]
            for coding, body in (
                ("gzip", gzip.compress(plain)),
                ("gzip", bomb),
                ("gzip", plain),
                ("deflate", zlib.compress(plain)),
                ("br", plain),
                ("identity, gzip", plain),
            ):
                answer = await send(api, route, sender, path, body, Content_Encoding=coding)
                assert problem_of(answer).status == 415, coding
            assert problem_of(await send(api, route, sender, path, gzip.compress(plain))).status == 400
            assert await snapshot(api) == before


async def test_bodies_without_end(api: Api, subtests: pytest.Subtests) -> None:
    """E1: too much is too much, also where its length is not told before."""

    async def endless() -> AsyncIterator[bytes]:
        yield b'{"a": "'
        for _ in range(api.settings.body_bytes_max // 1_024 + 1):
            yield b"x" * 1_024

    for route, sender, path, _ in await written(api):
        with subtests.test(route=f"{route.method} {path}"):
            assert problem_of(await send(api, route, sender, path, endless())).status == 413


@pytest.mark.parametrize(
    ("number", "status"),
    [("-0", 422), ("0", 422), ("1e2", 422), ("1E400", 422), ("1.0", 422), ("9" * 5_000, 422), ("-1e-400", 422)],
)
async def test_numbers_that_are_no_amount(api: Api, number: str, status: int) -> None:
    """B1, E6."""
    ann = (await enter(api, [Part("ann")]))["ann"]
    headers = {**ann.headers, **JSON}
    answer = await api.http.post("/v1/payments", content=f'{{"amount_minor": {number}}}', headers=headers)
    problem = problem_of(answer)
    assert (problem.status, problem.fields) == (status, {"amount_minor"})


@pytest.mark.parametrize(
    "body",
    [
        b'\xef\xbb\xbf{"amount_minor": 5}',
        b'{"amount_minor": 5}x',
        b'{"amount_minor": 5}{"amount_minor": 5}',
        b'{"amount_minor": 5}\x00',
        b'{"amount_minor": 5,}',
        b'{"amount_minor": 5} // comment',
        b"{amount_minor: 5}",
        '{"amount_minor": 5}'.encode("utf-16"),
        '{"amount_minor": 5}'.encode("utf-32-le"),
        b'{"amount_minor": NaN}',
        b'{"amount_minor": -Infinity}',
        b'{"amount_minor": 5\xff}',
        b'{"amount_minor": 5, "\xed\xa0\x80": 1}',
    ],
)
async def test_what_is_no_json(api: Api, body: bytes) -> None:
    """E6: though a lenient reader would find something in it."""
    ann = (await enter(api, [Part("ann")]))["ann"]
    answer = await api.http.post("/v1/payments", content=body, headers={**ann.headers, **JSON})
    assert problem_of(answer).status in {400, 422}
    assert await api.value("SELECT count(*) FROM payments") == 1
