"""Changing what one's account says."""

import asyncio
from collections.abc import AsyncIterator
from typing import Any

import pytest

from tests.api.world import PASSWORD, Api, User, problem_of, running_api
from tests.harness.clock import ManualClock
from tests.harness.databases import Database

INVALID = "urn:talktime:problem:invalid-fields"
WRONG_PASSWORD = "urn:talktime:problem:wrong-password"
TURN: dict[str, Any] = {"turn_urls": ("turn:turn.example:3478",), "turn_secrets": ("shared with the relay",)}


@pytest.fixture
async def api(database: Database, clock: ManualClock) -> AsyncIterator[Api]:
    """An API whose calls can be relayed."""
    async with running_api(database.app_url, clock, **TURN) as running:
        yield running


async def test_whoever_wants_media_relayed_says_so(ann: User, bob: User) -> None:
    """A14: kept, shown, and of this account only."""
    assert (await ann.get("/me")).json()["relay_only"] is False
    changed = await ann.patch("/me", {"relay_only": True})
    assert changed.status_code == 200
    assert changed.json() == (await ann.get("/me")).json()
    assert changed.json()["relay_only"] is True
    assert (await bob.get("/me")).json()["relay_only"] is False
    assert (await ann.patch("/me", {"relay_only": False})).json()["relay_only"] is False


async def test_nobody_can_ask_for_a_relay_that_is_not_there(database: Database, clock: ManualClock) -> None:
    """D14, E1: told where it is switched on, by the field's name, and not by every call from then on."""
    async with running_api(database.app_url, clock) as api:
        ann = await api.register("ann")
        problem = problem_of(await ann.patch("/me", {"relay_only": True, "user_name": "anna"}))
        assert (problem.status, problem.type) == (409, "urn:talktime:problem:relay-not-offered")
        assert problem.fields == {"relay_only"}
        me = (await ann.get("/me")).json()
        assert (me["relay_only"], me["user_name"]) == (False, "ann")
        assert (await ann.patch("/me", {"relay_only": False})).status_code == 200


async def test_who_asked_while_there_was_a_relay_may_go_on_or_stop(database: Database, clock: ManualClock) -> None:
    """D14: a profile can be sent back as it was given, also after the operator took the relay away."""
    async with running_api(database.app_url, clock, **TURN) as api:
        await (await api.register("ann")).patch("/me", {"relay_only": True})
    async with running_api(database.app_url, clock) as api:
        ann = await api.log_in("ann")
        for wanted in (True, False):
            changed = await ann.patch("/me", {"relay_only": wanted, "user_name": "ann"})
            assert (changed.status_code, changed.json()["relay_only"]) == (200, wanted)


async def test_whoever_takes_calls_from_contacts_only_says_so(ann: User, bob: User) -> None:
    """A14: kept, shown, of this account only, and nothing else than one of the two words."""
    assert (await ann.get("/me")).json()["calls_from"] == "everybody"
    changed = await ann.patch("/me", {"calls_from": "contacts"})
    assert (changed.status_code, changed.json()["calls_from"]) == (200, "contacts")
    assert (await ann.get("/me")).json() == changed.json()
    assert (await bob.get("/me")).json()["calls_from"] == "everybody"
    for wrong in ("nobody", "", None, True):
        assert problem_of(await ann.patch("/me", {"calls_from": wrong})).fields == {"calls_from"}
    assert (await ann.patch("/me", {"calls_from": "everybody"})).json()["calls_from"] == "everybody"


async def test_an_empty_change_changes_nothing(api: Api, ann: User) -> None:
    """A14"""
    before = await api.rows("SELECT * FROM accounts")
    answer = await ann.patch("/me", {})
    assert answer.status_code == 200
    assert answer.json() == (await ann.get("/me")).json()
    assert await api.rows("SELECT * FROM accounts") == before


async def test_a_new_user_name(api: Api, ann: User, bob: User) -> None:
    """A14: one logs in with it, others find one by it, and the old one is free."""
    changed = await ann.patch("/me", {"user_name": "anna"})
    assert (changed.status_code, changed.json()["user_name"]) == (200, "anna")
    assert (await api.log_in("anna")).id == ann.id
    assert [person["user_name"] for person in (await bob.get("/people", q="ann")).json()["items"]] == ["anna"]
    assert (await bob.patch("/me", {"user_name": "ann"})).status_code == 200
    assert await api.told() == ["account.renamed"] * 2
    assert (await ann.patch("/me", {"user_name": "anna", "relay_only": True})).status_code == 200
    assert await api.told() == ["account.renamed"] * 2


async def test_another_address_needs_the_password(api: Api, ann: User) -> None:
    """A14: a stolen session is not enough to take the account along."""
    missing = problem_of(await ann.patch("/me", {"email": "new@example.com"}))
    assert (missing.status, missing.type, missing.fields) == (422, INVALID, {"current_password"})
    wrong = problem_of(await ann.patch("/me", {"email": "new@example.com", "current_password": "not this one"}))
    assert (wrong.status, wrong.type, wrong.fields) == (403, WRONG_PASSWORD, {"current_password"})
    assert (await ann.get("/me")).json()["email"] == "ann@example.com"
    changed = await ann.patch("/me", {"email": "New@Example.com", "current_password": PASSWORD})
    assert (changed.status_code, changed.json()["email"]) == (200, "New@example.com")
    assert (await api.log_in("new@example.com")).id == ann.id


async def test_the_same_address_needs_no_password(ann: User) -> None:
    """A client may send back the profile that it was given."""
    changed = await ann.patch("/me", {"email": "ann@example.com", "user_name": "ann", "relay_only": True})
    assert (changed.status_code, changed.json()["relay_only"]) == (200, True)


async def test_what_is_taken_stays_with_whom_has_it(
    api: Api, ann: User, bob: User, subtests: pytest.Subtests
) -> None:
    """A3: 409 naming the field, without regard to case; what came along is not changed either."""
    before = await api.rows("SELECT * FROM accounts ORDER BY id")
    for changes, fields in [
        ({"user_name": "BOB"}, {"user_name"}),
        ({"email": "Bob@Example.com"}, {"email"}),
        ({"user_name": "bob", "email": "bob@example.com"}, {"user_name", "email"}),
        ({"user_name": "annabel", "email": "bob@example.com"}, {"email"}),
    ]:
        with subtests.test(changes=changes):
            body = {**changes, "relay_only": True, "current_password": PASSWORD}
            problem = problem_of(await ann.patch("/me", body))
            assert (problem.status, problem.type) == (409, "urn:talktime:problem:already-taken")
            assert problem.fields == fields
    assert await api.rows("SELECT * FROM accounts ORDER BY id") == before


async def test_the_case_of_ones_own_can_be_changed(ann: User) -> None:
    """A3: nobody is in one's own way."""
    changed = await ann.patch("/me", {"user_name": "Ann", "email": "ANN@example.com", "current_password": PASSWORD})
    assert (changed.status_code, changed.json()["user_name"]) == (200, "Ann")
    assert changed.json()["email"] == "ANN@example.com"


async def test_of_many_who_want_a_name_one_gets_it(api: Api) -> None:
    """A3, with a race: the database decides."""
    people = [await api.register(f"person{number}") for number in range(6)]
    answers = await asyncio.gather(*(person.patch("/me", {"user_name": "wanted"}) for person in people))
    assert sorted(answer.status_code for answer in answers) == [200, *[409] * 5]


async def test_an_address_is_not_changed_with_a_password_that_just_changed(api: Api, ann: User) -> None:
    """A10: proven with the old one, it comes too late."""
    async with api.meanwhile("UPDATE accounts SET password_hash = 'another'"):
        changing = asyncio.create_task(ann.patch("/me", {"email": "new@example.com", "current_password": PASSWORD}))
    assert problem_of(await changing).type == WRONG_PASSWORD
    assert (await ann.get("/me")).json()["email"] == "ann@example.com"


async def test_nobody_changes_somebody_else(api: Api, ann: User, bob: User) -> None:
    """A14: no route takes another account's profile."""
    before = await api.rows("SELECT * FROM accounts WHERE id = :id", id=bob.id)
    for path in (f"/accounts/{bob.id}", f"/people/{bob.id}", "/people/bob", f"/me/{bob.id}"):
        for answer in (await ann.patch(path, {"user_name": "x"}), await ann.put(path, {"user_name": "x"})):
            assert problem_of(answer).status in {404, 405}, path
    assert await api.rows("SELECT * FROM accounts WHERE id = :id", id=bob.id) == before


REFUSED: list[dict[str, Any]] = [
    {"relay_only": None},
    {"user_name": None},
    {"user_name": "a b"},
    {"email": None},
    {"email": "no address"},
    {"current_password": ""},
    {"relay_only": 1},
    {"relay_only": "true"},
    {"is_operator": True},
    {"is_admin": True},
    {"id": "01a1f8fe-b0d3-74ad-bf3c-d5e4f3a41f56"},
    {"created_at": "2030-01-01T12:00:00Z"},
    {"balance_minor": 1_000},
    {"price_minor": 0},
    {"password": "correct horse battery"},
    {"password_hash": "x"},
    {"disabled_at": None},
    {"deleted_at": None},
]


async def test_what_cannot_be_changed_is_refused_by_name(api: Api, ann: User, subtests: pytest.Subtests) -> None:
    """A4: output fields and unknown ones, also beside a good one, which then changes nothing either."""
    before = await api.rows("SELECT * FROM accounts, wallets")
    for changes in REFUSED:
        with subtests.test(changes=changes):
            problem = problem_of(await ann.patch("/me", {"relay_only": True, **changes}))
            assert (problem.status, problem.type) == (422, INVALID)
            assert problem.fields == set(changes)
    assert await api.rows("SELECT * FROM accounts, wallets") == before
