"""C14: a database that was restored from an old backup gets back what it lost, under the names that it had."""

from datetime import timedelta
from typing import Any
from uuid import UUID

from msgspec import structs
from sqlalchemy import insert
from sqlalchemy.ext.asyncio import AsyncEngine

from shared.database import transaction
from shared.ids import new_id
from shared.messages.events import (
    BalanceAdjusted,
    BalanceForfeited,
    CallRefunded,
    PaymentRefunded,
    PayoutRecorded,
    PriceSet,
)
from shared.models import PriceChange
from tests.billing_worker.books import audit
from tests.billing_worker.replay.conftest import BackUp
from tests.billing_worker.replay.history import CURRENCY, History, counts
from tests.billing_worker.replay.sameness import dump, state
from tests.billing_worker.town import MINUTE_MS, PRICE, Resident
from tests.harness.clock import START


async def operator(history: History) -> Resident:
    """Return somebody who may act."""
    return await history.town.moves_in(name="operator")


async def test_calls_and_payments_come_back(history: History, engine: AsyncEngine, back_up: BackUp) -> None:
    """Every wallet, call, entry and payment is as before, and nobody is told of more than the wallet at the end."""
    town = history.town
    ann, ben = await town.moves_in(100), await town.moves_in()
    restored = await back_up()
    for minutes in (1, 2, 3):
        town.clock.advance(3_600_000)
        await history.talk(ann, ben, talk_ms=(minutes - 1) * MINUTE_MS + 1, minutes=minutes)
        await history.pay(ben, 50 * minutes)
        await history.talk(ben, ann, talk_ms=0)
    before = await state(engine)
    assert counts(await history.replay(restored)) == (15, 0, 15, 0)
    assert await state(restored) == before
    await audit(restored)
    told = [row["type"] for row in (await dump(restored, "outbox"))["outbox"]]
    assert told == ["wallet.changed"] * 2


async def test_a_replay_of_a_replay_changes_nothing(history: History, engine: AsyncEngine, back_up: BackUp) -> None:
    """C14: twice, and in batches of another size."""
    ann, ben = await history.town.moves_in(100), await history.town.moves_in()
    restored = await back_up()
    for _ in range(4):
        await history.talk(ann, ben, talk_ms=1_000)
        await history.pay(ann, 5)
    await history.replay(restored)
    before = await dump(restored)
    assert counts(await history.replay(restored, batch_max=500)) == (12, 12, 0, 0)
    assert await dump(restored) == before


async def test_on_a_healthy_database_nothing_happens_and_nobody_waits(
    history: History, engine: AsyncEngine
) -> None:
    """C14: not even a lock is taken."""
    ann, ben = await history.town.moves_in(100), await history.town.moves_in()
    for _ in range(4):
        await history.talk(ann, ben, talk_ms=1_000)
        await history.pay(ann, 5)
    running = await history.town.calls(ann, ben)
    history.log.write(running.sweep(1))
    before = await dump(engine)
    with history.town.statements() as sent:
        assert counts(await history.replay(engine)) == (13, 13, 0, 0)
    assert await dump(engine) == before
    assert [statement for statement in sent if "FOR " in statement or not statement.startswith("SELECT")] == []


async def test_a_dry_run_counts_right_and_changes_nothing(
    history: History, engine: AsyncEngine, back_up: BackUp
) -> None:
    """What one batch needs of another is there, though nothing is kept."""
    ann, ben = await history.town.moves_in(), await history.town.moves_in()
    restored = await back_up()
    await history.pay(ann, 1_000)
    for _ in range(20):
        await history.talk(ann, ben, talk_ms=1_000)
    before = await dump(restored)
    dry = await history.replay(restored, dry_run=True)
    assert await dump(restored) == before
    wet = await history.replay(restored)
    assert counts(dry) == counts(wet) == (41, 0, 41, 0)
    assert (dry.types, dry.wallets_changed) == (wet.types, wet.wallets_changed)


async def test_a_call_that_ran_at_the_backup_is_charged_for_all_its_minutes(
    history: History, engine: AsyncEngine, back_up: BackUp
) -> None:
    """Its row knows of one minute only: those bought later are in its end."""
    ann, ben = await history.town.moves_in(100), await history.town.moves_in()
    call = await history.town.calls(ann, ben)
    restored = await back_up()
    await call.renewed(4)
    started, sweep = call.started(), call.sweep(1)
    ended = await history.end_of(call, 3 * MINUTE_MS + 1, started=started)
    history.log.write(sweep, started, ended)
    assert await history.town.hears(started, ended) == []
    before = await state(engine)
    assert counts(await history.replay(restored)) == (3, 1, 2, 0)
    assert await state(restored) == before
    assert before["wallets"][0]["balance_minor"] == 100 - 4 * PRICE
    await audit(restored)


async def test_two_ends_that_disagree_come_back_as_they_came(
    history: History, engine: AsyncEngine, back_up: BackUp
) -> None:
    """A charge and a correction, also where one batch has both ends."""
    ann, ben = await history.town.moves_in(100), await history.town.moves_in()
    restored = await back_up()
    call = await history.talk(ann, ben, talk_ms=2 * MINUTE_MS, minutes=2)
    smaller = await history.end_of(call, MINUTE_MS)
    history.log.write(smaller, smaller)
    assert await history.town.hears(smaller) == []
    before = await state(engine)
    assert counts(await history.replay(restored, batch_max=50)) == (4, 1, 3, 0)
    assert await state(restored) == before


async def test_what_operators_and_leaving_people_did_comes_back(
    history: History, engine: AsyncEngine, back_up: BackUp
) -> None:
    """With reason, actor and value date; the callee's share, its payout and what a refund takes of it."""
    town = history.town
    boss = await operator(history)
    ann, expert, leaver = await town.moves_in(500), await town.moves_in(), await town.moves_in(30)
    await history.shares(expert, 5_000)
    restored = await back_up()
    call = await history.talk(ann, expert, talk_ms=2 * MINUTE_MS, minutes=2)
    town.clock.advance(60_000)
    now = town.clock.now()
    by: Any = {"actor_id": boss.id, "currency": CURRENCY, "event_id": new_id()}
    await history.book(
        BalanceAdjusted(
            **by, adjustment_id=new_id(), account_id=ann.id, amount_minor=-7, reason="x", adjusted_at=now
        ),
        to=ann,
    )
    await history.book(
        PayoutRecorded(**by, payout_id=new_id(), account_id=expert.id, amount_minor=4, reference="r", paid_at=now),
        to=expert,
    )
    await history.book(
        BalanceForfeited(
            event_id=new_id(), account_id=leaver.id, amount_minor=30, currency=CURRENCY, forfeited_at=now
        ),
        to=leaver,
    )
    before = await state(engine)
    assert counts(await history.replay(restored)) == (5, 0, 5, 0)
    assert await state(restored) == before
    assert (await call.record()).earned_minor == 10
    await audit(restored)


async def test_a_refund_of_a_call_comes_back(history: History, back_up: BackUp) -> None:
    """B9: what was given back of the charge, and of the callee's share, is in the call's row again."""
    town = history.town
    boss, ann, expert = await operator(history), await town.moves_in(500), await town.moves_in()
    await history.shares(expert, 5_000)
    restored = await back_up()
    call = await history.talk(ann, expert, talk_ms=2 * MINUTE_MS, minutes=2)
    refund = CallRefunded(
        event_id=new_id(),
        call_id=call.id,
        account_id=ann.id,
        number=1,
        amount_minor=8,
        taken_back_minor=4,
        currency=CURRENCY,
        reason="bad line",
        actor_id=boss.id,
        refunded_at=START + timedelta(hours=1),
    )
    history.log.write(refund)
    assert counts(await history.replay(restored)) == (3, 0, 3, 0)
    (row,) = (await dump(restored, "calls"))["calls"]
    assert (row["charge_minor"], row["refunded_minor"], row["refund_count"], row["earned_minor"]) == (20, 8, 1, 6)
    entries = [
        entry for entry in (await dump(restored))["ledger_entries"] if entry["operation"].startswith("refund:")
    ]
    assert [(entry["amount_minor"], entry["purse"] or entry["house"]) for entry in entries] == [
        (8, "credit"),
        (-4, "earnings"),
        (-4, "refunds"),
    ]
    assert {(entry["reason"], entry["actor_id"], entry["occurred_at"]) for entry in entries} == {
        ("bad line", boss.id, refund.refunded_at)
    }
    await audit(restored)


async def test_money_of_a_payment_that_went_back_and_came_again(history: History, back_up: BackUp) -> None:
    """The refund is there as done, so that nobody asks the provider for it once more."""
    ann = await history.town.moves_in()
    restored = await back_up()
    paid = await history.pay(ann, 100)
    back = PaymentRefunded(
        event_id=new_id(),
        payment_id=paid.payment_id,
        account_id=ann.id,
        number=1,
        amount_minor=60,
        taken_minor=45,
        failed=False,
        currency=CURRENCY,
        reason="disputed",
        actor_id=None,
        refunded_at=START,
    )
    history.log.write(back)
    assert counts(await history.replay(restored)) == (2, 0, 2, 0)
    tables = await dump(restored)
    assert [row["refunded_minor"] for row in tables["payments"]] == [60]
    (refund,) = tables["payment_refunds"]
    assert (refund["status"], refund["taken_minor"], refund["ask_again_at"]) == ("succeeded", 45, None)
    assert [row["balance_minor"] for row in tables["wallets"]] == [55]
    again = structs.replace(back, failed=True)
    history.log.write(again)
    assert counts(await history.replay(restored)) == (3, 2, 1, 0)
    tables = await dump(restored)
    assert [row["refunded_minor"] for row in tables["payments"]] == [0]
    assert [row["balance_minor"] for row in tables["wallets"]] == [100]
    assert tables["payment_refunds"][0]["status"] == "failed"
    await audit(restored)


async def test_a_refund_that_an_operator_asked_for_is_asked_for_again(history: History, back_up: BackUp) -> None:
    """Under its own id, by which the provider knows it: lost it may be, and given back twice it cannot be."""
    boss, ann = await operator(history), await history.town.moves_in()
    restored = await back_up()
    paid, refund_id = await history.pay(ann, 100), new_id()
    back = PaymentRefunded(
        event_id=new_id(),
        payment_id=paid.payment_id,
        account_id=ann.id,
        number=1,
        amount_minor=60,
        taken_minor=60,
        failed=False,
        currency=CURRENCY,
        reason="by mistake",
        actor_id=boss.id,
        refunded_at=START,
        refund_id=refund_id,
    )
    history.log.write(back)
    assert counts(await history.replay(restored)) == (2, 0, 2, 0)
    (refund,) = (await dump(restored))["payment_refunds"]
    assert (refund["id"], refund["status"], refund["finished_at"]) == (refund_id, "requested", None)
    assert refund["ask_again_at"] > refund["created_at"]
    await audit(restored)


async def test_a_refund_that_an_operator_asked_for_is_asked_for_again_under_its_id(
    history: History, back_up: BackUp
) -> None:
    """The provider gives nothing back twice under one id, and may never have heard of it."""
    boss, ann = await operator(history), await history.town.moves_in()
    restored = await back_up()
    paid = await history.pay(ann, 100)
    back = PaymentRefunded(
        event_id=new_id(),
        payment_id=paid.payment_id,
        account_id=ann.id,
        number=1,
        amount_minor=60,
        taken_minor=60,
        failed=False,
        currency=CURRENCY,
        reason="why",
        actor_id=boss.id,
        refunded_at=START,
        refund_id=new_id(),
    )
    history.log.write(back)
    assert counts(await history.replay(restored)) == (2, 0, 2, 0)
    (refund,) = (await dump(restored))["payment_refunds"]
    assert (refund["id"], refund["status"], refund["finished_at"]) == (back.refund_id, "requested", None)
    assert refund["ask_again_at"] > START
    assert (refund["origin"], refund["actor_id"], refund["actor_name"]) == ("operator", boss.id, "operator")
    assert counts(await history.replay(restored)) == (2, 2, 0, 0)


async def test_prices_come_back_with_their_history_unless_set_again_since(
    history: History, engine: AsyncEngine, back_up: BackUp
) -> None:
    boss, ann = await operator(history), await history.town.moves_in(100)
    restored = await back_up()
    who: Any = {"actor_id": boss.id, "actor_name": "operator", "reason": "why"}

    def price(
        what: Any, before: int | None, after: int | None, hours: int, *, of: UUID | None = ann.id
    ) -> PriceSet:
        return PriceSet(
            event_id=new_id(),
            account_id=of,
            what=what,
            before=before,
            after=after,
            set_at=START + timedelta(hours=hours),
            **who,
        )

    history.log.write(
        price("price", PRICE, 200, 1),
        price("asking_price", None, 30, 2),
        price("earning_share", 0, 2_500, 3),
        price("price", 200, 20, 4),
        price("default_price", None, 15, 5, of=None),
    )
    assert counts(await history.replay(restored)) == (5, 0, 5, 0)
    (wallet,) = [row for row in (await dump(restored))["wallets"] if row["account_id"] == ann.id]
    assert (wallet["price_minor"], wallet["asking_price_minor"], wallet["earning_share_bp"]) == (20, 30, 2_500)
    assert wallet["blocked_at"] is None
    assert counts(await history.replay(restored)) == (5, 5, 0, 0)
    # On another one, somebody has set a price already after the restore.
    async with transaction(engine) as connection:
        values = {"account_id": ann.id, "what": "price", "before": PRICE, "after": 12, "actor_id": boss.id}
        later = {**values, "actor_name": "operator", "reason": "new", "created_at": START + timedelta(days=1)}
        await connection.execute(insert(PriceChange).values(later))
    tally = await history.replay(engine)
    assert counts(tally) == (5, 0, 3, 2)
    assert tally.reasons == {"set again since": 2}


async def test_a_payment_that_was_pending_is_settled(
    history: History, engine: AsyncEngine, back_up: BackUp
) -> None:
    ann = await history.town.moves_in()
    pending = await history.begin_payment(ann, 100)
    restored = await back_up()
    await history.pay(ann, 100, payment_id=pending)
    before = await state(engine)
    assert counts(await history.replay(restored)) == (1, 0, 1, 0)
    assert await state(restored) == before


async def test_who_is_blocked_after_a_replay_hears_of_it(history: History, back_up: BackUp) -> None:
    """Of the wallet at the end only: how often it was empty on the way is no news."""
    ann, ben = await history.town.moves_in(10), await history.town.moves_in()
    restored = await back_up()
    await history.talk(ann, ben, talk_ms=1)
    await history.pay(ann, 10)
    await history.talk(ann, ben, talk_ms=1)
    await history.replay(restored)
    told = [row["type"] for row in (await dump(restored, "outbox"))["outbox"]]
    assert sorted(told) == ["account.blocked", "wallet.changed"]
