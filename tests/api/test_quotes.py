"""What a call would cost: see tests/billing_worker/test_quotes.py for what admission makes of it."""

from typing import Any
from uuid import uuid4

import pytest

from shared.ids import first_id_at
from shared.messages.base import EndReason
from tests.api.callers import call
from tests.api.cast import Part, enter
from tests.api.office import act, price
from tests.api.payers import top_up
from tests.api.test_prices import ask_price
from tests.api.world import Api, User, problem_of, running_api
from tests.harness.clock import ManualClock
from tests.harness.databases import Database

PLAIN: dict[str, Any] = {
    "price_minor": 10,
    "currency": "EUR",
    "minute_ms": 60_000,
    "free_ms": 0,
    "grace_ms": 0,
    "minutes_affordable": 2,
    "talk_ms_max": 120_000,
    "allowed": True,
    "reason": None,
    "shortfall_minor": None,
    "spend_limit": None,
    "left_minor": None,
}


async def quote(user: User, **query: Any) -> dict[str, Any]:
    answer = await user.get("/calls/quote", **query)
    assert answer.status_code == 200, answer.text
    found: dict[str, Any] = answer.json()
    return found


async def test_a_call_at_ones_own_price(ann: User, bob: User) -> None:
    """B6: of nobody in particular, and of somebody who asks nothing, by id and by name in any case."""
    await top_up(ann, 25)
    assert await quote(ann) == PLAIN
    assert await quote(ann, callee_id=str(bob.id)) == PLAIN
    assert await quote(ann, callee_user_name="BOB") == PLAIN


async def test_a_call_at_the_callees_price(ann: User, bob: User, olga: User) -> None:
    await top_up(ann, 25)
    await ask_price(olga, bob, 26)
    dear = await quote(ann, callee_id=str(bob.id))
    assert dear == PLAIN | {
        "price_minor": 26,
        "minutes_affordable": 0,
        "talk_ms_max": 0,
        "allowed": False,
        "reason": "insufficient_funds",
        "shortfall_minor": 1,
    }
    await ask_price(olga, bob, 0)
    free = await quote(ann, callee_id=str(bob.id))
    assert free == PLAIN | {"price_minor": 0, "minutes_affordable": None, "talk_ms_max": 4 * 3_600_000}
    assert await quote(ann) == PLAIN


async def test_free_talk_and_grace_are_told(database: Database, clock: ManualClock) -> None:
    """C4: and how long talk can be with them."""
    async with running_api(database.app_url, clock, free_talk_ms=30_000, talk_grace_ms=5_000) as api:
        ann = await api.register("ann")
        assert (await quote(ann))["talk_ms_max"] == 0
        await top_up(ann, 25)
        assert await quote(ann) == PLAIN | {"free_ms": 30_000, "grace_ms": 5_000, "talk_ms_max": 150_000}


async def test_ones_own_limits(api: Api, ann: User, bob: User) -> None:
    """Of one call, of the day with what was spent, and the longest call."""
    await top_up(ann, 100)
    await ann.patch("/me/limits", {"call_ms_max": 90_000})
    assert await quote(ann) == PLAIN | {"minutes_affordable": 10, "talk_ms_max": 90_000}
    await ann.patch("/me/limits", {"spend_call_minor_max": 15})
    assert await quote(ann) == PLAIN | {"minutes_affordable": 1, "talk_ms_max": 60_000}
    await ann.patch("/me/limits", {"spend_day_minor_max": 25})
    assert (await quote(ann))["minutes_affordable"] == 1
    call_id = await call(api, ann, bob, EndReason.HUNG_UP, 61_000)
    # As it would have been made at this moment of the test's clock.
    await api.execute("UPDATE calls SET id = :new WHERE id = :id", new=first_id_at(api.clock.now()), id=call_id)
    spent = await quote(ann)
    assert (spent["reason"], spent["spend_limit"], spent["left_minor"]) == ("spend_limit", "day", 5)


async def test_what_stands_in_the_way(api: Api, ann: User, bob: User, olga: User) -> None:
    """C5, A17: the first of what admission would refuse for; nothing of it is about the callee."""
    assert (await quote(ann))["reason"] == "insufficient_funds"
    await top_up(ann, 25)
    await ann.put(f"/me/blocklist/{bob.id}", None)
    assert await quote(ann, callee_user_name="bob") == PLAIN | {"allowed": False, "reason": "on_your_blocklist"}
    await ann.patch("/me/limits", {"spend_day_minor_max": 9})
    limited = await quote(ann, callee_user_name="bob")
    assert limited == PLAIN | {
        "minutes_affordable": 0,
        "talk_ms_max": 0,
        "allowed": False,
        "reason": "spend_limit",
        "spend_limit": "day",
        "left_minor": 9,
    }
    await price(olga, ann, 30)
    blocked = await quote(ann)
    assert (blocked["reason"], blocked["shortfall_minor"], blocked["price_minor"]) == ("blocked", 5, 30)
    await act(olga, ann, "block")
    blocked = await quote(ann)
    assert (blocked["reason"], blocked["shortfall_minor"]) == ("blocked", None)
    await api.execute("UPDATE wallets SET in_call_id = :id WHERE account_id = :ann", id=uuid4(), ann=ann.id)
    assert (await quote(ann))["reason"] == "already_in_call"
    assert (await quote(ann, callee_user_name="ann"))["reason"] == "self_call"


async def test_who_cannot_be_found_has_no_quote(api: Api, ann: User) -> None:
    """E5, D4: unknown, disabled and deleted accounts are the directory's one 404."""
    people = await enter(api, [Part("disabled", disabled=True), Part("deleted", disabled=True, deleted=True)])
    gone = [{"callee_id": str(person.id)} for person in people.values()]
    gone += [{"callee_user_name": person.user_name} for person in people.values()]
    directory = problem_of(await ann.get(f"/people/{uuid4()}"))
    for query in (*gone, {"callee_id": str(uuid4())}, {"callee_user_name": "nobody"}):
        answer = await ann.get("/calls/quote", **query)
        assert problem_of(answer) == directory, query


async def test_a_quote_says_nothing_of_who_can_be_reached(api: Api, ann: User, bob: User) -> None:
    """D4: whether the callee blocks the caller, takes calls from contacts only, or is in a call."""
    await top_up(ann, 25)
    usual = await quote(ann, callee_id=str(bob.id))
    await bob.put(f"/me/blocklist/{ann.id}", None)
    await bob.patch("/me", {"calls_from": "contacts"})
    await api.execute("UPDATE wallets SET in_call_id = :id WHERE account_id = :bob", id=uuid4(), bob=bob.id)
    assert await quote(ann, callee_id=str(bob.id)) == usual


@pytest.mark.parametrize(
    ("query", "field"),
    [
        ({"callee_id": "bob"}, "callee_id"),
        ({"callee_user_name": "b b"}, "callee_user_name"),
        ({"callee_id": str(uuid4()), "callee_user_name": "bob"}, "callee_user_name"),
    ],
)
async def test_a_callee_is_named_in_one_way(ann: User, query: dict[str, str], field: str) -> None:
    problem = problem_of(await ann.get("/calls/quote", **query))
    assert (problem.status, problem.fields) == (422, {field})


async def test_looking_for_people_by_quotes_is_looking_for_people(database: Database, clock: ManualClock) -> None:
    """A16: counted with the directory; a quote of nobody in particular is not."""
    async with running_api(database.app_url, clock, search_limit="2/60") as api:
        ann = await api.register("ann")
        for _ in range(3):
            await quote(ann)
        statuses = [(await ann.get("/calls/quote", callee_user_name="nobody")).status_code for _ in range(2)]
        assert [*statuses, (await ann.get("/people", q="bob")).status_code] == [404, 404, 429]
        assert (await ann.get("/calls/quote", callee_user_name="nobody")).status_code == 429
