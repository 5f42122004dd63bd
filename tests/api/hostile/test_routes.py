"""E6: bad input on every route, taken from the OpenAPI document: a clear 4xx, never a 5xx, never a hang."""

import json
import re
import time
from collections.abc import Collection, Iterator
from typing import Any
from urllib.parse import quote

import httpx
from litestar.routes import HTTPRoute
from msgspec import Struct

from tests.api.world import PASSWORD, Api, User, new_key, problem_of

OPEN = {
    ("POST", "/v1/accounts"),
    ("POST", "/v1/sessions"),
    ("POST", "/v1/sessions/refresh"),
    ("POST", "/v1/webhooks/{provider_name}"),
    ("POST", "/v1/operator/sessions"),
    ("GET", "/v1/installation"),
    ("GET", "/health/live"),
    ("GET", "/health/ready"),
    ("GET", "/.well-known/jwks.json"),
}
GOOD: dict[str, dict[str, Any]] = {
    "NewAccount": {"email": "new@example.com", "user_name": "new", "password": PASSWORD},
    "NewSession": {"login": "ann", "password": PASSWORD},
    "Refresh": {"refresh_token": "x" * 43},
    "NewPayment": {"amount_minor": 5},
    "ProfileChanges": {"relay_only": False, "user_name": "ann", "email": "a@example.com", "current_password": "x"},
    "PasswordChange": {"current_password": "not this one", "new_password": PASSWORD},
    "Deletion": {"password": "not this one", "forfeits_minor": 0},
    "Reasoned": {"reason": "x"},
    "LimitChanges": {
        "spend_call_minor_max": 5,
        "spend_day_minor_max": 5,
        "call_ms_max": 5,
        "current_password": "not this one",
    },
    "NewPrice": {"price_minor": 5, "reason": "x"},
    "NewAskingPrice": {"price_minor": 5, "earning_share_bp": 5, "reason": "x"},
    "NewDefaultPrice": {"price_minor": 5, "reason": "x"},
    "NewAdjustment": {"amount_minor": 5, "reason": "x"},
    "NewPayout": {"amount_minor": 5, "reference": "x"},
    "NewCallRefund": {"amount_minor": 5, "reason": "x"},
    "NewPaymentRefund": {"amount_minor": 5, "reason": "x"},
}
NULLABLE = {"NewAskingPrice": {"price_minor"}}
"""What means something where it is null; a limit that is null needs a password, which is wrong above."""
BAD_VALUES = [
    "null", "true", "[]", "{}", '""', "-1", "0.5", "1e2", "1e400", "-1e400", "NaN", "Infinity",
    "9" * 4_000, "-" + "9" * 400, str(2**63), str(2**64), r'"\u0000"', r'"a\u0000b"', r'"\ud800"',
    r'"\udc00\ud800"', '"' + "x" * 20_000 + '"',
    "[" * 12 + "]" * 12, '{"a":' * 12 + "1" + "}" * 12, '"\\u202e"',
    '"%s%n%x"', '"\' OR 1=1; --"', '"../../etc/passwd"', '"{{7*7}}"', "01", "+1", "0x10", "1_000", "'x'",
    "undefined",
]  # fmt: skip
BAD_BODIES = [
    b"", b" ", b"null", b"true", b"1", b'"text"', b"[]", b"[{}]", b"{", b"}", b"{}{}", b'{"a"}',
    b"{'a': 1}", b"{\x00}", b"\xff\xfe", b"\xef\xbb\xbf{}", b'{"a": "\xff"}', b'{"\xc3": 1}',
    b'"\xed\xa0\x80"', "{}".encode("utf-16"),
    b"[" * 50_000, b"[" * 30_000 + b"]" * 30_000, b'{"a":' * 10_000, b'"' * 50_000, b"\\" * 50_000, b'"\\' * 25_000,
    b"{" * 20 + b'"' + b'\\"' * 30_000, b"{" * 20 + b'"' + b'\\"' * 30_000 + b"\\", b"{" * 20 + b"\\" * 60_000,
    b'{"\\u0000": 1}', b'{"\\ud800": 1}', b"1" * 60_000, b"-" * 60_000, b" " * 60_000, b"{" * 16 + b"}" * 16,
    b"x" * 70_000, b"[" * 100_000, b"<?xml version='1.0'?><a/>", b"a=1&b=2",
    b"{" + b",".join(b'"k%d": 1' % number for number in range(5_000)) + b"}",
]  # fmt: skip
BAD_TEXTS = [
    "%00", "%FF", "%C3", "%ED%A0%80", "%F4%90%80%80", "%", "%zz", "%2F", "%2e%2e", "..", "null",
    "-1", "0", "1e9", "9" * 400, "x" * 4_000, "%25", "_", "'", '"', "%22", ";", "{}", "[]", "true", "%0A",
    "%0D%0Ax:y", "é", "%F0%9F%98%80",
    "*", "~", "+", "%20", "00000000-0000-0000-0000-000000000000", "urn:uuid:00000000-0000-0000-0000-000000000000",
    "{00000000000000000000000000000000}",
]  # fmt: skip
NOBODY = set(BAD_TEXTS[-3:])
"""Three spellings of an id that is well made, and nobody's."""
SECONDS_MAX = 2
"""No body may keep the server busy for longer; the honest ones take milliseconds."""
LEFT_OUT = {"%2F", "%2e%2e", ".."}
"""Of these a path is made without its parameter, which may be another route."""
LISTS = {"/v1/me/blocklist/{account_id}", "/v1/me/contacts/{account_id}"}
"""Whoever is not on them is taken off them."""
PATH_PARAMETER = re.compile(r"\{(\w+)\}")


class Operation(Struct):
    """One route as the document describes it."""

    method: str
    path: str
    queries: list[str]
    body: str | None
    required: list[str]
    needs_login: bool

    def at(self, text: str = "x") -> str:
        """Return the path with this text for each parameter."""
        return PATH_PARAMETER.sub(lambda _: text, self.path)

    def in_front_of(self, customer: User, operator: User) -> User:
        """Return who is let in there."""
        return operator if is_operators(self.path) else customer


def is_operators(path: str) -> bool:
    """Tell whether only operators are let in there."""
    return path.startswith("/v1/operator/")


async def operations(api: Api) -> list[Operation]:
    """Return every documented route."""
    document = (await api.http.get("/openapi.json")).json()
    return [
        _operation(method.upper(), path, each, document["components"]["schemas"])
        for path, item in document["paths"].items()
        for method, each in item.items()
    ]


def _operation(method: str, path: str, described: dict[str, Any], schemas: dict[str, Any]) -> Operation:
    content = described.get("requestBody", {}).get("content", {})
    body = content.get("application/json", {}).get("schema", {}).get("$ref", "").rsplit("/", 1)[-1]
    return Operation(
        method,
        path,
        [each["name"] for each in described.get("parameters", []) if each["in"] == "query"],
        body or None,
        schemas[body]["required"] if body else [],
        bool(described.get("security")),
    )


def check(answer: httpx.Response, *, what: object, must_fail: bool = False) -> None:
    """Whatever came back: no failure of ours, and failures are problems."""
    assert answer.status_code < 500, (what, answer.text)
    assert answer.status_code >= (400 if must_fail else 200), (what, answer.status_code)
    if answer.status_code >= 400:
        problem_of(answer)


async def test_the_document_has_every_route(api: Api) -> None:
    """What follows would miss a route that is not documented."""
    documented = {(each.method, each.path) for each in await operations(api)}
    routed = {
        (method, route.path_format)
        for route in api.app.routes
        if isinstance(route, HTTPRoute)
        for method in route.methods
        if method != "OPTIONS"
    }
    assert {path for _, path in routed - documented} == {
        "/", "/{path}", "/openapi.json", "/docs", "/docs/{name}",
        "/sandbox/checkout/{ref}", "/sandbox/checkout/{ref}/pay",
        "/sandbox/checkout/{ref}/decline", "/sandbox/checkout/{ref}/expire",
    }  # fmt: skip
    assert documented <= routed


async def test_every_other_route_needs_a_login(api: Api) -> None:
    """A7: none was forgotten; asked before the input is looked at."""
    every = await operations(api)
    assert {(each.method, each.path) for each in every if not each.needs_login} == OPEN
    for each in every:
        if each.needs_login:
            path = each.at("01a1f8fe-b0d3-74ad-bf3c-d5e4f3a41f56")
            answer = await api.http.request(
                each.method, path, content=b"{", headers={"Content-Type": "application/json"}
            )
            assert problem_of(answer).type == "urn:talktime:problem:unauthenticated", each


async def test_bodies_that_are_none(api: Api, ann: User, olga: User) -> None:
    """Invalid UTF-8, nesting 100 000 deep, other formats, rubbish; all 4xx."""
    with_body = [each for each in await operations(api) if each.method in {"POST", "PUT", "PATCH"}]
    assert len(with_body) >= 5
    for each in with_body:
        headers = {**each.in_front_of(ann, olga).headers, "Content-Type": "application/json"}
        path = each.at(str(ann.id) if is_operators(each.path) else "sandbox")
        for body in BAD_BODIES:
            began = time.perf_counter()
            answer = await api.http.request(each.method, path, content=body, headers={**headers, **new_key()})
            assert time.perf_counter() - began < SECONDS_MAX, body[:60]
            check(answer, what=(each, body[:60]), must_fail=True)
    assert await api.value("SELECT count(*) FROM accounts") == 2
    assert await api.value("SELECT count(*) FROM audit_log WHERE action <> 'operator.logged_in'") == 0


async def test_each_field_of_each_body(api: Api, ann: User, olga: User) -> None:
    """Wrong types, huge and negative numbers, NUL, half surrogates, oversize; missing and unknown fields."""
    victim = await api.register("victim")
    with_schema = [each for each in await operations(api) if each.body]
    assert {each.body for each in with_schema} == set(GOOD)
    for each in with_schema:
        headers = {**each.in_front_of(ann, olga).headers, "Content-Type": "application/json"}
        path = each.at(str(victim.id) if is_operators(each.path) else "x")
        for body, must_fail in bodies_of(
            GOOD[str(each.body)], required=each.required, may_be_null=NULLABLE.get(str(each.body), ())
        ):
            answer = await api.http.request(each.method, path, content=body, headers={**headers, **new_key()})
            check(answer, what=(each, body[:200]), must_fail=must_fail)


def bodies_of(
    good: dict[str, Any], *, required: list[str], may_be_null: Collection[str] = ()
) -> Iterator[tuple[str, bool]]:
    """Yield bodies with one thing wrong, and whether it surely is."""
    for name in good:
        others = {key: value for key, value in good.items() if key != name}
        yield json.dumps(others), name in required
        for value in BAD_VALUES:
            fields = [f"{json.dumps(key)}: {json.dumps(other)}" for key, other in others.items()]
            is_text = value.startswith('"') and "\\u0000" not in value and "\\ud" not in value
            may_be_good = is_text or value == json.dumps(good[name]) or (value == "null" and name in may_be_null)
            yield "{" + ", ".join([*fields, f'"{name}": {value}']) + "}", not may_be_good
    for unknown in ("extra", "__proto__", "", "is_admin", "x" * 5_000, "\u202e"):
        yield json.dumps({**good, unknown: 1}), True


async def test_each_query_parameter(api: Api, ann: User, olga: User) -> None:
    """Unknown ones do no harm; twice the same, empty, garbage."""
    for each in await operations(api):
        if each.method != "GET":
            continue
        for name in [*each.queries, "unknown"]:
            twice = [f"{name}={text}&{name}={text}" for text in BAD_TEXTS[:5]]
            for query in (name, f"{name}[]=x", *twice, *(f"{name}={text}" for text in BAD_TEXTS)):
                headers = each.in_front_of(ann, olga).headers
                path = each.at(str(ann.id) if is_operators(each.path) else "x")
                answer = await api.http.get(f"{path}?{query}", headers=headers)
                assert answer.status_code != 401, each  # or it would tell nothing
                check(answer, what=(each, query))


async def test_each_path_parameter(api: Api, ann: User, olga: User) -> None:
    """What names nothing is not found."""
    routes = [
        (method, route.path_format)
        for route in api.app.routes
        if isinstance(route, HTTPRoute) and "{" in route.path_format
        for method in route.methods
        if method not in {"OPTIONS", "HEAD"}  # whose answers have no body to look at
    ]
    assert len(routes) >= 7
    for method, path in routes:
        for text in BAD_TEXTS:
            hostile = PATH_PARAMETER.sub(text.replace("\\", r"\\"), path)
            headers = (olga if is_operators(path) else ann).headers
            answer = await api.http.request(method, hostile, headers=headers)
            # Of a person who does not exist nothing is known, as of one who hides: nobody can tell the two apart.
            is_hidden = text in NOBODY and path.endswith("/presence")
            must_fail = text not in LEFT_OUT and not is_hidden and not (method == "DELETE" and path in LISTS)
            check(answer, what=(method, hostile), must_fail=must_fail)


async def test_headers(api: Api, ann: User) -> None:
    """Garbage in the headers that are read."""
    for name in (
        "Authorization",
        "Content-Type",
        "Content-Length",
        "Origin",
        "If-None-Match",
        "Accept",
        "User-Agent",
    ):
        for value in (b"", b"\xff\xfe", b"x" * 20_000, b"-1", b"9" * 100, b";;;=,,,", b"Bearer \xc3\xa9", b"null"):
            headers = [(b"Content-Type", b"application/json"), (name.encode(), value)]
            answer = await api.http.post(
                "/v1/sessions", content=b'{"login": "a", "password": "b"}', headers=headers
            )
            check(answer, what=(name, value[:20]), must_fail=True)
            answer = await api.http.get("/v1/me", headers=[(name.encode(), value)])
            check(answer, what=(name, value[:20]), must_fail=True)


async def test_people_can_still_log_in_afterwards(api: Api, ann: User) -> None:
    """Nothing of it was kept, and nobody else is harmed."""
    path = "/v1/people/" + quote("' OR 1=1")
    assert problem_of(await api.http.get(path, headers=ann.headers)).status == 404
    assert (await api.log_in("ann")).id == ann.id
