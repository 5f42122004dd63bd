"""The quote."""

from typing import Literal

from msgspec import Struct

from shared.messages.base import SpendLimit

QuoteReason = Literal[
    "self_call", "already_in_call", "blocked", "spend_limit", "insufficient_funds", "on_your_blocklist"
]


class Quote(Struct, frozen=True, kw_only=True):
    """What a call would cost now, and how much of it one could have.

    The first `free_ms` of talk cost nothing, then every started minute of `minute_ms` costs `price_minor`; a call
    of at most `grace_ms` costs nothing at all. `minutes_affordable` is what money and one's own limits pay, null
    where minutes cost nothing; talk ends at `talk_ms_max`, for these or since no call may be longer. Where one
    could not call (`allowed` is false), `reason` says what of one's own stands in the way: with `shortfall_minor`
    where money is missing, with `spend_limit` and `left_minor` where it is a limit of one's own.

    It says nothing of whether the callee can be reached.
    """

    price_minor: int
    currency: str
    minute_ms: int
    free_ms: int
    grace_ms: int
    minutes_affordable: int | None
    talk_ms_max: int
    allowed: bool
    reason: QuoteReason | None
    shortfall_minor: int | None
    spend_limit: SpendLimit | None
    left_minor: int | None
