"""Operators set what callers of an account pay, and what new accounts pay; every price has its history."""

import asyncio
from typing import Any

import httpx
import pytest

from api.operators.prices.schemas import PriceChangeView
from api.pages import Page
from api.people.schemas import Person
from shared.messages.base import PresenceState
from shared.messages.events import PriceSet
from shared.messages.registry import decode_event
from tests.api.office import REASON, hired, log, notices, price, refused
from tests.api.test_deletion import leave
from tests.api.world import Api, User, problem_of


async def ask_price(
    operator: User, account: User, price_minor: Any, *, share_bp: Any = 0, **changes: Any
) -> httpx.Response:
    """Set what callers of the account pay."""
    body = {"price_minor": price_minor, "earning_share_bp": share_bp, **REASON, **changes}
    return await operator.put(f"/operator/accounts/{account.id}/asking-price", body)


async def set_default(operator: User, price_minor: Any, **changes: Any) -> httpx.Response:
    """Set what new accounts pay."""
    return await operator.put("/operator/prices/default", {"price_minor": price_minor, **REASON, **changes})


async def history(operator: User, account: User | None = None, **query: Any) -> Page[PriceChangeView]:
    """Return a page of the changes of an account's prices, or of the default."""
    path = "/operator/prices/default/changes" if account is None else f"/operator/accounts/{account.id}/prices"
    return await operator.read(path, Page[PriceChangeView], **query)


async def events(api: Api) -> list[PriceSet]:
    """Return the facts about prices in the outbox, in order."""
    rows = await api.rows("SELECT body FROM outbox WHERE type = 'price.set' ORDER BY id")
    told = [decode_event(row["body"].encode()) for row in rows]
    assert all(isinstance(each, PriceSet) for each in told)
    return [each for each in told if isinstance(each, PriceSet)]


async def test_others_pay_what_an_account_asks(api: Api, ann: User, bob: User, olga: User) -> None:
    """B7: seen by operators, and by whoever looks the person up, in every list of people."""
    answer = await ask_price(olga, ann, 250, share_bp=6_000)
    assert answer.status_code == 200
    assert (answer.json()["asking_price_minor"], answer.json()["earning_share_bp"]) == (250, 6_000)
    assert answer.json()["wallet"]["price_minor"] == 10
    seen = Person(ann.id, "ann", 250, "EUR", PresenceState.OFFLINE)
    await bob.put(f"/me/contacts/{ann.id}", None)
    assert await bob.read("/people/ann", Person) == seen
    assert (await bob.read("/people", Page[Person], q="an")).items == [seen]
    assert (await bob.read("/me/contacts", Page[Person])).items == [seen]
    assert (await bob.read("/people/bob", Person)).asking_price_minor is None
    assert await notices(api) == [], "it is not in anybody's wallet"
    assert (await ask_price(olga, ann, None)).json()["asking_price_minor"] is None


async def test_every_change_is_kept_and_announced(api: Api, ann: User, olga: User) -> None:
    """B7, F1: who, when, from what, to what and why; the same again changes nothing and is not kept."""
    await price(olga, ann, 25)
    await ask_price(olga, ann, 30, share_bp=5_000)
    await ask_price(olga, ann, 30, share_bp=5_000)
    await ask_price(olga, ann, 0, share_bp=5_000)
    await ask_price(olga, ann, None)
    told = await events(api)
    kept: list[tuple[str, int | None, int | None]] = [
        ("price", 10, 25),
        ("asking_price", None, 30),
        ("earning_share", 0, 5_000),
        ("asking_price", 30, 0),
        ("asking_price", 0, None),
        ("earning_share", 5_000, 0),
    ]
    assert [(each.what, each.before, each.after) for each in told] == kept
    assert {(each.account_id, each.actor_id, each.actor_name, each.reason, each.set_at) for each in told} == {
        (ann.id, olga.id, "olga", REASON["reason"], api.clock.now())
    }
    changes = (await history(olga, ann)).items
    assert [(each.what, each.before, each.after) for each in changes] == kept[::-1]
    assert {(each.actor_id, each.actor_name, each.reason, each.currency, each.created_at) for each in changes} == {
        (olga.id, "olga", REASON["reason"], "EUR", api.clock.now())
    }
    entries = await log(api, "asking_price.set")
    assert len(entries) == 3
    assert entries[0]["details"] == {
        "price_minor": 30,
        "price_before_minor": None,
        "earning_share_bp": 5_000,
        "earning_share_before_bp": 0,
        "currency": "EUR",
    }


async def test_the_history_comes_in_pages(ann: User, bob: User, olga: User) -> None:
    """E4: newest first, each change once, one's own alone; a look at it is a look at the account."""
    for price_minor in range(11, 16):
        await price(olga, ann, price_minor)
        await price(olga, bob, price_minor)
    seen: list[int | None] = []
    cursor = ""
    while True:
        page = await history(olga, ann, limit=2, cursor=cursor)
        seen += [each.after for each in page.items]
        if page.next_cursor is None:
            break
        cursor = page.next_cursor
    assert seen == [15, 14, 13, 12, 11]
    for bad in ("!", "MA", "YQ", "LTE"):
        answer = await olga.get(f"/operator/accounts/{ann.id}/prices", cursor=bad)
        assert problem_of(answer).fields == {"cursor"}
    assert len(await log(ann.api, "account.viewed")) == 1


async def test_the_database_keeps_what_was_kept(api: Api, ann: User, olga: User) -> None:
    """B9: nobody changes or removes a change, the programs least of all."""
    await price(olga, ann, 25)
    for statement in ("UPDATE price_changes SET after = 1", "DELETE FROM price_changes"):
        with pytest.raises(Exception, match=r"permission denied|append-only"):
            await api.execute(statement)
    assert [each.after for each in (await history(olga, ann)).items] == [25]


async def test_who_registers_gets_the_default(api: Api, ann: User, olga: User) -> None:
    """B7: what operators have set last, else the setting; nobody else's price changes."""
    view = (await olga.get("/operator/prices/default")).json()
    assert view == {"price_minor": 10, "currency": "EUR", "changed_at": None, "actor_name": None}
    answer = await set_default(olga, 35)
    assert answer.json() == {
        "price_minor": 35,
        "currency": "EUR",
        "changed_at": "2030-01-01T12:00:00Z",
        "actor_name": "olga",
    }
    assert (await olga.get("/operator/prices/default")).json() == answer.json()
    new = await api.register("new")
    assert ((await new.wallet()).price_minor, (await ann.wallet()).price_minor) == (35, 10)
    await set_default(olga, 0)
    assert (await (await api.register("newer")).wallet()).price_minor == 0
    changes = (await history(olga)).items
    assert [(each.what, each.before, each.after) for each in changes] == [
        ("default_price", 35, 0),
        ("default_price", 10, 35),
    ]
    assert [(each.account_id, each.after) for each in await events(api)] == [(None, 35), (None, 0)]
    assert [entry["details"] for entry in await log(api, "default_price.set")] == [
        {"price_minor": 35, "price_before_minor": 10, "currency": "EUR"},
        {"price_minor": 0, "price_before_minor": 35, "currency": "EUR"},
    ]


async def test_defaults_set_at_once_follow_one_another(api: Api, olga: User) -> None:
    """B7: each begins where the one before ended; the same twice is set once."""
    otto = await hired(api, "otto")
    await asyncio.gather(*(set_default(who, minor) for minor in (20, 30, 40) for who in (olga, otto)))
    changes = (await history(olga)).items[::-1]
    assert changes[0].before == 10
    assert [each.before for each in changes[1:]] == [each.after for each in changes[:-1]]
    assert all(each.before != each.after for each in changes)


@pytest.mark.parametrize("price_minor", [-1, 10**12 + 1, 1.5, "1", True])
async def test_a_price_that_is_none_is_refused(api: Api, ann: User, olga: User, price_minor: Any) -> None:
    """B1"""
    for answer in (await ask_price(olga, ann, price_minor), await set_default(olga, price_minor)):
        problem = problem_of(answer)
        assert (problem.status, problem.fields) == (422, {"price_minor"})
    assert problem_of(await set_default(olga, None)).fields == {"price_minor"}
    assert await api.value("SELECT count(*) FROM price_changes") == 0


@pytest.mark.parametrize("share_bp", [-1, 10_001, 0.5, "1", None])
async def test_nobody_earns_more_than_all_or_less_than_nothing(ann: User, olga: User, share_bp: Any) -> None:
    """B1"""
    problem = problem_of(await ask_price(olga, ann, 5, share_bp=share_bp))
    assert (problem.status, problem.fields) == (422, {"earning_share_bp"})


async def test_prices_need_a_login_of_the_last_minutes_and_a_reason(api: Api, ann: User, olga: User) -> None:
    """A17"""
    for answer in (await ask_price(olga, ann, 5, reason=" "), await set_default(olga, 5, reason="")):
        assert problem_of(answer).fields == {"reason"}
    api.clock.advance(301_000)  # type: ignore[attr-defined]  # it is a manual one
    assert refused(await set_default(olga, 5))[1] in {"login-too-old", "unauthenticated"}
    assert await api.value("SELECT count(*) FROM price_changes") == 0


async def test_nobody_asks_for_themselves_or_for_who_has_left(api: Api, ann: User, olga: User) -> None:
    """A17, A15: what was set while they were there stays in the history."""
    assert refused(await ask_price(olga, olga, 5)) == (403, "own-account")
    await ask_price(olga, ann, 5)
    await leave(ann)
    assert refused(await ask_price(olga, ann, 6)) == (409, "account-deleted")
    assert [each.after for each in (await history(olga, ann)).items] == [5]
