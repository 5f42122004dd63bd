"""Operators set prices and adjust balances."""

from uuid import UUID, uuid4

import httpx
import pytest

from shared.messages.events import BalanceAdjusted
from shared.messages.notices import AccountBlocked, AccountUnblocked, WalletChanged
from tests.api.office import REASON, act, adjust, events, log, notices, price, refused
from tests.api.payers import top_up
from tests.api.test_deletion import books_balance, leave
from tests.api.world import Api, User, problem_of

KEY = UUID("01985d1c-57a0-7c51-8f3e-0d5b9f6a1c01")


async def test_a_price_is_the_accounts_own(api: Api, ann: User, bob: User, olga: User) -> None:
    """A17, B7: hers alone, seen at once, told to her devices."""
    answer = await price(olga, ann, 25)
    assert answer.status_code == 200
    assert answer.json()["wallet"]["price_minor"] == 25
    assert ((await ann.wallet()).price_minor, (await bob.wallet()).price_minor) == (25, 10)
    [told] = await notices(api)
    assert isinstance(told, WalletChanged)
    assert (told.account_id, told.wallet) == (ann.id, await ann.wallet())
    [entry] = await log(api)
    assert entry["details"] == {"price_minor": 25, "price_before_minor": 10, "currency": "EUR"}
    assert (await price(olga, ann, 25)).status_code == 200
    assert len(await log(api)) == 1


async def test_a_price_that_takes_the_next_minute_away_blocks(api: Api, ann: User, olga: User) -> None:
    """B7, C6: and one that gives it back unblocks; who could not pay before is not blocked anew."""
    assert (await price(olga, ann, 20)).json()["blocked"] is False
    await top_up(ann, 25)
    assert (await price(olga, ann, 30)).json()["blocked"] is True
    assert (await price(olga, ann, 25)).json()["blocked"] is False
    told = [type(notice) for notice in await notices(api)]
    assert told == [
        *[WalletChanged, WalletChanged],
        *[WalletChanged, AccountBlocked],
        *[WalletChanged, AccountUnblocked],
    ]


async def test_a_price_of_a_call_that_holds_a_minute_blocks_nobody(api: Api, ann: User, olga: User) -> None:
    """B7: the end of the call judges."""
    await top_up(ann, 25)
    await api.execute("UPDATE wallets SET held_minor = 10, version = version + 1 WHERE account_id = :id", id=ann.id)
    assert (await price(olga, ann, 16)).json()["blocked"] is False


@pytest.mark.parametrize("price_minor", [-1, 10**12 + 1, 1.5, "1", None, True])
async def test_a_price_that_is_none_is_refused(ann: User, olga: User, price_minor: int) -> None:
    """B1"""
    problem = problem_of(await price(olga, ann, price_minor))
    assert (problem.status, problem.fields) == (422, {"price_minor"})


async def test_an_adjustment_moves_money_with_a_reason(api: Api, ann: User, olga: User) -> None:
    """A17, B8: booked against the house, in her statement, told to her devices, in the log."""
    answer = await adjust(olga, ann, 25, KEY)
    booked = answer.json()
    assert answer.status_code == 200
    assert booked == {
        "id": booked["id"],
        "account_id": str(ann.id),
        "amount_minor": 25,
        "balance_after_minor": 25,
        "currency": "EUR",
        "created_at": "2030-01-01T12:00:00Z",
    }
    assert (await adjust(olga, ann, -5, uuid4())).json()["balance_after_minor"] == 20
    entries = (await ann.get("/wallet/entries")).json()["items"]
    assert [(entry["kind"], entry["amount_minor"]) for entry in entries] == [("adjustment", -5), ("adjustment", 25)]
    assert [type(notice) for notice in await notices(api)] == [WalletChanged, WalletChanged]
    assert [row["details"]["amount_minor"] for row in await log(api)] == [25, -5]
    [told, _] = await events(api, BalanceAdjusted)
    assert (str(told.adjustment_id), told.account_id, told.amount_minor) == (booked["id"], ann.id, 25)
    assert (told.reason, told.actor_id, told.adjusted_at) == (REASON["reason"], olga.id, api.clock.now())
    legs = await api.rows(
        "SELECT reason, actor_id, occurred_at FROM ledger_entries WHERE operation = :name",
        name=f"adjustment:{booked['id']}",
    )
    assert legs == [{"reason": REASON["reason"], "actor_id": olga.id, "occurred_at": api.clock.now()}] * 2
    await books_balance(api)


async def test_nothing_is_taken_that_is_not_there_or_is_held(api: Api, ann: User, olga: User) -> None:
    """B9: with what could be taken."""
    await top_up(ann, 25)
    await api.execute("UPDATE wallets SET held_minor = 10, version = version + 1 WHERE account_id = :id", id=ann.id)
    answer = await adjust(olga, ann, -16, KEY)
    assert refused(answer) == (409, "insufficient-funds")
    assert (answer.json()["available_minor"], answer.json()["currency"]) == (15, "EUR")
    assert (await ann.wallet()).balance_minor == 25
    assert await log(api) == []
    assert (await adjust(olga, ann, -15, uuid4())).status_code == 200


@pytest.mark.parametrize("amount_minor", [0, -(10**12) - 1, 10**12 + 1, 1.0, "1", None])
async def test_an_amount_that_is_none_is_refused(api: Api, ann: User, olga: User, amount_minor: int) -> None:
    """B1"""
    problem = problem_of(await adjust(olga, ann, amount_minor, KEY))
    assert (problem.status, problem.fields) == (422, {"amount_minor"})
    assert await log(api) == []


async def test_taking_the_next_minute_blocks_and_giving_one_unblocks(api: Api, ann: User, olga: User) -> None:
    """C6, C7: told as after a call and a payment."""
    await adjust(olga, ann, 10, uuid4())
    await adjust(olga, ann, -1, uuid4())
    assert (await ann.wallet()).blocked
    await adjust(olga, ann, 1, uuid4())
    assert not (await ann.wallet()).blocked
    told = [notice for notice in await notices(api) if not isinstance(notice, WalletChanged)]
    assert [type(notice) for notice in told] == [AccountBlocked, AccountUnblocked]
    assert isinstance(told[0], AccountBlocked)
    assert told[0].shortfall_minor == 1


async def test_money_does_not_end_an_operators_block(api: Api, ann: User, olga: User) -> None:
    """A17: neither a payment nor an adjustment; nobody is told that she may call."""
    await act(olga, ann, "block")
    await top_up(ann, 100)
    await adjust(olga, ann, 100, uuid4())
    wallet = await ann.wallet()
    assert (wallet.blocked, wallet.blocked_by_operator, wallet.available_minor) == (True, True, 200)
    assert not any(isinstance(notice, AccountUnblocked) for notice in await notices(api))


async def test_nobody_pays_or_prices_the_own_account(api: Api, olga: User) -> None:
    """A17"""
    for answer in (await price(olga, olga, 1), await adjust(olga, olga, 5, KEY)):
        assert refused(answer) == (403, "own-account")
    assert await log(api) == []


async def test_of_who_has_left_only_the_balance_can_be_set_right(api: Api, ann: User, olga: User) -> None:
    """A15: money that arrived too late leaves the wallet this way; a price is nobody's any more."""
    assert await leave(ann) == 204
    assert refused(await price(olga, ann, 5)) == (409, "account-deleted")
    assert (await adjust(olga, ann, 5, uuid4())).status_code == 200
    assert (await adjust(olga, ann, -5, uuid4())).json()["balance_after_minor"] == 0


async def test_nobody_there(olga: User, ann: User) -> None:
    """E5"""
    nobody = User(ann.api, uuid4(), "", ann.session_id, "", "")
    answers: list[httpx.Response] = [await price(olga, nobody, 5), await adjust(olga, nobody, 5, KEY)]
    assert {refused(answer) for answer in answers} == {(404, "not-found")}


async def test_an_act_needs_a_reason(api: Api, ann: User, olga: User, subtests: pytest.Subtests) -> None:
    """A17"""
    for reason in ("", "   ", "x" * 501, None, 5):
        with subtests.test(reason=reason):
            problem = problem_of(await adjust(olga, ann, 5, KEY, reason=reason))
            assert (problem.status, problem.fields) == (422, {"reason"})
    body = {"amount_minor": 5}
    missing = await olga.post(f"/operator/accounts/{ann.id}/adjustments", body, key=KEY)
    assert problem_of(missing).fields == {"reason"}
    assert await log(api) == []
