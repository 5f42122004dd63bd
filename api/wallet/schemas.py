"""What the wallet and its statement look like from outside."""

from datetime import datetime
from typing import Literal
from uuid import UUID

from msgspec import Struct

EntryKind = Literal[
    "top_up", "charge", "refund", "adjustment", "forfeit", "payout", "payment_refund", "payment_refund_failed"
]


class StatementEntry(Struct, frozen=True, kw_only=True):
    """One movement of the wallet, or of what the account earned; negative where money left it.

    `id` names the operation and never repeats; `seq` counts the movements of the account, its earnings included. In
    earnings a `charge` is the account's share of one, and a `refund` what of that went back.
    """

    id: str
    seq: int
    kind: EntryKind
    amount_minor: int
    balance_after_minor: int
    currency: str
    occurred_at: datetime
    created_at: datetime
    call_id: UUID | None
    payment_id: UUID | None
