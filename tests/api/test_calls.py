"""The history of one's calls."""

from typing import Any
from uuid import UUID, uuid4

from api.calls.schemas import CallView
from api.pages import Page
from shared.messages.base import EndReason
from tests.api.callers import call
from tests.api.world import Api, User, problem_of


async def test_the_record_of_a_call(api: Api, ann: User, bob: User) -> None:
    """C13: price, authorized, started, ended, talk time, minutes, charge, reason."""
    call_id = await call(api, ann, bob, EndReason.HUNG_UP, 60_001)
    seen = (await ann.get(f"/calls/{call_id}")).json()
    assert seen == {
        "id": str(call_id),
        "direction": "outgoing",
        "other": {"account_id": str(bob.id), "user_name": "bob"},
        "authorized_at": "2030-01-01T12:00:00Z",
        "started_at": "2030-01-01T12:00:00Z",
        "ended_at": "2030-01-01T12:01:00.001000Z",
        "talk_ms": 60_001,
        "reason": "hung_up",
        "price_minor": 10,
        "minutes": 2,
        "charge_minor": 20,
        "refunded_minor": 0,
        "currency": "EUR",
    }


async def test_the_callee_does_not_see_what_the_caller_pays(api: Api, ann: User, bob: User) -> None:
    """C4, C13: everything but the money."""
    call_id = await call(api, ann, bob, EndReason.HUNG_UP, 60_001)
    seen = await bob.read(f"/calls/{call_id}", CallView)
    assert (seen.direction, seen.talk_ms, seen.reason) == ("incoming", 60_001, EndReason.HUNG_UP)
    assert seen.other is not None
    assert seen.other.user_name == "ann"
    assert (seen.price_minor, seen.minutes, seen.charge_minor) == (None, None, None)
    assert (seen.refunded_minor, seen.currency) == (None, None)


async def test_a_running_call_and_one_to_nobody(api: Api, ann: User, bob: User) -> None:
    """C13: what is not known yet is null."""
    running = await ann.read(f"/calls/{await call(api, ann, bob, None)}", CallView)
    assert (running.reason, running.talk_ms, running.charge_minor, running.price_minor) == (None, None, None, 10)
    nobody = await ann.read(f"/calls/{await call(api, ann, None, EndReason.UNREACHABLE)}", CallView)
    assert (nobody.other, nobody.charge_minor) == (None, 0)


async def test_an_attempt_that_the_callee_alone_sees(api: Api, ann: User, bob: User) -> None:
    """It would tell the caller why nobody could be reached."""
    call_id = await call(api, ann, bob, EndReason.UNREACHABLE)
    await api.execute("UPDATE calls SET hidden_from_caller = true")
    assert (await ann.read("/calls", Page[CallView])).items == []
    assert problem_of(await ann.get(f"/calls/{call_id}")).status == 404
    (missed,) = (await bob.read("/calls", Page[CallView])).items
    assert missed == await bob.read(f"/calls/{call_id}", CallView)
    assert (missed.direction, missed.reason) == ("incoming", EndReason.UNREACHABLE)


async def test_filters(api: Api, ann: User, bob: User) -> None:
    """C13: by direction and outcome, and both."""
    out_missed = await call(api, ann, bob, EndReason.MISSED)
    in_missed = await call(api, bob, ann, EndReason.MISSED)
    out_talked = await call(api, ann, bob, EndReason.HUNG_UP, 1)
    running = await call(api, ann, bob, None)
    expected: list[tuple[dict[str, Any], list[UUID]]] = [
        ({}, [running, out_talked, in_missed, out_missed]),
        ({"direction": "outgoing"}, [running, out_talked, out_missed]),
        ({"direction": "incoming"}, [in_missed]),
        ({"outcome": "missed"}, [in_missed, out_missed]),
        ({"outcome": "missed", "direction": "outgoing"}, [out_missed]),
        ({"outcome": "lost"}, []),
        ({"outcome": ["missed", "hung_up"], "direction": "outgoing"}, [out_talked, out_missed]),
        ({"direction": "any"}, [running, out_talked, in_missed, out_missed]),
    ]
    for query, calls in expected:
        page = await ann.read("/calls", Page[CallView], **query)
        assert [each.id for each in page.items] == calls, query


async def test_every_outcome_is_a_filter(ann: User) -> None:
    """C13."""
    for reason in EndReason:
        assert (await ann.get("/calls", outcome=reason.value)).status_code == 200


async def test_unknown_filter_values_are_refused(ann: User) -> None:
    """C13: 422 naming the field."""
    for field in ("direction", "outcome"):
        for value in ("sideways", "", "MISSED", "%00", "%FF", "missed,lost", "null"):
            problem = problem_of(await ann.get(f"/calls?{field}={value}"))
            assert (problem.status, problem.fields) == (422, {field}), value


async def test_calls_come_newest_first_in_stable_pages(api: Api, ann: User, bob: User) -> None:
    """C13, E4: both directions in one order, each call once, although new ones come."""
    made = [
        await call(api, *pair, EndReason.MISSED) for pair in [(ann, bob), (bob, ann), (bob, ann), (ann, bob)] * 2
    ]
    seen: list[UUID] = []
    query: dict[str, Any] = {"limit": 3}
    while True:
        page = await ann.read("/calls", Page[CallView], **query)
        seen += [each.id for each in page.items]
        await call(api, bob, ann, EndReason.MISSED)
        if page.next_cursor is None:
            break
        query["cursor"] = page.next_cursor
    assert seen == made[::-1]


async def test_foreign_calls_look_absent(api: Api, ann: User, bob: User) -> None:
    """E5."""
    eve = await api.register("eve")
    call_id = await call(api, ann, bob, EndReason.HUNG_UP, 1)
    foreign = await eve.get(f"/calls/{call_id}")
    absent = await eve.get(f"/calls/{uuid4()}")
    garbage = await eve.get("/calls/none")
    assert problem_of(foreign).status == 404
    assert foreign.text == absent.text == garbage.text
    assert (await eve.read("/calls", Page[CallView])).items == []
