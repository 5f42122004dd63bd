"""Texts that look like others, or break what shows them, in every field that takes text.

User names are ASCII: no control, format or bidi character, no look-alike of another script and no second spelling
of the same letters can be in one, so that nobody is impersonated by them. Addresses may be international, in one
normal form; reasons are free text, and kept as they are.
"""

import json
import unicodedata
from typing import Any

import pytest

from shared.ids import new_id
from tests.api.authorization.asking import Route, good_body, path_about, routes
from tests.api.cast import Part, Person, enter
from tests.api.world import PASSWORD, Api, User, new_key, problem_of, running_api
from tests.harness.clock import ManualClock
from tests.harness.databases import Database

CAST = [Part("ann"), Part("olga", kind="operator", is_operator=True), Part("bob")]
RIGHT_TO_LEFT = "\u202e"
IMPOSTORS = {
    "right-to-left override": f"{RIGHT_TO_LEFT}nna",
    "isolate": "\u2066ann\u2069",
    "zero-width space": "an\u200bn",
    "zero-width joiner": "an\u200dn",
    "word joiner": "ann\u2060",
    "byte order mark": "\ufeffann",
    "soft hyphen": "an\u00adn",
    "variation selector": "ann\ufe0f",
    "tag characters": "ann\U000e0061",
    "Cyrillic": "\u0430nn",
    "Greek": "\u03b1nn",
    "full width": "\uff41nn",
    "mathematical": "\U0001d41ann",
    "combining": "ann\u0301",
    "composed": "\u00e1nn",
    "Kelvin": "an\u212a",
    "dotted I": "ann\u0130",
    "long s": "ann\u017f",
    "emoji": "ann\U0001f600",
    "no-break space": "ann\u00a0",
    "space": "ann ",
    "tab": "ann\t",
    "line": "ann\nann",
    "line separator": "ann\u2028",
    "NUL": "ann\x00",
    "escape": "ann\x1b[31m",
    "delete": "ann\x7f",
    "next line": "ann\x85",
    "half a surrogate": "ann\ud83d",
    "private": "ann\ue000",
    "unassigned": "ann\u0378",
    "noncharacter": "ann\uffff",
    "slash": "ann/../bob",
    "markup": "<b>ann</b>",
    "only dots": "...",
    "first a dot": ".ann",
    "address": "ann@example.com",
    "deleted": f"deleted:{new_id()}",
    "long": "a" * 33,
    "empty": "",
}
TEXTS = [
    "\u202e\u2066\u2069\u200f", "\u200b\u200d\u2060", "e\u0301\u0301\u0301" * 20, "\U0001f469\u200d\U0001f680",
    "\ufdfd", "\u0000", "a\u0000b", "\ud83d", "\ude00\ud83d", "\uffff", "\ufffd", "\x1b]0;x\x07",
    "\r\nSet-Cookie: a=b", "%s%n", "{{7*7}}", "${jndi:ldap://127.0.0.1/a}", "<script>alert(1)</script>",
    "'; DROP TABLE accounts; --", "=1+1", "\\u0000", "x" * 5_000,
]  # fmt: skip


async def _sent(api: Api, route: Route, sender: Person, path: str, body: dict[str, Any]) -> tuple[int, Any]:
    headers = {**sender.headers, **new_key(), "Content-Type": "application/json"}
    answer = await api.http.request(route.method, path, content=_json(body), headers=headers)
    if answer.status_code >= 400:
        problem_of(answer)
    return answer.status_code, answer.json() if answer.content else None


def _json(body: dict[str, Any]) -> bytes:
    """Write JSON in ASCII, which can say halves of surrogates."""
    return json.dumps(body, ensure_ascii=True).encode()


@pytest.mark.parametrize("name", IMPOSTORS)
async def test_no_user_name_looks_like_another(api: Api, name: str) -> None:
    """Refused by the name of the field, when one registers and later; and nobody is found or let in by it."""
    text = IMPOSTORS[name]
    ann = (await enter(api, [Part("ann")]))["ann"]
    headers = {**ann.headers, "Content-Type": "application/json"}
    new = {"email": "new@example.com", "user_name": text, "password": PASSWORD}
    for answer in (
        await api.http.post("/v1/accounts", content=_json(new), headers=headers),
        await api.http.patch("/v1/me", content=_json({"user_name": text}), headers=headers),
    ):
        problem = problem_of(answer)
        assert (problem.status, problem.fields) == (422, {"user_name"})
    answer = await api.http.post(
        "/v1/sessions", content=_json({"login": text, "password": PASSWORD}), headers=headers
    )
    assert problem_of(answer).status in {401, 422}
    assert await api.value("SELECT count(*) FROM accounts") == 1


async def test_every_text_in_every_field(api: Api, subtests: pytest.Subtests) -> None:
    """A clear answer, and what is answered back is what was sent, or its one normal form."""
    document = (await api.http.get("/openapi.json")).json()
    for route in await routes(api):
        fields = document["components"]["schemas"].get(route.body, {}).get("properties", {})
        texts = [name for name, kind in fields.items() if "string" in {kind.get("type"), _inner(kind)}]
        for name in texts:
            with subtests.test(route=f"{route.method} {route.path}", field=name):
                for text in TEXTS:
                    people = await enter(api, CAST)
                    sender = people["olga" if route.path.startswith("/v1/operator") else "ann"]
                    body = {**good_body(str(route.body), sender), name: text}
                    status, given = await _sent(api, route, sender, path_about(people["bob"], route), body)
                    assert status < 500, text
                    if status < 300 and isinstance(given, dict) and name in given:
                        assert given[name] == unicodedata.normalize("NFC", text)
    assert await api.value("SELECT count(*) FROM accounts WHERE user_name !~ '^[A-Za-z0-9][A-Za-z0-9._-]*$'") == 0


def _inner(kind: dict[str, Any]) -> str | None:
    [first, *_] = kind.get("oneOf", [{}])
    found: str | None = first.get("type")
    return found


async def test_a_megabyte_in_every_field(api: Api, subtests: pytest.Subtests) -> None:
    """413, before anything is done with it."""
    people = await enter(api, CAST)
    for route in await routes(api):
        if route.body is not None:
            with subtests.test(route=f"{route.method} {route.path}"):
                sender = people["olga" if route.path.startswith("/v1/operator") else "ann"]
                body = good_body(route.body, sender)
                for name in body:
                    large = {**body, name: "x" * 1_000_000}
                    assert (await _sent(api, route, sender, path_about(people["bob"], route), large))[0] == 413


async def test_reasons_are_kept_as_they_were_given(api: Api) -> None:
    """A17: the log says what the operator said, in whatever script."""
    reason = "e\u0301 \u202e \U0001f469\u200d\U0001f680 \ufdfd <b> \u05d0"
    people = await enter(api, [Part("olga", kind="operator", is_operator=True), Part("bob")])
    olga = people["olga"]
    answer = await olga.post(f"/operator/accounts/{people['bob'].id}/block", {"reason": reason})
    assert answer.status_code == 200
    [act] = [each for each in (await olga.get("/operator/audit")).json()["items"] if each["reason"]]
    assert act["reason"] == reason


SPELLINGS = [
    "Ann@EXAMPLE.com",
    "ann@\uff45xample.com",
    "ann@example\u3002com",
    "ann@\u24d4xample.com",
    "ANN@example.com",
]


@pytest.mark.parametrize("address", SPELLINGS)
async def test_an_address_has_one_form(api: Api, ann: User, address: str) -> None:
    """A3: however it is spelled, it is taken; and it lets in who knows the password."""
    body = {"email": address, "user_name": "another", "password": PASSWORD}
    problem = problem_of(await api.http.post("/v1/accounts", json=body))
    assert (problem.status, problem.fields) == (409, {"email"})
    assert (await api.log_in(address)).id == ann.id


async def test_decomposed_addresses_are_composed(api: Api) -> None:
    """The same letters are the same address; the Kelvin sign is a K."""
    zoe = await api.register("zoe", email="zoe\u0301@example.com")
    assert (await zoe.get("/me")).json()["email"] == "zo\u00e9@example.com"
    for login in ("zoe\u0301@example.com", "zo\u00e9@example.com", "ZO\u00c9@EXAMPLE.COM"):
        assert (await api.log_in(login)).id == zoe.id


async def test_no_spelling_gives_more_guesses(database: Database, clock: ManualClock) -> None:
    """A12: what lets the same account in counts as the same; what only the database takes for it lets nobody in."""
    async with running_api(database.app_url, clock, login_limit="3/300") as api:
        ivan = await api.register("ivan")
        for place, login in enumerate(["ivan@\uff45xample.com", "IVAN@example\u3002com", "ivan@\u24d4xample.com"]):
            wrong = await api.http.post("/v1/sessions", json={"login": login, "password": "not his"})
            assert problem_of(wrong).status == 401, place
        for login in ("ivan@example.com", "Ivan@ex\uff41mple.com"):
            late = await api.http.post("/v1/sessions", json={"login": login, "password": PASSWORD})
            assert problem_of(late).status == 429, login
        for login in ("\u0130van", "\u0130van@example.com", "\u0130VAN"):
            other = await api.http.post("/v1/sessions", json={"login": login, "password": PASSWORD})
            assert problem_of(other).status == 401, login
        assert (await api.log_in("ivan")).id == ivan.id
