"""The books as operators see them."""

from datetime import datetime

from msgspec import Struct

from shared.ledger import House


class HouseSum(Struct, frozen=True):
    """What is in a house account, and how many entries made it.

    Signed as seen from the wallets: what came from the house is negative, so revenue is positive.
    """

    house: House
    amount_minor: int
    entries: int


class Books(Struct, frozen=True, kw_only=True):
    """All accounts at a moment: what was booked before `until`.

    `credit_minor` is all that was paid in and not spent, `earnings_minor` all that was earned and not paid out:
    what the house owes. With the house accounts they come to `total_minor`, which is 0, or the books are wrong.
    """

    until: datetime
    currency: str
    houses: list[HouseSum]
    credit_minor: int
    earnings_minor: int
    total_minor: int
