"""Changing the password."""

import asyncio
from typing import Any

import httpx
import msgspec
import pytest

from shared.messages.notices import SessionEnded
from tests.api.world import PASSWORD, Api, User, problem_of

NEW_PASSWORD = "wrong horse, battery"
CHANGE = {"current_password": PASSWORD, "new_password": NEW_PASSWORD}
UNAUTHENTICATED = "urn:talktime:problem:unauthenticated"
WRONG_PASSWORD = "urn:talktime:problem:wrong-password"


async def log_in(api: Api, password: str) -> httpx.Response:
    """Try to log in as Ann."""
    return await api.http.post("/v1/sessions", json={"login": "ann", "password": password})


async def test_the_new_one_opens_and_the_old_one_does_not(api: Api, ann: User) -> None:
    """A10"""
    assert (await ann.put("/me/password", CHANGE)).status_code == 204
    assert (await log_in(api, PASSWORD)).status_code == 401
    assert (await log_in(api, NEW_PASSWORD)).status_code == 201


async def test_all_other_sessions_end(api: Api, ann: User, bob: User) -> None:
    """A10: at once, their sockets are told, and nobody else's; the one that changes it goes on."""
    phone, tablet = await api.log_in("ann"), await api.log_in("ann")
    await ann.put("/me/password", CHANGE)
    for other in (phone, tablet):
        assert problem_of(await other.get("/me")).type == UNAUTHENTICATED
        again = await api.http.post("/v1/sessions/refresh", json={"refresh_token": other.refresh_token})
        assert again.status_code == 401
    for going_on in (ann, bob):
        assert (await going_on.get("/me")).status_code == 200
    refreshed = await api.http.post("/v1/sessions/refresh", json={"refresh_token": ann.refresh_token})
    assert refreshed.status_code == 200
    bodies = [row["body"] for row in await api.rows("SELECT body FROM outbox WHERE type = 'session.ended'")]
    notices = [msgspec.json.decode(body, type=SessionEnded) for body in bodies]
    assert {notice.session_id for notice in notices} == {phone.session_id, tablet.session_id}
    assert {notice.account_id for notice in notices} == {ann.id}


async def test_a_wrong_old_one_changes_nothing(api: Api, ann: User) -> None:
    """A10: refused without logging anybody out."""
    phone = await api.log_in("ann")
    before = await api.value("SELECT password_hash FROM accounts")
    answer = await ann.put("/me/password", {**CHANGE, "current_password": "not this one"})
    problem = problem_of(answer)
    assert (problem.status, problem.type, problem.fields) == (403, WRONG_PASSWORD, {"current_password"})
    assert await api.value("SELECT password_hash FROM accounts") == before
    for user in (ann, phone):
        assert (await user.get("/me")).status_code == 200
    assert await api.told() == []


BAD_CHANGES: list[tuple[dict[str, Any], set[str]]] = [
    ({"new_password": "nine char"}, {"new_password"}),
    ({"new_password": "x" * 257}, {"new_password"}),
    ({"new_password": None}, {"new_password"}),
    ({"current_password": ""}, {"current_password"}),
    ({"current_password": 1}, {"current_password"}),
    ({"is_operator": True}, {"is_operator"}),
]


async def test_the_rules_are_those_of_registering(api: Api, ann: User, subtests: pytest.Subtests) -> None:
    """A2, A4, A10"""
    for changes, fields in BAD_CHANGES:
        with subtests.test(changes=changes):
            problem = problem_of(await ann.put("/me/password", {**CHANGE, **changes}))
            assert (problem.status, problem.fields) == (422, fields)
    for missing in CHANGE:
        problem = problem_of(
            await ann.put("/me/password", {name: CHANGE[name] for name in CHANGE if name != missing})
        )
        assert (problem.status, problem.fields) == (422, {missing})
    assert (await log_in(api, PASSWORD)).status_code == 201


async def test_of_two_changes_at_once_one_wins(api: Api, ann: User) -> None:
    """A10: the second one's old password is none any more."""
    changes = [{**CHANGE, "new_password": f"{NEW_PASSWORD} {number}"} for number in range(4)]
    answers = await asyncio.gather(*(ann.put("/me/password", change) for change in changes))
    assert sorted(answer.status_code for answer in answers) == [204, 403, 403, 403]
    [winner] = [change for change, answer in zip(changes, answers, strict=True) if answer.status_code == 204]
    assert (await log_in(api, winner["new_password"])).status_code == 201


async def test_a_login_with_the_old_one_that_is_on_its_way_opens_nothing(api: Api, ann: User) -> None:
    """A10: it was verified before the change, and would begin after all others were ended."""
    async with api.meanwhile("UPDATE accounts SET password_hash = 'another'"):
        late = asyncio.create_task(log_in(api, PASSWORD))
    assert problem_of(await late).type == "urn:talktime:problem:wrong-credentials"
    assert await api.value("SELECT count(*) FROM sessions") == 1
