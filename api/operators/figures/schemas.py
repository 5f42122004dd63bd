"""Numbers for a page that operators keep open."""

from datetime import datetime

from msgspec import Struct


class Turnover(Struct, frozen=True, kw_only=True):
    """What calls that ended since then came to; calls in which nobody talked are left out.

    `revenue_minor` is the house's: what was charged, less what went back of it and what the callees earned.
    """

    since: datetime
    calls: int
    minutes: int
    revenue_minor: int


class Figures(Struct, frozen=True, kw_only=True):
    """How things stand at `as_of`. Days begin at midnight UTC; a week is today and the six days before.

    Accounts are those whose person has not left. `balance_minor` is all people's money, `held_minor` the part of it
    that started minutes hold.
    """

    as_of: datetime
    accounts: int
    accounts_new_today: int
    accounts_blocked: int
    accounts_blocked_by_operator: int
    accounts_disabled: int
    calls_ringing: int
    calls_talking: int
    balance_minor: int
    held_minor: int
    today: Turnover
    week: Turnover
    currency: str
