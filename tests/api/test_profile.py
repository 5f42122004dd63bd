"""Changing what one's account says."""

from typing import Any

import pytest

from tests.api.world import Api, User, problem_of

INVALID = "urn:talktime:problem:invalid-fields"


async def test_whoever_wants_media_relayed_says_so(ann: User, bob: User) -> None:
    """A14: kept, shown, and of this account only."""
    assert (await ann.get("/me")).json()["relay_only"] is False
    changed = await ann.patch("/me", {"relay_only": True})
    assert changed.status_code == 200
    assert changed.json() == (await ann.get("/me")).json()
    assert changed.json()["relay_only"] is True
    assert (await bob.get("/me")).json()["relay_only"] is False
    assert (await ann.patch("/me", {"relay_only": False})).json()["relay_only"] is False


async def test_an_empty_change_changes_nothing(api: Api, ann: User) -> None:
    """A14"""
    before = await api.rows("SELECT * FROM accounts")
    answer = await ann.patch("/me", {})
    assert answer.status_code == 200
    assert answer.json() == (await ann.get("/me")).json()
    assert await api.rows("SELECT * FROM accounts") == before


REFUSED: list[dict[str, Any]] = [
    {"relay_only": None},
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
