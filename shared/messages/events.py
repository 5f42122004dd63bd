"""Facts about calls and payments, past tense; money depends on them, so they are persistent and replayable."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Literal
from uuid import UUID

from msgspec import Meta

from shared.messages.base import CallTerms, EndReason, Epoch, Message, TalkMs
from shared.money import AmountMinor, BalanceMinor, PriceMinor

MINUTES_MAX = 1_000_000


class CallStarted(Message, frozen=True, kw_only=True, tag="call.started"):
    """Both parties reported their media connected; talk time runs from here."""

    event_id: UUID
    call_id: UUID
    caller_id: UUID
    callee_id: UUID
    node: str
    started_at: datetime
    epoch: Epoch = 1


class CallEnded(Message, frozen=True, kw_only=True, tag="call.ended"):
    """The call is over. Self-contained: it can be settled without any message before it.

    `talk_ms` comes from the owning node's monotonic clock; the wall times are for people. `callee_id` is null
    where the call ended before the callee was found, `started_at` where nobody talked. Price, `terms` and the
    minutes that were held are null where billing authorized nothing. `hidden_from_caller` is what would tell the
    caller more than the answer to the invite did. An end of an earlier `epoch` than the call's is of a node that
    owned it no more, and ends nothing.
    """

    event_id: UUID
    call_id: UUID
    caller_id: UUID
    callee_id: UUID | None
    node: str
    reason: EndReason
    talk_ms: TalkMs
    price_minor: PriceMinor | None
    started_at: datetime | None
    ended_at: datetime
    terms: CallTerms | None = None
    minutes_held: Annotated[int, Meta(ge=0, le=MINUTES_MAX)] | None = None
    hidden_from_caller: bool = False
    epoch: Epoch = 1


class SweepDue(Message, frozen=True, kw_only=True, tag="sweep.due"):
    """The lease of `minutes_held` minutes ran out long ago and no end came: close the call at its last proof.

    Travels through the queue of the call events, so that it cannot overtake an end that is only delayed. A call
    renewed since (more minutes held than here) or taken over (a greater epoch) is left alone.
    """

    event_id: UUID
    call_id: UUID
    minutes_held: int
    epoch: Epoch = 1


class CallTakenOver(Message, frozen=True, kw_only=True, tag="call.taken_over"):
    """Another node owns the call from `talk_ms` of its talk time on; what earlier owners still say ends nothing."""

    event_id: UUID
    call_id: UUID
    epoch: Epoch
    node: str
    talk_ms: TalkMs
    taken_over_at: datetime


class CallRefunded(Message, frozen=True, kw_only=True, tag="call.refunded"):
    """An operator gave back part of what a call was charged; `number` counts the refunds of the call from 1.

    `taken_back_minor` of it came from what the callee had earned.
    """

    event_id: UUID
    call_id: UUID
    account_id: UUID
    number: int
    amount_minor: AmountMinor
    taken_back_minor: int
    currency: str
    reason: str
    actor_id: UUID
    refunded_at: datetime


class PaymentSettled(Message, frozen=True, kw_only=True, tag="payment.settled"):
    """A provider confirmed a payment and the wallet was topped up."""

    event_id: UUID
    payment_id: UUID
    account_id: UUID
    amount_minor: AmountMinor
    currency: str
    provider: str
    provider_ref: str
    settled_at: datetime
    created_at: datetime | None = None
    provider_charge_ref: str | None = None


class PaymentRefunded(Message, frozen=True, kw_only=True, tag="payment.refunded"):
    """Money of a payment left for its payer: `taken_minor` out of the wallet, the rest borne by the house.

    `number` counts the refunds of the payment from 1. Where the provider could not give it back after all
    (`failed`), it is the other way round. `refund_ref` is the provider's name for it, where that is known already.
    """

    event_id: UUID
    payment_id: UUID
    account_id: UUID
    number: int
    amount_minor: AmountMinor
    taken_minor: int
    failed: bool
    currency: str
    reason: str
    actor_id: UUID | None
    refunded_at: datetime
    refund_id: UUID | None = None
    refund_ref: str | None = None


class BalanceAdjusted(Message, frozen=True, kw_only=True, tag="balance.adjusted"):
    """An operator gave money or, where negative, took it."""

    event_id: UUID
    adjustment_id: UUID
    account_id: UUID
    amount_minor: BalanceMinor
    currency: str
    reason: str
    actor_id: UUID
    adjusted_at: datetime


class BalanceForfeited(Message, frozen=True, kw_only=True, tag="balance.forfeited"):
    """Somebody left, and left this money behind."""

    event_id: UUID
    account_id: UUID
    amount_minor: AmountMinor
    currency: str
    forfeited_at: datetime


class PayoutRecorded(Message, frozen=True, kw_only=True, tag="payout.recorded"):
    """What an account had earned was paid out, elsewhere; `reference` says where to find it there."""

    event_id: UUID
    payout_id: UUID
    account_id: UUID
    amount_minor: AmountMinor
    currency: str
    reference: str
    actor_id: UUID
    paid_at: datetime


class PriceSet(Message, frozen=True, kw_only=True, tag="price.set"):
    """A price changed, from the next call on: of an account, or the default of new ones where `account_id` is null.

    Prices are minor units a minute, a share is in basis points; no asking price is null.
    """

    event_id: UUID
    account_id: UUID | None
    what: Literal["price", "asking_price", "earning_share", "default_price"]
    before: int | None
    after: int | None
    reason: str
    actor_id: UUID | None
    actor_name: str
    set_at: datetime


CallEvent = CallStarted | CallEnded | SweepDue
MoneyEvent = (
    CallRefunded | PaymentSettled | PaymentRefunded | BalanceAdjusted | BalanceForfeited | PayoutRecorded | PriceSet
)
"""What the queue of the call events does not carry: facts that are booked already, told for the record."""

Event = CallEvent | CallTakenOver | MoneyEvent
EVENTS: tuple[type[Event], ...] = (
    CallStarted, CallEnded, SweepDue, CallTakenOver, CallRefunded, PaymentSettled, PaymentRefunded,
    BalanceAdjusted, BalanceForfeited, PayoutRecorded, PriceSet,
)  # fmt: skip
