"""The operators' own door."""

import asyncio
import re
from typing import Any

import pytest

from tests.api.office import adjust, at_work, hired, log_in_as_operator, make_operator, price, refused
from tests.api.world import Api, User
from tests.harness.clock import ManualClock

UNAUTHENTICATED = (401, "unauthenticated")
WRONG_CREDENTIALS = (401, "wrong-credentials")
LOGIN_TOO_OLD = (403, "login-too-old")
REFRESH = "/v1/sessions/refresh"


async def test_only_operators_come_in(api: Api, ann: User, olga: User) -> None:
    """A5, A9: whoever is none hears the same as who does not know the password."""
    answers = [
        await log_in_as_operator(api, "ann"),
        await log_in_as_operator(api, "olga", "not the password"),
        await log_in_as_operator(api, "nobody"),
    ]
    assert {refused(answer) for answer in answers} == {WRONG_CREDENTIALS}
    assert len({answer.text for answer in answers}) == 1
    assert await api.value("SELECT count(*) FROM sessions WHERE kind = 'operator'") == 1


async def test_guessing_is_slowed_down_here_too(api: Api, olga: User) -> None:
    """A12: counted with the guesses at the other door, since it is the same password."""
    for door in ("operator/sessions", "sessions") * 5:
        wrong = {"login": "olga", "password": "a wrong password"}
        assert (await api.http.post(f"/v1/{door}", json=wrong)).status_code == 401
    answer = await log_in_as_operator(api, "olga")
    assert refused(answer) == (429, "too-many-requests")
    assert int(answer.headers["retry-after"]) > 0


async def test_an_operator_sees_who_is_logged_in(api: Api, olga: User) -> None:
    """E1: where the answer to the login says."""
    opened = await log_in_as_operator(api, "OLGA@example.com")
    assert opened.headers["location"] == "/v1/operator/sessions/current"
    assert opened.json()["expires_in"] == 300
    seen = (await olga.get("/operator/sessions/current")).json()
    assert (seen["id"], seen["account"]["user_name"]) == (str(olga.session_id), "olga")
    assert (seen["logged_in_at"], seen["recent_until"]) == ("2030-01-01T12:00:00Z", "2030-01-01T12:05:00Z")


async def test_no_token_of_one_door_opens_the_other(api: Api, olga: User) -> None:
    """A7, A9: not even an operator's own."""
    personal = await api.log_in("olga")
    assert refused(await personal.get("/operator/sessions/current")) == UNAUTHENTICATED
    for path in ("/me", "/wallet", "/sessions", "/people?q=ann"):
        assert refused(await olga.get(path)) == UNAUTHENTICATED, path
    swapped = User(api, olga.id, "olga", olga.session_id, personal.access_token, personal.refresh_token)
    assert (await swapped.get("/me")).status_code == 200


async def test_the_session_counts_besides_the_audience(api: Api, olga: User) -> None:
    """A9: whatever a token says, a session does the work of its own kind."""
    await api.execute("UPDATE sessions SET kind = 'personal'")
    assert refused(await olga.get("/operator/sessions/current")) == UNAUTHENTICATED
    personal = await api.log_in("olga")
    await api.execute("UPDATE sessions SET kind = 'operator'")
    assert refused(await personal.get("/me")) == UNAUTHENTICATED


def operations(document: dict[str, Any]) -> list[tuple[str, str]]:
    """Return every operation behind the operators' door."""
    return [
        (method, path)
        for path, item in document["paths"].items()
        if path.startswith("/v1/operator/")
        for method in item
        if (method, path) != ("post", "/v1/operator/sessions")
    ]


async def test_every_door_is_closed_to_all_others(
    api: Api, ann: User, olga: User, subtests: pytest.Subtests
) -> None:
    """A7, A9, A17: no token, a customer's, an operator's own personal one: always the same answer."""
    personal = await api.log_in("olga")
    document = (await api.http.get("/openapi.json")).json()
    doors = operations(document)
    assert len(doors) >= 17
    for method, path in doors:
        with subtests.test(method=method, path=path):
            assert document["paths"][path][method]["security"] == [{"operator": []}]
            url = re.sub(r"\{\w+\}", str(ann.id), path)
            answers = [
                await api.http.request(method, url, headers=headers)
                for headers in ({}, ann.headers, personal.headers)
            ]
            assert {refused(answer) for answer in answers} == {UNAUTHENTICATED}
            assert len({answer.text for answer in answers}) == 1
            operator = await at_work(api, olga)  # one of the doors logs out
            answer = await api.http.request(method, url, headers=operator.headers)
            assert answer.status_code not in {401, 403, 500}


async def test_operators_tokens_live_shorter(api: Api, olga: User, clock: ManualClock) -> None:
    """The access token five minutes, the refresh token an hour; the new pair is an operator's again."""
    clock.advance(301_000)
    assert refused(await olga.get("/operator/sessions/current")) == UNAUTHENTICATED
    pair = (await api.http.post(REFRESH, json={"refresh_token": olga.refresh_token})).json()
    assert pair["expires_in"] == 300
    fresh = User(api, olga.id, "olga", olga.session_id, pair["access_token"], pair["refresh_token"])
    assert (await fresh.get("/operator/sessions/current")).status_code == 200
    assert refused(await fresh.get("/me")) == UNAUTHENTICATED
    clock.advance(api.settings.operator_refresh_seconds * 1_000)
    late = await api.http.post(REFRESH, json={"refresh_token": pair["refresh_token"]})
    assert refused(late) == (401, "refresh-refused")


async def test_operators_log_in_once_a_shift(api: Api, olga: User, clock: ManualClock) -> None:
    """ASVS 7.3.2: however often it is refreshed, the session is over after half a day."""
    token, step_seconds = olga.refresh_token, 3_000
    for _ in range(api.settings.operator_session_seconds_max // step_seconds):
        clock.advance(step_seconds * 1_000)
        token = (await api.http.post(REFRESH, json={"refresh_token": token})).json()["refresh_token"]
    clock.advance(step_seconds * 1_000)
    assert refused(await api.http.post(REFRESH, json={"refresh_token": token})) == (401, "refresh-refused")


async def test_who_is_dismissed_loses_everything_at_once(api: Api, olga: User) -> None:
    """A9: the next request, the next refresh and the next login; nothing of it is in the token."""
    await api.execute("UPDATE accounts SET is_operator = false")
    assert refused(await olga.get("/operator/sessions/current")) == UNAUTHENTICATED
    assert refused(await log_in_as_operator(api, "olga")) == WRONG_CREDENTIALS
    refresh = await api.http.post(REFRESH, json={"refresh_token": olga.refresh_token})
    assert refused(refresh) == (401, "refresh-refused")
    assert (await (await api.log_in("olga")).get("/me")).status_code == 200


async def test_no_login_overtakes_a_dismissal(api: Api, olga: User) -> None:
    """A9: verified just before it, the password opens nothing after it."""
    async with api.meanwhile("UPDATE accounts SET is_operator = false"):
        login = asyncio.create_task(log_in_as_operator(api, "olga"))
    assert refused(await login) == WRONG_CREDENTIALS


async def test_money_moves_after_a_recent_login_only(api: Api, ann: User, olga: User, clock: ManualClock) -> None:
    """A17: five minutes; refreshing does not help, logging in again does, and all else goes on."""
    clock.advance(299_999)
    assert (await price(olga, ann, 11)).status_code == 200
    pair = (await api.http.post(REFRESH, json={"refresh_token": olga.refresh_token})).json()
    old = User(api, olga.id, "olga", olga.session_id, pair["access_token"], pair["refresh_token"])
    clock.advance(1)
    assert refused(await price(old, ann, 12)) == LOGIN_TOO_OLD
    assert refused(await adjust(old, ann, 5, ann.id)) == LOGIN_TOO_OLD
    assert (await old.post(f"/operator/accounts/{ann.id}/block", {"reason": "x"})).status_code == 200
    again = await at_work(api, olga)
    assert (await price(again, ann, 12)).status_code == 200
    assert (await adjust(again, ann, 5, ann.id)).status_code == 200


async def test_logging_out(api: Api, olga: User) -> None:
    """A8: the tokens are worth nothing from then on."""
    assert (await olga.delete("/operator/sessions/current")).status_code == 204
    assert refused(await olga.get("/operator/sessions/current")) == UNAUTHENTICATED
    assert (await api.http.post(REFRESH, json={"refresh_token": olga.refresh_token})).status_code == 401


async def test_operators_sessions_are_among_ones_own(api: Api, olga: User, clock: ManualClock) -> None:
    """A11: listed with their kind until they are over, and ended like any other."""
    personal, second = await api.log_in("olga"), await at_work(api, olga)
    items = (await personal.get("/sessions")).json()["items"]
    assert {item["id"] for item in items if item["kind"] == "operator"} == {
        str(olga.session_id),
        str(second.session_id),
    }
    assert [item["kind"] for item in items if item["is_current"]] == ["personal"]
    assert (await personal.delete(f"/sessions/{second.session_id}")).status_code == 204
    assert refused(await second.get("/operator/sessions/current")) == UNAUTHENTICATED
    clock.advance(api.settings.operator_refresh_seconds * 1_000)
    later = await api.log_in("olga")
    assert "operator" not in {item["kind"] for item in (await later.get("/sessions")).json()["items"]}


async def test_a_disabled_operator_is_out(api: Api, olga: User) -> None:
    """A8"""
    otto = await hired(api, "otto")
    assert (await otto.post(f"/operator/accounts/{olga.id}/disable", {"reason": "x"})).status_code == 200
    assert refused(await olga.get("/operator/sessions/current")) == UNAUTHENTICATED
    assert refused(await log_in_as_operator(api, "olga")) == WRONG_CREDENTIALS


async def test_a_new_operator_needs_a_new_login(api: Api, ann: User) -> None:
    """A9: the session that she has stays a customer's."""
    await make_operator(api, ann)
    assert refused(await ann.get("/operator/sessions/current")) == UNAUTHENTICATED
    assert (await (await at_work(api, ann)).get("/operator/sessions/current")).status_code == 200
