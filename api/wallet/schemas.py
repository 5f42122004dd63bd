"""What the wallet and its statement look like from outside."""

from datetime import datetime
from typing import Literal
from uuid import UUID

from msgspec import Struct

EntryKind = Literal["top_up", "charge", "refund", "adjustment", "forfeit"]


class StatementEntry(Struct, frozen=True, kw_only=True):
    """One movement of the wallet; negative where money left it."""

    id: int
    kind: EntryKind
    amount_minor: int
    balance_after_minor: int
    currency: str
    created_at: datetime
    call_id: UUID | None
    payment_id: UUID | None
