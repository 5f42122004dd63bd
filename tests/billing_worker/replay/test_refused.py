"""What a replay does not do, and says; and what it does in whatever order the log has it."""

import asyncio
import random
from typing import Any
from uuid import UUID

import pytest
from msgspec import structs
from sqlalchemy import insert, select
from sqlalchemy.ext.asyncio import AsyncEngine

from shared.database import transaction
from shared.ids import new_id
from shared.messages.events import BalanceAdjusted, CallRefunded, Event, PaymentSettled, PayoutRecorded
from shared.models import Payment, Wallet
from tests.billing_worker.books import audit
from tests.billing_worker.replay.conftest import BackUp
from tests.billing_worker.replay.history import CURRENCY, History, Log, counts, replay
from tests.billing_worker.replay.sameness import dump
from tests.billing_worker.town import MINUTE_MS, PRICE, Resident, Town
from tests.harness.clock import START


def adjusted(account_id: UUID, amount_minor: int, *, by: UUID, currency: str = CURRENCY) -> BalanceAdjusted:
    """Return an event about an operator's act."""
    return BalanceAdjusted(
        event_id=new_id(),
        adjustment_id=new_id(),
        account_id=account_id,
        amount_minor=amount_minor,
        currency=currency,
        reason="why",
        actor_id=by,
        adjusted_at=START,
    )


def refunded(call_id: UUID, account_id: UUID, *, by: UUID, amount_minor: int = 5, number: int = 1) -> CallRefunded:
    """Return an event about money of a call."""
    return CallRefunded(
        event_id=new_id(),
        call_id=call_id,
        account_id=account_id,
        number=number,
        amount_minor=amount_minor,
        taken_back_minor=0,
        currency=CURRENCY,
        reason="why",
        actor_id=by,
        refunded_at=START,
    )


async def balance(engine: AsyncEngine, resident: Resident) -> int:
    """Return what somebody has."""
    async with engine.connect() as connection:
        found = await connection.scalar(select(Wallet.balance_minor).where(Wallet.account_id == resident.id))
        assert isinstance(found, int)
        return found


async def test_accounts_made_after_the_backup_are_refused_and_named(history: History, back_up: BackUp) -> None:
    """Callers, callees and payers alike; the others' events are carried out."""
    ann = await history.town.moves_in(100)
    restored = await back_up()
    late = await history.town.moves_in(100)
    await history.talk(late, ann, talk_ms=1)
    unknown_callee = await history.talk(ann, late, talk_ms=1)
    await history.pay(late, 10)
    await history.pay(ann, 10)
    tally = await history.replay(restored)
    assert counts(tally) == (6, 0, 1, 5)
    assert tally.reasons == {"unknown account": 5}
    assert {each.call_id for each in tally.refused if each.reason == f"unknown account: {late.id}"} >= {
        str(unknown_callee.id)
    }
    assert await balance(restored, ann) == 110
    await audit(restored)


async def test_what_comes_too_early_in_the_log_is_done_in_the_end(history: History, back_up: BackUp) -> None:
    """Two programs publish: the payment that paid for a call may be behind it, a refund before the end."""
    town = history.town
    boss, ann, ben = await town.moves_in(), await town.moves_in(), await town.moves_in()
    restored = await back_up()
    await history.pay(ann, 30)
    call = await history.talk(ann, ben, talk_ms=2 * MINUTE_MS, minutes=3)
    history.log.write(refunded(call.id, ann.id, by=boss.id))
    history.log.messages.reverse()
    assert counts(await history.replay(restored, batch_max=1)) == (4, 0, 4, 0)
    assert await balance(restored, ann) == 30 - 2 * PRICE + 5
    await audit(restored)


@pytest.mark.parametrize("seed", range(6))
async def test_order_and_number_of_events_do_not_matter(history: History, back_up: BackUp, seed: int) -> None:
    """C9: everything twice, shuffled, in batches of any size, and still every wallet as it was."""
    town, chance = history.town, random.Random(seed)
    people = [await town.moves_in(60) for _ in range(4)]
    restored = await back_up()
    for _ in range(12):
        caller, callee = chance.sample(people, 2)
        if (await town.wallet(caller)).available_minor < 2 * PRICE:
            await history.pay(caller, chance.choice([20, 35]))
        await history.talk(caller, callee, talk_ms=chance.choice([0, 1, MINUTE_MS, MINUTE_MS + 1]), minutes=2)
    messages = history.log.messages * 2
    chance.shuffle(messages)
    tally = await replay(
        restored, messages, clock=town.clock, terms=town.terms, batch_max=chance.choice([1, 3, 50])
    )
    assert tally.total.refused == 0
    assert [await balance(restored, one) for one in people] == [
        (await town.wallet(one)).balance_minor for one in people
    ]
    await audit(restored)


async def test_nobody_is_charged_more_than_is_there(history: History, back_up: BackUp) -> None:
    """The payment is not in the log: the call is named, and nothing of it is half done."""
    ann, ben = await history.town.moves_in(15), await history.town.moves_in()
    restored = await back_up()
    await history.town.tops_up(ann, 100)
    await history.talk(ann, ben, talk_ms=2 * MINUTE_MS, minutes=2)
    await history.talk(ann, ben, talk_ms=1)
    tally = await history.replay(restored)
    assert counts(tally) == (4, 0, 2, 2)
    assert [each.reason for each in tally.refused if each.type == "call.ended"] == [
        "no money for it: 20 due, 5 there"
    ]
    assert await balance(restored, ann) == 5
    await audit(restored)


async def test_minutes_that_were_held_but_not_talked_need_no_money(history: History, back_up: BackUp) -> None:
    """It may have been spent since: what is due is there."""
    ann, ben = await history.town.moves_in(25), await history.town.moves_in()
    restored = await back_up()
    await history.town.tops_up(ann, 100)
    await history.talk(ann, ben, talk_ms=1, minutes=6)
    assert counts(await history.replay(restored)) == (2, 0, 2, 0)
    assert await balance(restored, ann) == 15
    (call,) = (await dump(restored, "calls"))["calls"]
    assert (call["minutes"], call["minutes_held"]) == (1, 2)
    await audit(restored)


async def test_a_call_that_goes_on_is_left_alone(history: History, engine: AsyncEngine) -> None:
    """A sweep of the log knows of other proofs than the row that an old backup has: it ends no call in a replay."""
    call = await history.town.calls(await history.town.moves_in(100), await history.town.moves_in())
    history.log.write(call.sweep(1))
    before = await dump(engine)
    assert counts(await history.replay(engine)) == (1, 1, 0, 0)
    assert await dump(engine) == before


async def test_a_start_without_its_end_waits_for_it(history: History, back_up: BackUp) -> None:
    ann, ben = await history.town.moves_in(100), await history.town.moves_in()
    restored = await back_up()
    call = await history.town.calls(ann, ben)
    started = call.started()
    history.log.write(started)
    tally = await history.replay(restored)
    assert counts(tally) == (1, 0, 0, 1)
    assert tally.reasons == {"unknown call": 1}
    history.log.write(await history.end_of(call, 1, started=started))
    assert counts(await history.replay(restored)) == (2, 0, 2, 0)


async def test_an_end_that_tells_no_terms_is_refused_where_somebody_talked(
    history: History, back_up: BackUp
) -> None:
    """Billing never authorized it; without talk it is an attempt for the history, of its own time."""
    ann, ben = await history.town.moves_in(100), await history.town.moves_in()
    restored = await back_up()
    history.town.clock.advance(3_600_000)
    talked, attempt = history.town.conversation(ann, ben), history.town.conversation(ann, ben)
    history.log.write(talked.ended(1_000), attempt.ended(0))
    history.town.clock.advance(3_600_000)
    tally = await history.replay(restored)
    assert counts(tally) == (2, 0, 1, 1)
    assert tally.reasons == {"unknown call": 1}
    (call,) = (await dump(restored, "calls"))["calls"]
    assert (call["id"], call["charge_minor"], call["authorized_at"]) == (attempt.id, 0, call["ended_at"])


async def test_an_end_of_somebody_elses_call_is_refused(history: History, engine: AsyncEngine) -> None:
    town = history.town
    ann, ben, eve = await town.moves_in(100), await town.moves_in(), await town.moves_in(100)
    call = await history.talk(ann, ben, talk_ms=1)
    history.log.write(call.ended(0, caller_id=eve.id))
    tally = await history.replay(engine)
    assert (counts(tally), tally.reasons) == ((3, 2, 0, 1), {"impossible": 1})


async def test_what_was_too_late_in_its_time_is_so_in_a_replay(
    history: History, engine: AsyncEngine, back_up: BackUp
) -> None:
    """Settlement refused it then: neither a healthy nor a restored database gives money back for it now."""
    town = history.town
    ann, ben = await town.moves_in(100), await town.moves_in()
    restored = await back_up()
    call = await history.talk(ann, ben, talk_ms=2 * MINUTE_MS, minutes=2)
    town.clock.advance(town.settings.correction_seconds_max * 1_000)
    in_time = await history.end_of(call, MINUTE_MS + 1)
    late = structs.replace(in_time, talk_ms=1)
    history.log.write(in_time)
    town.clock.advance(3_600_000)
    history.log.write(late)
    assert [one.reason.partition(":")[0] for one in await town.hears(late)] == ["too late"]
    town.clock.advance(town.settings.correction_seconds_max * 10_000)
    before = await dump(engine)
    tally = await history.replay(engine)
    assert (counts(tally), tally.reasons) == ((4, 2, 1, 1), {"too late": 1})
    assert (await dump(engine, "ledger_entries")) == {"ledger_entries": before["ledger_entries"]}
    for batch_max in (1, 50):
        tally = await history.replay(restored, batch_max=batch_max)
        assert tally.reasons == {"too late": 1}
        assert await balance(restored, ann) == 100 - 2 * PRICE
    await audit(restored)


async def test_what_cannot_be_read_is_counted_and_hurts_nobody(history: History, back_up: BackUp) -> None:
    ann = await history.town.moves_in()
    restored = await back_up()
    history.log.append(b"\xff", "call.ended", "m-1")
    history.log.append(b'{"type":"balance.doubled"}', "balance.doubled", "m-2")
    await history.pay(ann, 10)
    tally = await history.replay(restored)
    assert counts(tally) == (3, 0, 1, 2)
    assert tally.reasons == {"unreadable": 2}
    assert [(each.offset, each.message_id) for each in tally.refused] == [(0, "m-1"), (1, "m-2")]


def _poison(kind: str, ann: UUID, boss: UUID) -> Event:
    settled: dict[str, Any] = {
        "event_id": new_id(), "payment_id": new_id(), "account_id": ann, "amount_minor": 5, "currency": CURRENCY,
        "provider": "sandbox", "provider_ref": "taken", "settled_at": START,
    }  # fmt: skip
    match kind:
        case "unknown account":
            return adjusted(new_id(), 5, by=boss)
        case "another currency":
            return adjusted(ann, 5, by=boss, currency="USD")
        case "the database does not take it":
            return adjusted(ann, 5, by=new_id())
        case "no money for it":
            return adjusted(ann, -1_000, by=boss)
        case "unsettled call":
            return refunded(new_id(), ann, by=boss)
        case "provider_ref":
            return PaymentSettled(**settled)
        case _:
            settled_less = {name: settled[name] for name in ("event_id", "account_id", "amount_minor", "currency")}
            return PayoutRecorded(**settled_less, payout_id=new_id(), reference="r", actor_id=boss, paid_at=START)


@pytest.mark.parametrize(
    ("kind", "reason"),
    [
        *((kind, kind) for kind in ("unknown account", "another currency", "no money for it", "unsettled call")),
        ("the database does not take it", "the database does not take it"),
        ("provider_ref", "the database does not take it"),
        ("payout", "no money for it"),
    ],
)
async def test_one_that_is_refused_hurts_no_other_of_its_transaction(
    history: History, back_up: BackUp, kind: str, reason: str
) -> None:
    """Before and behind it the same wallet gets money."""
    boss, ann = await history.town.moves_in(), await history.town.moves_in()
    async with transaction(history.town.engine) as connection:
        values = {"id": new_id(), "account_id": boss.id, "amount_minor": 5, "currency": CURRENCY}
        taken = {**values, "provider": "sandbox", "provider_ref": "taken"}
        await connection.execute(insert(Payment).values(taken))
    restored = await back_up()
    await history.pay(ann, 10)
    history.log.write(_poison(kind, ann.id, boss.id))
    await history.pay(ann, 20)
    tally = await history.replay(restored)
    assert counts(tally) == (3, 0, 2, 1)
    assert tally.reasons == {reason: 1}
    assert await balance(restored, ann) == 30
    await audit(restored)


async def test_a_refund_whose_number_another_one_has_meanwhile_gets_the_next(
    history: History, engine: AsyncEngine
) -> None:
    """A database that went on after its restore has given it away: neither is lost, and none is doubled."""
    town = history.town
    boss, ann, ben = await town.moves_in(), await town.moves_in(100), await town.moves_in()
    call = await history.talk(ann, ben, talk_ms=1)
    history.log.write(refunded(call.id, ann.id, by=boss.id, amount_minor=4))
    assert counts(await history.replay(engine)) == (3, 2, 1, 0)
    history.log.write(refunded(call.id, ann.id, by=boss.id, amount_minor=3))
    assert counts(await history.replay(engine)) == (4, 3, 1, 0)
    assert counts(await history.replay(engine)) == (4, 4, 0, 0)
    assert await balance(engine, ann) == 100 - PRICE + 7
    await audit(engine)


async def test_what_is_booked_otherwise_is_said(history: History, engine: AsyncEngine) -> None:
    """The same name, and another amount: only a person can tell which is right."""
    ann = await history.town.moves_in()
    paid = await history.pay(ann, 100)
    history.log.write(structs.replace(paid, amount_minor=90))
    tally = await history.replay(engine)
    assert (counts(tally), tally.reasons) == ((2, 1, 0, 1), {"booked otherwise": 1})
    assert await balance(engine, ann) == 100


async def test_only_one_call_is_replayed_where_that_is_asked_for(history: History, back_up: BackUp) -> None:
    ann, ben = await history.town.moves_in(100), await history.town.moves_in()
    restored = await back_up()
    wanted = await history.talk(ann, ben, talk_ms=1)
    await history.talk(ann, ben, talk_ms=1)
    await history.pay(ann, 10)
    history.log.append(b"{", "call.ended", "m-1")
    assert counts(await history.replay(restored, call_id=wanted.id)) == (2, 0, 2, 0)
    assert [row["id"] for row in (await dump(restored, "calls"))["calls"]] == [wanted.id]


async def test_the_worker_settles_the_same_meanwhile(history: History, town: Town) -> None:
    """Under traffic: whoever comes first, each call is charged once."""
    calls = await town.many_calls(40)
    ends = [await history.end_of(call, MINUTE_MS) for call in calls]
    history.log = Log()
    history.log.write(*ends)
    town.audited = False
    await asyncio.gather(history.replay(town.engine), *(town.hears(end) for end in reversed(ends)))
    await audit(town.engine)
    charges = [
        row
        for row in (await dump(town.engine, "ledger_entries"))["ledger_entries"]
        if row["operation"][:6] == "charge"
    ]
    assert len(charges) == 2 * len(calls)
