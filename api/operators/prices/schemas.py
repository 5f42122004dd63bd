"""Prices as operators set them and look back at them."""

from datetime import datetime
from typing import Annotated
from uuid import UUID

from msgspec import Meta, Struct

from api.operators.reasons import Reason
from api.prices.changes import PriceKind
from shared.money import SHARE_BP_ALL, PriceMinor

ShareBp = Annotated[int, Meta(ge=0, le=SHARE_BP_ALL, description="Basis points of a call's charge: 10 000 are all")]


class NewAskingPrice(Struct, frozen=True, forbid_unknown_fields=True):
    """What callers of the account pay a minute; with null, their own price. Of either it earns the share."""

    price_minor: PriceMinor | None
    earning_share_bp: ShareBp
    reason: Reason


class NewDefaultPrice(Struct, frozen=True, forbid_unknown_fields=True):
    """What a minute costs those who register from now on; nobody else."""

    price_minor: PriceMinor
    reason: Reason


class DefaultPriceView(Struct, frozen=True, kw_only=True):
    """What a minute costs who registers now; who set that and when is null while it is the setting's."""

    price_minor: int
    currency: str
    changed_at: datetime | None
    actor_name: str | None


class PriceChangeView(Struct, frozen=True, kw_only=True):
    """One price that changed.

    `before` and `after` are minor units of `currency` a minute, of an `earning_share` basis points; null is no
    asking price.
    """

    id: int
    what: PriceKind
    before: int | None
    after: int | None
    currency: str
    actor_id: UUID | None
    actor_name: str
    reason: str
    created_at: datetime
