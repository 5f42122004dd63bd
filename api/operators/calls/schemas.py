"""A call as operators see it."""

from datetime import datetime
from uuid import UUID

from msgspec import Struct

from api.operators.reasons import Reason
from shared.messages.base import EndReason
from shared.money import AmountMinor


class CallParty(Struct, frozen=True):
    """One of the two; without a name where that person has left."""

    account_id: UUID
    user_name: str | None


class CallRecord(Struct, frozen=True, kw_only=True):
    """One call attempt, with both its parties. Live is what has no `ended_at`.

    `proof_talk_ms` is the talk time that was proven so far, about once a minute; `end_asked_at` is when an operator
    asked for the end. Until the call is settled `talk_ms`, `minutes`, `charge_minor`, `reason` and `ended_at` are
    null. Of the charge operators gave `refunded_minor` back; the callee has got `earned_minor` of the rest.
    """

    id: UUID
    caller: CallParty
    callee: CallParty | None
    node: str
    authorized_at: datetime
    started_at: datetime | None
    end_asked_at: datetime | None
    proof_talk_ms: int
    minutes_held: int
    price_minor: int
    currency: str
    ended_at: datetime | None
    talk_ms: int | None
    minutes: int | None
    charge_minor: int | None
    refunded_minor: int
    earned_minor: int
    reason: EndReason | None


class EndAsked(Struct, frozen=True):
    """The node that owns the call was told; it ends within seconds, else at the end of the minute that is paid."""

    call_id: UUID
    end_asked_at: datetime


class NewCallRefund(Struct, frozen=True, forbid_unknown_fields=True):
    """What of a call's charge is given back: never more than was charged and is not given back yet."""

    amount_minor: AmountMinor
    reason: Reason


class CallRefund(Struct, frozen=True, kw_only=True):
    """Money of a call's charge that went back to the caller; `number` counts from 1.

    `taken_back_minor` of it came from what the callee had earned. Without a reason and an actor it was billing that
    set a charge right, to which the true end was told late.
    """

    call_id: UUID
    number: int
    amount_minor: int
    taken_back_minor: int
    currency: str
    reason: str | None
    actor_id: UUID | None
    created_at: datetime
