"""ICE servers for the parties of a live call, and what a real coturn says to the credentials."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest

from shared.messages.base import EndReason
from shared.settings_loading import SettingsError
from tests.api.callers import call
from tests.api.world import Api, User, problem_of, running_api
from tests.harness.clock import ManualClock
from tests.harness.coturn import Coturns, TurnAddress
from tests.harness.databases import Database
from tests.harness.turn import RefusedError, relayed

TURN = ("turn:turn.example:3478?transport=udp", "turn:turn.example:3478?transport=tcp")
BOTH = {"stun_urls": ("stun:stun.example:3478",), "turn_urls": TURN, "turn_secrets": ("shared with the relay",)}
MINUTE_MS = 60_000


@asynccontextmanager
async def two_in_a_call(
    database: Database, clock: ManualClock, **changes: Any
) -> AsyncIterator[tuple[User, User, UUID]]:
    """Run an API, and give a caller, a callee, and their call."""
    async with running_api(database.app_url, clock, **changes) as api:
        ann, bob = await api.register("ann"), await api.register("bob")
        yield ann, bob, await call(api, ann, bob, None)


async def servers_of(user: User, call_id: UUID) -> dict[str, Any]:
    """Return what the API says."""
    answer = await user.get("/ice-servers", call_id=call_id)
    assert answer.status_code == 200, answer.text
    said: dict[str, Any] = answer.json()
    return said


async def credential_of(user: User, call_id: UUID) -> tuple[str, str]:
    """Return user name and credential of the one TURN server."""
    [server] = (await servers_of(user, call_id))["ice_servers"]
    return server["username"], server["credential"]


async def refusal(turn: TurnAddress, credential: tuple[str, str]) -> int | None:
    """Return the code with which the server refuses this credential, or None."""
    try:
        async with relayed(turn.turn_url, *credential):
            return None
    except RefusedError as error:
        return error.code


def on(*turns: TurnAddress, first: str) -> dict[str, Any]:
    """Return the settings for these servers, with this secret the one that signs."""
    return {"turn_urls": tuple(turn.turn_url for turn in turns), "turn_secrets": (first, "kept for its last hour")}


async def test_an_answer_is_made_for_a_browser(database: Database, clock: ManualClock) -> None:
    """D14: each server is an `RTCIceServer` as it is; a STUN server has no nulls in it."""
    async with two_in_a_call(database, clock, **BOTH) as (ann, _, call_id):
        said = await servers_of(ann, call_id)
    credential = said["ice_servers"][1].pop("credential")
    assert len(credential) == 28
    assert said == {
        "ice_servers": [
            {"urls": ["stun:stun.example:3478"]},
            {"urls": list(TURN), "username": f"{1_893_499_800}:{call_id}:caller"},
        ],
        "ice_transport_policy": "all",
        "expires_at": "2030-01-01T12:10:00Z",
    }


async def test_without_servers_people_connect_directly(api: Api, ann: User, bob: User) -> None:
    said = await servers_of(ann, await call(api, ann, bob, None))
    assert said == {"ice_servers": [], "ice_transport_policy": "all", "expires_at": None}


async def test_both_parties_talk_through_the_server(database: Database, coturn: TurnAddress) -> None:
    """D14: a real coturn accepts the credentials, each party's own."""
    clock = ManualClock(datetime.now(UTC))
    async with two_in_a_call(database, clock, **on(coturn, first=coturn.secrets[0])) as (ann, bob, call_id):
        hers, his = await credential_of(ann, call_id), await credential_of(bob, call_id)
    async with relayed(coturn.turn_url, *hers) as from_ann, relayed(coturn.turn_url, *his) as from_bob:
        await from_bob.send(b"(nobody lets this in yet)", from_ann.address)
        await from_ann.send(b"hello", from_bob.address)
        assert await from_bob.receive() == b"hello"
    assert await refusal(coturn, (hers[0], his[1])) == 401


async def test_credentials_are_refused_once_expired(database: Database, coturn: TurnAddress) -> None:
    """D14: asked for again in time, a call goes on."""
    clock = ManualClock(datetime.now(UTC) - timedelta(seconds=601))
    async with two_in_a_call(database, clock, **on(coturn, first=coturn.secrets[0])) as (ann, _, call_id):
        expired = await credential_of(ann, call_id)
        clock.advance(9 * MINUTE_MS)
        fresh = await credential_of(ann, call_id)
    assert await refusal(coturn, expired) == 401
    assert await refusal(coturn, fresh) is None


async def test_how_long_credentials_last_is_a_setting(database: Database, clock: ManualClock) -> None:
    async with two_in_a_call(database, clock, **BOTH, turn_credential_seconds=90) as (ann, _, call_id):
        assert (await servers_of(ann, call_id))["expires_at"] == "2030-01-01T12:01:30Z"


async def test_a_secret_is_replaced_without_a_gap(database: Database, clock: ManualClock, coturns: Coturns) -> None:
    """D14: the steps of docs/turn.md; at each of them what the API signs is accepted."""
    before = await coturns.start("the-old-secret")
    between = await coturns.start("the-old-secret", "the-new-secret")
    after = await coturns.start("the-new-secret")
    async with two_in_a_call(database, clock, **on(between, first="the-old-secret")) as (ann, _, call_id):
        old = await credential_of(ann, call_id)
    async with running_api(database.app_url, clock, **on(between, first="the-new-secret")) as api:
        new = await credential_of(await api.log_in("ann"), call_id)
    accepted = {
        (name, at)
        for name, credential in (("old", old), ("new", new))
        for at, turn in (("before", before), ("between", between), ("after", after))
        if await refusal(turn, credential) is None
    }
    assert accepted == {("old", "before"), ("old", "between"), ("new", "between"), ("new", "after")}


async def test_a_stranger_cannot_sign(database: Database, clock: ManualClock, coturn: TurnAddress) -> None:
    """D14"""
    async with two_in_a_call(database, clock, **on(coturn, first="a secret of somebody else")) as (ann, _, call_id):
        assert await refusal(coturn, await credential_of(ann, call_id)) == 401


async def test_only_parties_of_a_live_call_get_servers(database: Database, clock: ManualClock) -> None:
    """D14, E5: absent, foreign and ended look the same."""
    async with running_api(database.app_url, clock, **BOTH) as api:
        ann, bob, eve = [await api.register(name) for name in ("ann", "bob", "eve")]
        live = await call(api, ann, bob, None)
        ended = await call(api, ann, bob, EndReason.HUNG_UP, 1)
        refused = [
            await eve.get("/ice-servers", call_id=live),
            await ann.get("/ice-servers", call_id=ended),
            await bob.get("/ice-servers", call_id=ended),
            await ann.get("/ice-servers", call_id=uuid4()),
        ]
        assert {problem_of(answer).type for answer in refused} == {"urn:talktime:problem:not-found"}
        assert len({answer.text for answer in refused}) == 1
        assert (await ann.get("/ice-servers", call_id=live)).status_code == 200
        assert (await bob.get("/ice-servers", call_id=live)).status_code == 200
        nobody = await api.http.get("/v1/ice-servers", params={"call_id": str(live)})
        assert problem_of(nobody).status == 401


@pytest.mark.parametrize("query", ["", "?call_id=", "?call_id=none", "?call_id=%00", "?id=1"])
async def test_the_call_must_be_named(ann: User, query: str) -> None:
    """E6: 422 naming the field."""
    problem = problem_of(await ann.get(f"/ice-servers{query}"))
    assert (problem.status, problem.fields) == (422, {"call_id"})


async def test_who_asks_for_it_is_relayed_and_the_other_is_not(database: Database, clock: ManualClock) -> None:
    """D14: one's own policy, and no server that would tell the own address."""
    async with two_in_a_call(database, clock, **BOTH) as (ann, bob, call_id):
        assert (await ann.patch("/me", {"relay_only": True})).status_code == 200
        hers, his = await servers_of(ann, call_id), await servers_of(bob, call_id)
    assert hers["ice_transport_policy"] == "relay"
    assert [server["urls"] for server in hers["ice_servers"]] == [list(TURN)]
    assert his["ice_transport_policy"] == "all"
    assert len(his["ice_servers"]) == 2


async def test_an_installation_may_relay_everybody(database: Database, clock: ManualClock) -> None:
    """D14"""
    async with two_in_a_call(database, clock, **BOTH, relay_only=True) as (ann, bob, call_id):
        for user in (ann, bob):
            said = await servers_of(user, call_id)
            assert (said["ice_transport_policy"], len(said["ice_servers"])) == ("relay", 1)


async def test_nobody_is_relayed_by_nothing(api: Api, ann: User, bob: User) -> None:
    """D14: a call that could never connect, as its relay is gone, is told so at once, and by what it could."""
    call_id = await call(api, ann, bob, None)
    await api.execute("UPDATE accounts SET relay_only = true WHERE user_name = 'ann'")
    problem = problem_of(await ann.get("/ice-servers", call_id=call_id))
    assert (problem.status, problem.type) == (409, "urn:talktime:problem:relay-not-offered")
    assert problem.detail is not None
    assert "TALKTIME_TURN_URLS" in problem.detail
    assert (await servers_of(bob, call_id))["ice_transport_policy"] == "all"
    assert (await ann.patch("/me", {"relay_only": False})).status_code == 200
    assert (await servers_of(ann, call_id))["ice_transport_policy"] == "all"


async def test_the_answers_are_documented(api: Api) -> None:
    """E2"""
    document = (await api.http.get("/openapi.json")).json()
    operation = document["paths"]["/v1/ice-servers"]["get"]
    assert {"200", "401", "404", "409", "422", "503"} <= set(operation["responses"])
    server = document["components"]["schemas"]["IceServer"]
    assert server["required"] == ["urls"]


async def test_nothing_that_relays_and_relayed_media_only_do_not_go_together(
    database: Database, clock: ManualClock
) -> None:
    """D14: told when the API starts, not to the people who call."""
    with pytest.raises(SettingsError, match="TALKTIME_RELAY_ONLY needs TALKTIME_TURN_URLS"):
        async with running_api(database.app_url, clock, relay_only=True):
            pytest.fail("it started")
