"""Where one is logged in, and ending that."""

import asyncio
from typing import Any

import pytest

from shared.ids import new_id
from tests.api.world import PASSWORD, Api, User, problem_of
from tests.harness.clock import START, ManualClock

UNAUTHENTICATED = "urn:talktime:problem:unauthenticated"
NOT_FOUND = "urn:talktime:problem:not-found"
CURSOR_OF_ANOTHER_LIST = "NDI"


async def listed(user: User, **query: Any) -> list[dict[str, Any]]:
    """Return the sessions of a page."""
    answer = await user.get("/sessions", **query)
    assert answer.status_code == 200, answer.text
    items: list[dict[str, Any]] = answer.json()["items"]
    return items


async def test_where_one_is_logged_in(api: Api, ann: User, bob: User, clock: ManualClock) -> None:
    """A11: address, device and last use of one's own, newest first, without a trace of a token."""
    clock.advance(5_000)
    phone = await api.http.post(
        "/v1/sessions", json={"login": "ann", "password": PASSWORD}, headers={"User-Agent": "A phone"}
    )
    clock.advance(60_000)
    await api.http.post("/v1/sessions/refresh", json={"refresh_token": ann.refresh_token})
    newest, oldest = await listed(ann)
    assert newest == {
        "id": phone.json()["session_id"],
        "address": "127.0.0.1",
        "user_agent": "A phone",
        "created_at": "2030-01-01T12:00:05Z",
        "last_used_at": "2030-01-01T12:00:05Z",
        "kind": "personal",
        "is_current": False,
    }
    assert oldest["id"] == str(ann.session_id)
    assert (oldest["created_at"], oldest["last_used_at"]) == ("2030-01-01T12:00:00Z", "2030-01-01T12:01:05Z")
    assert oldest["is_current"] is True
    assert clock.now() > START


async def test_what_was_made_is_where_the_answer_says(ann: User) -> None:
    """E1: 201 with `Location`, where a GET finds it."""
    account = {"email": "eve@example.com", "user_name": "eve", "password": PASSWORD}
    for path, body, id_name in (
        ("/accounts", account, "id"),
        ("/sessions", {"login": "ann", "password": PASSWORD}, "session_id"),
        ("/payments", {"amount_minor": 5}, "id"),
    ):
        made = await ann.post(path, body)
        assert made.status_code == 201, path
        seen = await ann.get(made.headers["location"].removeprefix("/v1"))
        assert (seen.status_code, seen.json()["id"]) == (200, made.json()[id_name])


async def test_sessions_come_in_pages(api: Api, ann: User) -> None:
    """A11, E4: each once, whatever begins or ends between two pages."""
    sessions = [ann, *[await api.log_in("ann") for _ in range(4)]]
    page = (await ann.get("/sessions", limit=2)).json()
    seen = page["items"]
    await api.log_in("ann")
    while page["next_cursor"] is not None:
        page = (await ann.get("/sessions", limit=2, cursor=page["next_cursor"])).json()
        seen += page["items"]
    assert [session["id"] for session in seen] == [str(each.session_id) for each in reversed(sessions)]
    assert problem_of(await ann.get("/sessions", cursor=CURSOR_OF_ANOTHER_LIST)).fields == {"cursor"}


async def test_sessions_that_are_over_are_not_listed(api: Api, ann: User, clock: ManualClock) -> None:
    """A11: ended, or unused for so long that nothing can refresh them."""
    phone = await api.log_in("ann")
    await phone.delete("/sessions/current")
    assert [session["id"] for session in await listed(ann)] == [str(ann.session_id)]
    clock.advance(api.settings.refresh_token_seconds * 1_000)
    late = await api.log_in("ann")
    assert [session["id"] for session in await listed(late)] == [str(late.session_id)]
    for gone in (phone, ann):
        assert problem_of(await late.get(f"/sessions/{gone.session_id}")).type == NOT_FOUND
        assert problem_of(await late.delete(f"/sessions/{gone.session_id}")).type == NOT_FOUND


async def test_ending_one(api: Api, ann: User) -> None:
    """A11, A8: that one is refused by its very next request, and its sockets are told; the others go on."""
    phone, tablet = await api.log_in("ann"), await api.log_in("ann")
    assert (await ann.delete(f"/sessions/{phone.session_id}")).status_code == 204
    assert problem_of(await phone.get("/me")).type == UNAUTHENTICATED
    again = await api.http.post("/v1/sessions/refresh", json={"refresh_token": phone.refresh_token})
    assert again.status_code == 401
    for going_on in (ann, tablet):
        assert (await going_on.get("/me")).status_code == 200
    assert await api.told() == ["session.ended"]
    assert problem_of(await ann.delete(f"/sessions/{phone.session_id}")).type == NOT_FOUND
    assert await api.told() == ["session.ended"]


async def test_ending_the_one_that_asks(ann: User) -> None:
    """A11: as logging out."""
    assert (await ann.delete(f"/sessions/{ann.session_id}")).status_code == 204
    assert problem_of(await ann.get("/me")).type == UNAUTHENTICATED


async def test_ending_all_others(api: Api, ann: User, bob: User) -> None:
    """A11: and nobody else's; with none left it changes nothing."""
    phone, tablet = await api.log_in("ann"), await api.log_in("ann")
    assert (await phone.delete("/sessions")).status_code == 204
    for ended in (ann, tablet):
        assert problem_of(await ended.get("/me")).type == UNAUTHENTICATED
    for going_on in (phone, bob):
        assert (await going_on.get("/me")).status_code == 200
    assert await api.told() == ["session.ended"] * 2
    assert (await phone.delete("/sessions")).status_code == 204
    assert await api.told() == ["session.ended"] * 2


async def test_many_that_end_all_others_at_once(api: Api, ann: User) -> None:
    """A11: locks are taken in one order, so that none is a deadlock's victim; each session ends once."""
    sessions = [ann, *[await api.log_in("ann") for _ in range(7)]]
    answers = await asyncio.gather(*(session.delete("/sessions") for session in sessions))
    assert {answer.status_code for answer in answers} <= {204, 401}
    ended = await api.value("SELECT count(*) FROM sessions WHERE ended_at IS NOT NULL")
    assert await api.told() == ["session.ended"] * ended
    assert ended >= 7


@pytest.mark.parametrize("method", ["GET", "DELETE"])
async def test_somebody_elses_looks_like_none(api: Api, ann: User, bob: User, method: str) -> None:
    """E5: and goes on."""
    answers = [
        await api.http.request(method, f"/v1/sessions/{session_id}", headers=ann.headers)
        for session_id in (bob.session_id, new_id())
    ]
    assert {problem_of(answer).type for answer in answers} == {NOT_FOUND}
    assert answers[0].text == answers[1].text
    assert (await bob.get("/me")).status_code == 200
    assert await api.told() == []
