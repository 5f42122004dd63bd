"""What operators set and book."""

from datetime import datetime
from typing import Annotated
from uuid import UUID

from msgspec import Meta, Struct

from api.operators.reasons import VISIBLE, Reason
from shared.money import AMOUNT_MINOR_MAX, AmountMinor, PriceMinor

SignedMinor = Annotated[
    int,
    Meta(ge=-AMOUNT_MINOR_MAX, le=AMOUNT_MINOR_MAX, description="Given or, where negative, taken; never 0"),
]

REFERENCE_CHARS_MAX = 200

Reference = Annotated[
    str,
    Meta(
        min_length=1,
        max_length=REFERENCE_CHARS_MAX,
        pattern=VISIBLE,
        description="Where the payment is found, such as a bank's number of it; names nobody, since it stays",
    ),
]


class NewPrice(Struct, frozen=True, forbid_unknown_fields=True):
    """What a minute costs the account from the next call on."""

    price_minor: PriceMinor
    reason: Reason


class NewAdjustment(Struct, frozen=True, forbid_unknown_fields=True):
    """What the wallet is given or loses."""

    amount_minor: SignedMinor
    reason: Reason


class Adjustment(Struct, frozen=True, kw_only=True):
    """An adjustment as it was booked, once for ever."""

    id: UUID
    account_id: UUID
    amount_minor: int
    balance_after_minor: int
    currency: str
    created_at: datetime


class NewPayout(Struct, frozen=True, forbid_unknown_fields=True):
    """Earnings that were paid out, by a bank or however else."""

    amount_minor: AmountMinor
    reference: Reference


class Payout(Struct, frozen=True, kw_only=True):
    """A payout as it was booked, once for ever."""

    id: UUID
    account_id: UUID
    amount_minor: int
    earned_after_minor: int
    currency: str
    reference: str
    created_at: datetime
