"""Operators give back of calls' charges, and record payouts (B11)."""

import asyncio
from uuid import uuid4

import pytest

from shared.database import transaction
from shared.ledger import Ledger
from shared.messages.base import EndReason
from shared.messages.events import CallRefunded, PayoutRecorded
from shared.messages.notices import AccountUnblocked, WalletChanged
from tests.api.callers import call
from tests.api.earners import paid_call
from tests.api.office import REASON, at_work, events, log, make_operator, notices, pay_out, refund, refused
from tests.api.payers import top_up
from tests.api.test_deletion import books_balance, leave
from tests.api.world import Api, User, problem_of

KEY = "a-key"


async def entries_of(api: Api, operation: str) -> list[tuple[str, int]]:
    """Return accounts and amounts of an operation's legs."""
    legs = "SELECT coalesce(house, purse) AS account, amount_minor FROM ledger_entries WHERE operation = :name"
    rows = await api.rows(f"{legs} ORDER BY leg", name=operation)
    return [(row["account"], row["amount_minor"]) for row in rows]


async def test_a_refund_goes_back_to_the_caller(api: Api, ann: User, bob: User, olga: User) -> None:
    """B11: a new entry with reason and actor; told to devices, to the log, and as an event."""
    await top_up(ann, 30)
    call_id = await paid_call(api, ann, bob, minutes=3)
    answer = await refund(olga, call_id, 20, KEY)
    assert answer.status_code == 200
    assert answer.json() == {
        "call_id": str(call_id),
        "number": 1,
        "amount_minor": 20,
        "taken_back_minor": 0,
        "currency": "EUR",
        "reason": REASON["reason"],
        "actor_id": str(olga.id),
        "created_at": "2030-01-01T12:00:00Z",
    }
    assert await entries_of(api, f"refund:{call_id}:1") == [("credit", 20), ("refunds", -20)]
    assert (await ann.wallet()).balance_minor == 20
    [entry, *_] = (await ann.get("/wallet/entries")).json()["items"]
    assert (entry["kind"], entry["call_id"], "reason" in entry) == ("refund", str(call_id), False)
    [told] = await events(api, CallRefunded)
    assert (told.call_id, told.account_id, told.number, told.amount_minor) == (call_id, ann.id, 1, 20)
    assert (told.taken_back_minor, told.reason, told.actor_id) == (0, REASON["reason"], olga.id)
    assert [type(notice) for notice in await notices(api)][-2:] == [WalletChanged, AccountUnblocked]
    [act] = await log(api)
    assert (act["action"], act["call_id"], act["account_id"]) == ("call.refunded", call_id, ann.id)
    assert (act["reason"], act["details"]["amount_minor"]) == (REASON["reason"], 20)
    record = (await olga.get(f"/operator/calls/{call_id}")).json()
    assert (record["charge_minor"], record["refunded_minor"]) == (30, 20)
    seen = (await ann.get(f"/calls/{call_id}")).json()
    assert (seen["charge_minor"], seen["refunded_minor"]) == (30, 20)
    await books_balance(api)


async def test_never_more_than_was_charged(api: Api, ann: User, bob: User, olga: User) -> None:
    """B11: in parts, and also twenty at once under keys of their own."""
    await top_up(ann, 30)
    call_id = await paid_call(api, ann, bob, minutes=3)
    assert refused(await refund(olga, call_id, 31, KEY)) == (409, "refund-too-large")
    assert (await refund(olga, call_id, 5, uuid4())).status_code == 200
    answers = await asyncio.gather(*(refund(olga, call_id, 4, uuid4()) for _ in range(20)))
    assert sum(answer.status_code == 200 for answer in answers) == 6
    assert {refused(answer) for answer in answers if answer.status_code != 200} == {(409, "refund-too-large")}
    assert (await refund(olga, call_id, 1, uuid4())).json()["number"] == 8
    assert refused(await refund(olga, call_id, 1, uuid4())) == (409, "refund-too-large")
    assert (await ann.wallet()).balance_minor == 30
    await books_balance(api)


async def test_the_same_request_is_one_refund(api: Api, ann: User, bob: User, olga: User) -> None:
    """B4, B11"""
    await top_up(ann, 30)
    call_id = await paid_call(api, ann, bob, minutes=3)
    answers = await asyncio.gather(*(refund(olga, call_id, 5, KEY) for _ in range(20)))
    assert {answer.status_code for answer in answers} <= {200, 409}
    assert (await ann.wallet()).balance_minor == 5


async def test_the_callees_share_goes_back_too(api: Api, ann: User, bob: User, olga: User) -> None:
    """B11: in proportion to what stays paid; the two parts of a refund come to the whole, to the unit."""
    await top_up(ann, 30)
    call_id = await paid_call(api, ann, bob, minutes=3, share_bp=3_333)
    assert (await bob.wallet()).earned_minor == 9
    taken = [(await refund(olga, call_id, 10, uuid4())).json()["taken_back_minor"] for _ in range(3)]
    assert taken == [3, 3, 3]
    assert ((await ann.wallet()).balance_minor, (await bob.wallet()).earned_minor) == (30, 0)
    assert await entries_of(api, f"refund:{call_id}:1") == [("credit", 10), ("earnings", -3), ("refunds", -7)]
    told = {notice.account_id for notice in await notices(api) if isinstance(notice, WalletChanged)}
    assert told == {ann.id, bob.id}
    record = (await olga.get(f"/operator/calls/{call_id}")).json()
    assert (record["refunded_minor"], record["earned_minor"]) == (30, 0)
    await books_balance(api)


async def test_what_was_paid_out_is_the_houses_loss(api: Api, ann: User, bob: User, olga: User) -> None:
    """B9, B11: nobody's earnings go below nothing."""
    await top_up(ann, 30)
    call_id = await paid_call(api, ann, bob, minutes=3, share_bp=5_000)
    assert (await pay_out(olga, bob, 12, uuid4())).status_code == 200
    answer = await refund(olga, call_id, 30, KEY)
    assert answer.json()["taken_back_minor"] == 3
    assert await entries_of(api, f"refund:{call_id}:1") == [("credit", 30), ("earnings", -3), ("refunds", -27)]
    assert (await bob.wallet()).earned_minor == 0


async def test_what_is_not_settled_cannot_be_given_back(api: Api, ann: User, bob: User, olga: User) -> None:
    """B11: nor what cost nothing, nor what never was."""
    live = await call(api, ann, bob, None)
    assert refused(await refund(olga, live, 1, uuid4())) == (409, "call-not-settled")
    missed = await call(api, ann, bob, EndReason.MISSED)
    assert refused(await refund(olga, missed, 1, uuid4())) == (409, "refund-too-large")
    assert refused(await refund(olga, uuid4(), 1, uuid4())) == (404, "not-found")
    assert await log(api) == []


@pytest.mark.parametrize("amount_minor", [0, -1, 1.0, "1", None, 10**12 + 1])
async def test_an_amount_that_is_none(api: Api, ann: User, bob: User, olga: User, amount_minor: object) -> None:
    """B1"""
    for answer in (await refund(olga, uuid4(), amount_minor, KEY), await pay_out(olga, bob, amount_minor, KEY)):
        problem = problem_of(answer)
        assert (problem.status, problem.fields) == (422, {"amount_minor"})


async def test_nobody_gives_back_of_the_own_calls(api: Api, ann: User, bob: User) -> None:
    """A17: neither as caller nor as callee; nor pays out to the own account."""
    await top_up(ann, 30)
    await top_up(bob, 30)
    calls = [await paid_call(api, *pair, minutes=1, share_bp=5_000) for pair in ((ann, bob), (bob, ann))]
    await make_operator(api, ann)
    operator = await at_work(api, ann)
    for call_id in calls:
        assert refused(await refund(operator, call_id, 1, uuid4())) == (403, "own-account")
    assert refused(await pay_out(operator, ann, 1, uuid4())) == (403, "own-account")


async def test_who_has_left_gets_nothing_back(api: Api, ann: User, bob: User, olga: User) -> None:
    """A15: there is nobody to spend it. What the other one earned stays."""
    await top_up(ann, 30)
    call_id = await paid_call(api, ann, bob, minutes=3)
    assert await leave(ann) == 204
    assert refused(await refund(olga, call_id, 1, KEY)) == (409, "account-deleted")


async def test_refunds_are_listed_newest_first(api: Api, ann: User, bob: User, olga: User) -> None:
    """B11, E4: with who and why; corrections by billing have neither."""
    await top_up(ann, 300)
    call_id = await paid_call(api, ann, bob, minutes=30, share_bp=5_000)
    async with transaction(api.engine) as connection:
        ledger = await Ledger.open(connection, [ann.id, bob.id], now=api.clock.now())
        ledger.refund(ann.id, 10, call_id=call_id, number=1, earner_id=bob.id, take_back_minor=5)
        await ledger.save()
    await api.execute(
        "UPDATE calls SET minutes = 29, charge_minor = 290, refund_count = 1, earned_minor = 145 WHERE id = :id",
        id=call_id,
    )
    for _ in range(11):
        await refund(olga, call_id, 2, uuid4())
    listed = []
    query: dict[str, object] = {"limit": 5}
    while True:
        page = (await olga.get(f"/operator/calls/{call_id}/refunds", **query)).json()
        listed += page["items"]
        if page["next_cursor"] is None:
            break
        query["cursor"] = page["next_cursor"]
    assert [each["number"] for each in listed] == [*range(12, 0, -1)]
    assert [each["amount_minor"] for each in listed] == [2] * 11 + [10]
    assert {each["actor_id"] for each in listed[:11]} == {str(olga.id)}
    assert (listed[-1]["reason"], listed[-1]["actor_id"], listed[-1]["taken_back_minor"]) == (None, None, 5)
    assert refused(await olga.get(f"/operator/calls/{uuid4()}/refunds")) == (404, "not-found")
    assert [row["call_id"] for row in await log(api, "call.viewed")] == [call_id]


async def test_a_payout_is_booked(api: Api, ann: User, bob: User, olga: User) -> None:
    """Recorded with where it is found; told to devices, to the log, and as an event."""
    await top_up(ann, 30)
    await paid_call(api, ann, bob, minutes=3, share_bp=5_000)
    answer = await pay_out(olga, bob, 10, KEY)
    booked = answer.json()
    assert answer.status_code == 200
    assert (booked["amount_minor"], booked["earned_after_minor"], booked["reference"]) == (10, 5, "SEPA 4711")
    assert await entries_of(api, f"payout:{booked['id']}") == [("earnings", -10), ("payouts", 10)]
    wallet = await bob.wallet()
    assert (wallet.earned_minor, wallet.balance_minor) == (5, 0)
    [told] = await events(api, PayoutRecorded)
    assert (str(told.payout_id), told.account_id, told.amount_minor) == (booked["id"], bob.id, 10)
    assert (told.reference, told.actor_id) == ("SEPA 4711", olga.id)
    assert isinstance((await notices(api))[-1], WalletChanged)
    [act] = await log(api)
    assert (act["action"], act["reason"], act["details"]["earned_after_minor"]) == (
        "payout.recorded",
        "SEPA 4711",
        5,
    )
    await books_balance(api)


async def test_no_more_is_paid_out_than_was_earned(api: Api, ann: User, bob: User, olga: User) -> None:
    """B9: credit is no earnings; also twenty at once."""
    await top_up(ann, 30)
    await top_up(bob, 1_000)
    await paid_call(api, ann, bob, minutes=3, share_bp=5_000)
    answers = await asyncio.gather(*(pay_out(olga, bob, 4, uuid4()) for _ in range(20)))
    assert sum(answer.status_code == 200 for answer in answers) == 3
    failed = next(answer for answer in answers if answer.status_code != 200)
    assert refused(failed) == (409, "insufficient-funds")
    assert (await pay_out(olga, bob, 4, uuid4())).json()["available_minor"] == 3
    wallet = await bob.wallet()
    assert (wallet.earned_minor, wallet.balance_minor) == (3, 1_000)


async def test_a_reference_is_needed(bob: User, olga: User) -> None:
    """A payout that nobody finds again is none."""
    for reference in ("", "  ", "x" * 201, None):
        assert problem_of(await pay_out(olga, bob, 4, KEY, reference=reference)).fields == {"reference"}


async def test_both_need_a_key(api: Api, ann: User, bob: User, olga: User) -> None:
    """B4"""
    for answer in (await refund(olga, uuid4(), 1, None), await pay_out(olga, bob, 1, None)):
        assert refused(answer) == (400, "idempotency-key-required")
