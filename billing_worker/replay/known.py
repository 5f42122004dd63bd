"""Which events the database has: asked without a lock, so that replaying what is there disturbs nobody."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple, assert_never
from uuid import UUID

from sqlalchemy import ARRAY, DateTime, Text, bindparam, select
from sqlalchemy.ext.asyncio import AsyncConnection

from billing_worker.calls import Calls, OpenCall
from billing_worker.replay.owners import Owners
from billing_worker.replay.tally import ALREADY, Verdict, refused
from shared.messages.events import (
    BalanceAdjusted,
    BalanceForfeited,
    CallEnded,
    CallEvent,
    CallRefunded,
    CallStarted,
    CallTakenOver,
    Event,
    MoneyEvent,
    PaymentRefunded,
    PaymentSettled,
    PayoutRecorded,
    PriceSet,
    SweepDue,
)
from shared.models import LedgerEntry, PriceChange


class Booked(NamedTuple):
    """What the first leg of an operation says, or must say: whose money, how much and, of a refund, when."""

    wallet_id: UUID | None
    amount_minor: int
    occurred_at: datetime | None = None


@dataclass(frozen=True)
class Known:
    """What the database has of some events."""

    calls: Mapping[UUID, OpenCall]
    operations: Mapping[str, Booked]
    prices: set[tuple[UUID | None, str, datetime]]
    owners: Owners

    @classmethod
    async def read(cls, connection: AsyncConnection, events: Sequence[Event], *, owners: Owners) -> Known:
        """Look it up."""
        calls = Calls(connection, {})
        money = [event for event in events if isinstance(event, MoneyEvent) and not isinstance(event, PriceSet)]
        refunded = {event.call_id for event in money if isinstance(event, CallRefunded)}
        of_calls = {event.call_id for event in events if isinstance(event, CallEvent | CallTakenOver)}
        await calls.look_at(refunded | of_calls)
        operations = {operation_of(event) for event in money} | _refunds(refunded, calls.seen)
        booked = await connection.execute(_BOOKED, {"operations": list(operations)}) if operations else ()
        set_at = [event.set_at for event in events if isinstance(event, PriceSet)]
        prices = await connection.execute(_PRICES, {"moments": set_at}) if set_at else ()
        return cls(
            calls.seen,
            {operation: Booked(wallet_id, amount, at) for operation, wallet_id, amount, at in booked},
            {(account_id, what, created_at) for account_id, what, created_at in prices},
            owners,
        )

    def verdict(self, event: Event) -> Verdict | None:
        """Say what is to be done about the event: nothing, nothing for a reason, or (None) carry it out."""
        match event:
            case SweepDue():
                # By the proofs and holds of its time, which are not in the log. What it did is: as an end.
                return ALREADY
            case CallStarted() | CallEnded():
                call = self.calls.get(event.call_id)
                if self.owners.have_passed(event, call):
                    return ALREADY
                return None if call is None or would_change(event, call) else ALREADY
            case CallTakenOver():
                call = self.calls.get(event.call_id)
                return ALREADY if call and call.epoch >= event.epoch else None
            case PriceSet():
                return ALREADY if (event.account_id, event.what, event.set_at) in self.prices else None
            case _:
                return self._of_money(event)

    def _of_money(self, event: MoneyEvent) -> Verdict | None:
        expected = first_leg(event)
        if isinstance(event, CallRefunded):
            # Corrections are counted with them, and need not be the same ones here: it is known by when it was.
            others = (self.operations.get(name) for name in _refunds({event.call_id}, self.calls))
            return ALREADY if expected in others else None
        booked = self.operations.get(operation_of(event))
        if booked is None:
            return None
        if expected.occurred_at is None:
            booked = booked._replace(occurred_at=None)
        # The number of a refund may have been given to another one, on a database that went on after its restore.
        return ALREADY if booked == expected else refused(f"booked otherwise: {operation_of(event)}")


def _refunds(call_ids: Iterable[UUID], calls: Mapping[UUID, OpenCall]) -> set[str]:
    """Return the names that the refunds of these calls have, corrections among them."""
    numbered = ((call_id, calls[call_id].refund_count) for call_id in call_ids if call_id in calls)
    return {f"refund:{call_id}:{number}" for call_id, count in numbered for number in range(1, count + 1)}


def would_change(event: CallStarted | CallEnded, call: OpenCall) -> bool:
    """Whether settlement would make anything of the event."""
    if event.caller_id != call.caller_id:
        return True  # to be refused by settlement, which has the words for it
    if isinstance(event, CallStarted):
        return call.started_at is None
    ends = call.talk_ms is None or event.talk_ms < call.talk_ms
    return ends or (call.started_at is None and event.started_at is not None)


def operation_of(event: MoneyEvent) -> str:
    """Return the name that the ledger has for it, for ever."""
    match event:
        case CallRefunded():
            return f"refund:{event.call_id}:{event.number}"
        case PaymentSettled():
            return f"top_up:{event.payment_id}"
        case PaymentRefunded(failed=False):
            return f"payment_refund:{event.payment_id}:{event.number}"
        case PaymentRefunded():
            return f"payment_refund_failed:{event.payment_id}:{event.number}"
        case BalanceAdjusted():
            return f"adjustment:{event.adjustment_id}"
        case BalanceForfeited():
            return f"forfeit:{event.account_id}"
        case PayoutRecorded():
            return f"payout:{event.payout_id}"
        case PriceSet():
            raise TypeError("Setting a price books nothing")
        case _:
            assert_never(event)


def first_leg(event: MoneyEvent) -> Booked:
    """Return what the first leg of the operation must be."""
    match event:
        case PaymentRefunded():
            sign = 1 if event.failed else -1
            if event.taken_minor:
                return Booked(event.account_id, sign * event.taken_minor, event.refunded_at)
            return Booked(None, sign * event.amount_minor, event.refunded_at)
        case CallRefunded():
            return Booked(event.account_id, event.amount_minor, event.refunded_at)
        case BalanceForfeited() | PayoutRecorded():
            return Booked(event.account_id, -event.amount_minor)
        case PriceSet():
            raise TypeError("Setting a price books nothing")
        case _:
            return Booked(event.account_id, event.amount_minor)


_BOOKED = select(
    LedgerEntry.operation, LedgerEntry.wallet_id, LedgerEntry.amount_minor, LedgerEntry.occurred_at
).where(LedgerEntry.operation == bindparam("operations", type_=ARRAY(Text)).any_(), LedgerEntry.leg == 0)
_PRICES = select(PriceChange.account_id, PriceChange.what, PriceChange.created_at).where(
    PriceChange.created_at == bindparam("moments", type_=ARRAY(DateTime(timezone=True))).any_()
)
