"""Bugs to be planted: each breaks the real code in one place, as a mistake of one line might."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any
from uuid import uuid4

import pytest
from msgspec import structs
from sqlalchemy import ARRAY, Uuid, bindparam, select

import api.operators.calls.refunding
import billing_worker.admission.authorize
import billing_worker.admission.deciding
import billing_worker.admission.renew
import billing_worker.admission.take_over
import billing_worker.settlement.charging
import billing_worker.settlement.registers
import billing_worker.settlement.settle
from billing_worker.calls import OpenCall
from billing_worker.replay.known import Known
from shared.bus.consuming import BatchGivenUpError
from shared.bus.memory.consumer import MemoryConsumer
from shared.bus.rabbit.consumer import _Session
from shared.ledger import WALLET_COLUMNS, Ledger, OpenWallet, saving
from shared.messages.base import EndReason
from shared.models import Wallet
from shared.money import minutes_of
from shared.spending.budget import Budget

admitting, renewing = billing_worker.admission.authorize, billing_worker.admission.renew
deciding = billing_worker.admission.deciding
charging, registers = billing_worker.settlement.charging, billing_worker.settlement.registers
settling, refunding = billing_worker.settlement.settle, api.operators.calls.refunding

Plant = Callable[[pytest.MonkeyPatch], None]


def double_posting(patch: pytest.MonkeyPatch) -> None:
    """An end that comes again is charged again, under a key that the database has not seen."""
    book, release = Ledger._book, Ledger.release

    def anew(self: Ledger, operation: str, *rest: Any) -> None:
        book(self, operation if operation.startswith("adjustment") else f"{operation}:{uuid4().int}", *rest)

    def what_is_there(self: Ledger, account_id: Any, amount_minor: int) -> None:
        release(self, account_id, min(amount_minor, self.wallets[account_id].held_minor))

    patch.setattr(Ledger, "_book", anew)
    patch.setattr(settling, "is_due", lambda call: call.talk_ms is not None)
    patch.setattr(settling, "shrink", charging.charge)
    patch.setattr(Ledger, "release", what_is_there)


def missing_guard(patch: pytest.MonkeyPatch) -> None:
    """Nobody looks at what is available before a minute is held."""

    def hold(self: Ledger, account_id: Any, amount_minor: int) -> None:
        self.wallets[account_id].held_minor += amount_minor
        self.wallets[account_id].changed = True

    patch.setattr(admitting, "obstacle", lambda *_, **__: None)
    patch.setattr(renewing, "budget", lambda *_, **__: Budget(None, None, None))
    patch.setattr(Ledger, "hold", hold)


def first_end_wins(patch: pytest.MonkeyPatch) -> None:
    """The talk time is that of the first end, not of the smallest."""

    def end(self: OpenCall, talk_ms: int, *, reason: EndReason, ended_at: Any) -> None:
        if self.talk_ms is None:
            self.talk_ms, self.reason, self.ended_at, self.changed = talk_ms, reason.value, ended_at, True

    patch.setattr(OpenCall, "end", end)


def charge_without_hold(patch: pytest.MonkeyPatch) -> None:
    """All that was talked is charged, also what nothing was held for."""
    patch.setattr(
        charging,
        "minutes_due",
        lambda call: minutes_of(
            call.talk_ms or 0, minute_ms=call.minute_ms, free_ms=call.free_ms, grace_ms=call.grace_ms
        ),
    )


def a_minute_too_many(patch: pytest.MonkeyPatch) -> None:
    """Whole minutes and one: 60 000 ms are two."""

    def minutes(talk_ms: int, *, minute_ms: int, free_ms: int = 0, grace_ms: int = 0) -> int:
        return 0 if talk_ms <= grace_ms else max(0, talk_ms - free_ms) // minute_ms + 1

    patch.setattr(charging, "minutes_of", minutes)


def more_instead_of_enough(patch: pytest.MonkeyPatch) -> None:
    """Who has exactly the price of a minute cannot pay it (> for >=)."""
    patch.setattr(
        OpenWallet, "can_pay_a_minute", property(lambda wallet: wallet.available_minor > wallet.price_minor)
    )


def refund_above_charge(patch: pytest.MonkeyPatch) -> None:
    """Each refund may be as much as the charge, whatever was given back before."""
    patch.setattr(refunding, "_left_of", lambda call: int(call.charge_minor or 0))


def hold_never_released(patch: pytest.MonkeyPatch) -> None:
    """What was held for a call stays held."""
    patch.setattr(Ledger, "release", lambda *_: None)


def claim_left(patch: pytest.MonkeyPatch) -> None:
    """The parties of a call that is over are in it for ever."""
    patch.setattr(Ledger, "unclaim", lambda *_: None)


def share_rounded_up(patch: pytest.MonkeyPatch) -> None:
    """The callee gets the part that cannot be divided."""
    patch.setattr(charging, "share_of", lambda amount, *, share_bp: math.ceil(amount * share_bp / 10_000))


def double_earnings(patch: pytest.MonkeyPatch) -> None:
    """The callee's share is booked twice, at the house's cost: the legs sum to zero all the same."""
    charge = Ledger.charge

    def twice(self: Ledger, account_id: Any, amount_minor: int, *, earned_minor: int = 0, **rest: Any) -> None:
        charge(self, account_id, amount_minor, earned_minor=min(amount_minor, 2 * earned_minor), **rest)

    patch.setattr(Ledger, "charge", twice)


def earnings_kept(patch: pytest.MonkeyPatch) -> None:
    """What is given back of a charge costs the callee nothing."""
    refund = Ledger.refund

    def keeping(self: Ledger, *args: Any, take_back_minor: int = 0, **rest: Any) -> int:
        return refund(self, *args, take_back_minor=0, **rest)

    patch.setattr(Ledger, "refund", keeping)


def sweep_overtakes_a_renewal(patch: pytest.MonkeyPatch) -> None:
    """A sweep closes its call, though that was renewed since it was decided."""
    sweep = registers._sweep

    def regardless(event: Any, call: OpenCall | None, **rest: Any) -> None:
        held = event.minutes_held if call is None else call.minutes_held
        sweep(structs.replace(event, minutes_held=held), call, **rest)

    patch.setattr(registers, "_sweep", regardless)


def sweep_overtakes_a_takeover(patch: pytest.MonkeyPatch) -> None:
    """A sweep closes its call, though another node has got it since it was decided."""
    sweep = registers._sweep

    def regardless(event: Any, call: OpenCall | None, **rest: Any) -> None:
        sweep(structs.replace(event, epoch=event.epoch if call is None else call.epoch), call, **rest)

    patch.setattr(registers, "_sweep", regardless)


def stale_end_settles(patch: pytest.MonkeyPatch) -> None:
    """Whoever once owned a call can end it."""
    end = registers._end

    def regardless(event: Any, call: OpenCall | None, **rest: Any) -> None:
        end(structs.replace(event, epoch=max(event.epoch, call.epoch if call else 1)), call, **rest)

    patch.setattr(registers, "_end", regardless)


def stale_owner_renews(patch: pytest.MonkeyPatch) -> None:
    """Whoever once owned a call can hold its caller's money."""
    renew = renewing.renew

    def regardless(request: Any, room: Any) -> Any:
        call = room.calls.rows.get(request.call_id)
        return renew(structs.replace(request, epoch=call.epoch if call else 1), room)

    patch.setattr(deciding, "renew", regardless)


def everybody_takes_over(patch: pytest.MonkeyPatch) -> None:
    """A call is given to every node that asks, whoever owns it."""
    take_over = billing_worker.admission.take_over.take_over

    def regardless(request: Any, room: Any) -> Any:
        call = room.calls.rows.get(request.call_id)
        return take_over(structs.replace(request, epoch=call.epoch if call else 1), room)

    patch.setattr(deciding, "take_over", regardless)


def free_and_grace_mixed_up(patch: pytest.MonkeyPatch) -> None:
    """The free seconds are taken for the grace, and the other way round."""
    patch.setattr(
        charging,
        "minutes_of",
        lambda talk_ms, *, minute_ms, free_ms, grace_ms: minutes_of(
            talk_ms, minute_ms=minute_ms, free_ms=grace_ms, grace_ms=free_ms
        ),
    )


def refunds_forgotten(patch: pytest.MonkeyPatch) -> None:
    """A call that shrinks gives back what an operator gave back already."""
    shrink = charging.shrink

    def forgetful(call: OpenCall, ledger: Ledger, **rest: Any) -> None:
        call.refunded_minor = 0
        shrink(call, ledger, **rest)

    patch.setattr(settling, "shrink", forgetful)


def todays_price(patch: pytest.MonkeyPatch) -> None:
    """A call is charged at the price that its caller pays when it ends."""
    charge = charging.charge

    def now_dearer(call: OpenCall, ledger: Ledger, **rest: Any) -> None:
        ledger.release(call.caller_id, call.minutes_held * call.price_minor)
        call.price_minor = ledger.wallets[call.caller_id].price_minor
        ledger.wallets[call.caller_id].held_minor += call.minutes_held * call.price_minor
        charge(call, ledger, **rest)

    patch.setattr(settling, "charge", now_dearer)


def never_too_late(patch: pytest.MonkeyPatch) -> None:
    """Whoever can send messages can give back the charge of any call, however old."""
    patch.setattr(registers, "_is_closed", lambda *_, **__: False)


def nothing_is_known(patch: pytest.MonkeyPatch) -> None:
    """A replay takes everything for new, also what the database has."""
    patch.setattr(Known, "verdict", lambda *_: None)


def nobody_waits(patch: pytest.MonkeyPatch) -> None:
    """Wallets are read without being locked."""
    everybody = Wallet.account_id == bindparam("ids", type_=ARRAY(Uuid)).any_()
    patch.setattr(saving, "_LOCK", select(*WALLET_COLUMNS).where(everybody))


def never_blocked(patch: pytest.MonkeyPatch) -> None:
    """Nobody is marked who cannot pay the next minute."""
    patch.setattr(Ledger, "block", lambda *_: False)


def acknowledged_before_the_commit(patch: pytest.MonkeyPatch) -> None:
    """The queue is told that a batch is done before anything of it is."""

    async def deliver(self: MemoryConsumer, batch: Any) -> None:
        try:
            await self._processing.process(batch)
        except BatchGivenUpError:
            return

    work = _Session.work

    async def hastily(self: _Session, channel: Any) -> None:
        take = self._waiting.take

        async def acknowledging(**how: Any) -> Any:
            batch = await take(**how)
            if batch:
                await channel.basic_ack(batch[-1].tag, multiple=True)
            return batch

        self._waiting.take = acknowledging  # type: ignore[method-assign]
        await work(self, channel)

    patch.setattr(MemoryConsumer, "_deliver", deliver)
    patch.setattr(_Session, "work", hastily)
