"""What people want to spend at most."""

import asyncio
from typing import Any

import httpx
import pytest

from shared.messages.notices import WalletChanged
from tests.api.office import notices
from tests.api.world import PASSWORD, Api, User, problem_of

NONE = {
    "spend_call_minor_max": None,
    "spend_day_minor_max": None,
    "call_ms_max": None,
    "currency": "EUR",
    "spend_day_time_zone": "UTC",
}
ALL = {"spend_call_minor_max": 500, "spend_day_minor_max": 2_000, "call_ms_max": 1_800_000}
PROOF = {"current_password": PASSWORD}


async def change(user: User, **changes: Any) -> httpx.Response:
    return await user.patch("/me/limits", changes)


async def test_nobody_has_limits_who_has_set_none(ann: User) -> None:
    assert (await ann.get("/me/limits")).json() == NONE


async def test_to_set_and_to_lower_a_limit_asks_for_nothing(ann: User, bob: User) -> None:
    """A14: what is given, and nothing else; one's own alone."""
    assert (await change(ann, **ALL)).json() == {**NONE, **ALL}
    assert (await change(ann, spend_day_minor_max=1)).json() == {**NONE, **ALL, "spend_day_minor_max": 1}
    assert (await ann.get("/me/limits")).json() == {**NONE, **ALL, "spend_day_minor_max": 1}
    assert (await bob.get("/me/limits")).json() == NONE


@pytest.mark.parametrize("name", ALL)
@pytest.mark.parametrize("value", ["more", None])
async def test_to_raise_a_limit_or_to_take_it_away_needs_the_password(ann: User, name: str, value: Any) -> None:
    """A10: also together with others that are lowered; then nothing is changed."""
    await change(ann, **ALL)
    raised = ALL[name] + 1 if value == "more" else None
    lowered = {other: 1 for other in ALL if other != name}
    problem = problem_of(await change(ann, **{**lowered, name: raised}))
    assert (problem.status, problem.fields) == (422, {"current_password"})
    wrong = problem_of(await change(ann, **{name: raised}, current_password="not this one"))
    assert (wrong.status, wrong.fields) == (403, {"current_password"})
    assert (await ann.get("/me/limits")).json() == {**NONE, **ALL}
    assert (await change(ann, **{name: raised}, **PROOF)).json() == {**NONE, **ALL, name: raised}


async def test_nothing_given_changes_nothing(api: Api, ann: User) -> None:
    """A14: an empty change, the same once more, a wrong password with nothing to prove."""
    await change(ann, **ALL)
    before = (await ann.wallet()).version
    for changes in ({}, ALL, PROOF, {**ALL, **PROOF}):
        assert (await change(ann, **changes)).json() == {**NONE, **ALL}
    assert problem_of(await change(ann, current_password="not this one")).status == 403
    assert (await ann.wallet()).version == before
    assert len(await notices(api)) == 1


async def test_devices_are_told_so_that_a_call_asks_again(api: Api, ann: User) -> None:
    """C7: as of money that came."""
    await change(ann, spend_call_minor_max=10)
    await change(ann, spend_call_minor_max=20, **PROOF)
    told = await notices(api)
    assert [type(notice) for notice in told] == [WalletChanged, WalletChanged]
    assert isinstance(told[-1], WalletChanged)
    assert (told[-1].account_id, told[-1].wallet) == (ann.id, await ann.wallet())


async def test_wrong_passwords_are_counted(ann: User) -> None:
    """A12: with all others of the account."""
    await change(ann, spend_call_minor_max=10)
    statuses = [
        (await change(ann, spend_call_minor_max=11, current_password="wrong")).status_code for _ in range(11)
    ]
    assert statuses == [403] * 10 + [429]


@pytest.mark.parametrize("name", ALL)
@pytest.mark.parametrize("value", [0, -1, 1.5, "1", True, 10**12 + 1])
async def test_what_is_no_limit_is_refused(ann: User, name: str, value: Any) -> None:
    """B1"""
    problem = problem_of(await change(ann, **{name: value}))
    assert (problem.status, problem.fields) == (422, {name})
    assert (await ann.get("/me/limits")).json() == NONE


async def test_a_password_that_changed_meanwhile_proves_nothing(api: Api, ann: User) -> None:
    """A10: the account is looked at again under its lock."""
    await change(ann, spend_call_minor_max=10)
    async with api.meanwhile("UPDATE accounts SET password_hash = 'another' WHERE id = :id", id=ann.id):
        asking = asyncio.create_task(change(ann, spend_call_minor_max=None, **PROOF))
    assert problem_of(await asking).status == 403
    assert (await ann.get("/me/limits")).json()["spend_call_minor_max"] == 10
