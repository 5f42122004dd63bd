"""Operators look at calls, end them, and read figures."""

from datetime import timedelta
from uuid import uuid4

from shared.messages.base import EndReason
from shared.messages.notices import CallEndAsked
from tests.api.callers import call
from tests.api.office import act, log, notices, refused
from tests.api.payers import top_up
from tests.api.test_deletion import leave
from tests.api.world import Api, User, problem_of
from tests.harness.clock import START, ManualClock

REASON = {"reason": "they shouted"}


async def test_live_calls_are_listed(api: Api, ann: User, bob: User, olga: User) -> None:
    """A17: with both parties, what is held and what was proven; those that are over are not."""
    await call(api, ann, bob, EndReason.HUNG_UP, 5_000)
    ringing = await call(api, bob, ann, None)
    talking = await call(api, ann, bob, None)
    await api.execute(
        "UPDATE calls SET started_at = authorized_at, minutes_held = 3, proof_talk_ms = 105000 WHERE id = :id",
        id=talking,
    )
    first, second = (await olga.get("/operator/calls/live")).json()["items"]
    assert first == {
        "id": str(talking),
        "caller": {"account_id": str(ann.id), "user_name": "ann"},
        "callee": {"account_id": str(bob.id), "user_name": "bob"},
        "node": "node-1",
        "authorized_at": "2030-01-01T12:00:00Z",
        "started_at": "2030-01-01T12:00:00Z",
        "end_asked_at": None,
        "proof_talk_ms": 105_000,
        "minutes_held": 3,
        "price_minor": 10,
        "currency": "EUR",
        "ended_at": None,
        "talk_ms": None,
        "minutes": None,
        "charge_minor": None,
        "refunded_minor": 0,
        "earned_minor": 0,
        "reason": None,
    }
    assert (second["id"], second["started_at"]) == (str(ringing), None)


async def test_live_calls_come_in_pages(api: Api, ann: User, bob: User, olga: User) -> None:
    """E4"""
    made = [str(await call(api, ann, bob, None)) for _ in range(5)]
    seen, cursor = [], ""
    while cursor is not None:
        page = (await olga.get("/operator/calls/live", limit=2, cursor=cursor)).json()
        seen += [item["id"] for item in page["items"]]
        cursor = page["next_cursor"]
        await call(api, ann, bob, None)
    assert seen == made[::-1]
    assert problem_of(await olga.get("/operator/calls/live", cursor="!")).fields == {"cursor"}


async def test_one_call_is_seen_whole(api: Api, ann: User, bob: User, olga: User) -> None:
    """A17, C13: also over, also with somebody who has left, also without a callee."""
    call_id, lonely = (
        await call(api, ann, bob, EndReason.OPERATOR, 61_000),
        await call(api, ann, None, EndReason.CANCELLED),
    )
    assert await leave(bob) == 204
    seen = (await olga.get(f"/operator/calls/{call_id}")).json()
    assert (seen["reason"], seen["charge_minor"], seen["minutes"]) == ("operator", 20, 2)
    assert seen["callee"] == {"account_id": str(bob.id), "user_name": None}
    assert (await olga.get(f"/operator/calls/{lonely}")).json()["callee"] is None
    assert refused(await olga.get(f"/operator/calls/{uuid4()}")) == (404, "not-found")


async def test_the_end_of_a_call_is_asked(api: Api, ann: User, bob: User, olga: User, clock: ManualClock) -> None:
    """A17: the payer's node is told, each time; the row remembers the first time, the log every time."""
    call_id = await call(api, ann, bob, None)
    answers = []
    for _ in range(2):
        answers.append(await olga.post(f"/operator/calls/{call_id}/end", REASON))
        clock.advance(1_000)
    assert {answer.status_code for answer in answers} == {202}
    assert (
        answers[0].json()
        == answers[1].json()
        == {
            "call_id": str(call_id),
            "end_asked_at": "2030-01-01T12:00:00Z",
        }
    )
    told = await notices(api)
    assert all(isinstance(notice, CallEndAsked) for notice in told)
    assert {(notice.account_id, getattr(notice, "call_id", None)) for notice in told} == {(ann.id, call_id)}
    rows = await log(api)
    assert [(row["action"], row["call_id"], row["reason"]) for row in rows] == [
        ("call.end_asked", call_id, "they shouted")
    ] * 2
    assert (await olga.get("/operator/calls/live")).json()["items"][0]["end_asked_at"] == "2030-01-01T12:00:00Z"


async def test_a_call_that_is_over_or_nobodys_is_not_ended(api: Api, ann: User, bob: User, olga: User) -> None:
    """A17, E5: nothing is told and nothing in the log."""
    over = await call(api, ann, bob, EndReason.HUNG_UP, 5_000)
    assert refused(await olga.post(f"/operator/calls/{over}/end", REASON)) == (409, "call-over")
    assert refused(await olga.post(f"/operator/calls/{uuid4()}/end", REASON)) == (404, "not-found")
    assert problem_of(await olga.post(f"/operator/calls/{over}/end", {})).fields == {"reason"}
    assert await notices(api) == []
    assert await log(api) == []


async def test_figures(api: Api, ann: User, bob: User, olga: User) -> None:
    """A17: people, live calls, what was talked and earned today and this week, and the money there is."""
    gone, shut = await api.register("gone"), await api.register("shut")
    await top_up(ann, 100)
    await act(olga, bob, "block")
    await act(olga, shut, "disable")
    await leave(gone)
    await api.execute("UPDATE accounts SET created_at = created_at - interval '1 day' WHERE user_name = 'ann'")
    for ago, talk_ms in ((0, 61_000), (0, 0), (6, 1_000), (7, 5_000)):
        reason = EndReason.HUNG_UP if talk_ms else EndReason.MISSED
        call_id = await call(api, ann, bob, reason, talk_ms)
        ended_at = START - timedelta(days=ago)
        await api.execute("UPDATE calls SET ended_at = :at WHERE id = :id", at=ended_at, id=call_id)
    # Of today's 20 an operator gave back 5, and bob earned 3: neither is the house's.
    shared = "UPDATE calls SET refunded_minor = 5, earned_minor = 3 WHERE talk_ms = 61000"
    await api.execute(shared)
    await call(api, ann, bob, None)
    talking = await call(api, bob, ann, None)
    await api.execute("UPDATE calls SET started_at = authorized_at WHERE id = :id", id=talking)
    await api.execute("UPDATE wallets SET held_minor = 10, version = version + 1 WHERE account_id = :id", id=ann.id)
    assert (await olga.get("/operator/figures")).json() == {
        "as_of": "2030-01-01T12:00:00Z",
        "accounts": 4,
        "accounts_new_today": 3,
        "accounts_blocked": 1,
        "accounts_blocked_by_operator": 1,
        "accounts_disabled": 1,
        "calls_ringing": 1,
        "calls_talking": 1,
        "balance_minor": 100,
        "held_minor": 10,
        "today": {"since": "2030-01-01T00:00:00Z", "calls": 1, "minutes": 2, "revenue_minor": 12},
        "week": {"since": "2029-12-26T00:00:00Z", "calls": 2, "minutes": 3, "revenue_minor": 22},
        "currency": "EUR",
    }
