"""What earnings look like from outside."""

from msgspec import Struct


class Earnings(Struct, frozen=True, kw_only=True):
    """What an account has to get, and by what it earns.

    `earned_minor` is there and not paid out yet. Others pay `asking_price_minor` for a minute with the account, or
    their own price where that is null; the account's share of either is `earning_share_bp` basis points, of which
    10 000 are all. Both count from the next call on.
    """

    earned_minor: int
    currency: str
    asking_price_minor: int | None
    earning_share_bp: int
