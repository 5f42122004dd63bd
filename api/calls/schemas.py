"""A call attempt as one of its parties sees it."""

from datetime import datetime
from typing import Literal
from uuid import UUID

from msgspec import Struct

from shared.messages.base import EndReason, Party

Direction = Literal["incoming", "outgoing"]


class CallView(Struct, frozen=True, kw_only=True):
    """One call attempt. What it costs, and what of that went back, is the caller's business: null for the callee.

    `other` is null where that person has deleted the account.
    Until the call is settled `talk_ms`, `minutes`, `charge_minor`, `reason` and `ended_at` are null.
    """

    id: UUID
    direction: Direction
    other: Party | None
    authorized_at: datetime
    started_at: datetime | None
    ended_at: datetime | None
    talk_ms: int | None
    reason: EndReason | None
    price_minor: int | None
    minutes: int | None
    charge_minor: int | None
    refunded_minor: int | None
    currency: str | None
