"""A call as operators see it."""

from datetime import datetime
from uuid import UUID

from msgspec import Struct

from shared.messages.base import EndReason


class CallParty(Struct, frozen=True):
    """One of the two; without a name where that person has left."""

    account_id: UUID
    user_name: str | None


class CallRecord(Struct, frozen=True, kw_only=True):
    """One call attempt, with both its parties. Live is what has no `ended_at`.

    `proof_talk_ms` is the talk time that was proven so far, about once a minute; `end_asked_at` is when an operator
    asked for the end. Until the call is settled `talk_ms`, `minutes`, `charge_minor`, `reason` and `ended_at` are
    null.
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
    reason: EndReason | None


class EndAsked(Struct, frozen=True):
    """The node that owns the call was told; it ends within seconds, else at the end of the minute that is paid."""

    call_id: UUID
    end_asked_at: datetime
