"""Facts about calls and payments, past tense; money depends on them, so they are persistent and replayable."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated
from uuid import UUID

from msgspec import Meta

from shared.messages.base import EndReason, Message, TalkMs
from shared.money import AmountMinor


class CallStarted(Message, frozen=True, kw_only=True, tag="call.started"):
    """Both parties reported their media connected; talk time runs from here."""

    event_id: UUID
    call_id: UUID
    caller_id: UUID
    callee_id: UUID
    node: str
    started_at: datetime


class CallEnded(Message, frozen=True, kw_only=True, tag="call.ended"):
    """The call is over. Self-contained: it can be settled without any message before it.

    `talk_ms` comes from the owning node's monotonic clock; the wall times are for people. `callee_id` is null
    where the call ended before the callee was found, `started_at` where nobody talked.
    """

    event_id: UUID
    call_id: UUID
    caller_id: UUID
    callee_id: UUID | None
    node: str
    reason: EndReason
    talk_ms: TalkMs
    price_minor: Annotated[int, Meta(ge=0)] | None
    started_at: datetime | None
    ended_at: datetime


class SweepDue(Message, frozen=True, kw_only=True, tag="sweep.due"):
    """The lease of `minutes_held` minutes ran out long ago and no end came: close the call at its last proof.

    Travels through the queue of the call events, so that it cannot overtake an end that is only delayed. A call
    renewed since (more minutes held than here) is left alone.
    """

    event_id: UUID
    call_id: UUID
    minutes_held: int


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


CallEvent = CallStarted | CallEnded | SweepDue
Event = CallStarted | CallEnded | SweepDue | PaymentSettled
EVENTS: tuple[type[Event], ...] = (CallStarted, CallEnded, SweepDue, PaymentSettled)
