"""How much talk time is paid, and when to ask for more."""

from __future__ import annotations

from typing import Literal

from msgspec import Struct

from signaling.call.states import CallTimes


class Lease(Struct, kw_only=True):
    """The paid minutes of a talk that began at `since_ms`; the first one is paid when it begins.

    They follow the first `free_ms`, which cost nothing. Talk ends at `talk_ms_max`, whatever is paid.
    """

    since_ms: int
    times: CallTimes
    talk_ms_max: int
    free_ms: int = 0
    minutes_paid: int = 1
    asked: bool = False
    """A request for the next minute is under way."""
    funds_changed: bool = False
    """Money came while it was: a refusal may be older than the money."""
    refused_for: Literal["funds", "spend_limit"] | None = None
    """The last that billing let us know about the next minute: it is not paid, for lack of this."""
    retries: int = 0

    @property
    def paid_ms(self) -> int:
        return self.free_ms + self.minutes_paid * self.times.minute_ms

    @property
    def is_longest(self) -> bool:
        """Whether the longest call is paid, so that there is no next minute to ask for."""
        return self.paid_ms >= self.talk_ms_max

    @property
    def ends_at_ms(self) -> int:
        return self.since_ms + min(self.paid_ms, self.talk_ms_max)

    @property
    def renew_at_ms(self) -> int:
        return self.ends_at_ms - self.times.renew_lead_ms

    def talk_ms(self, until_ms: int) -> int:
        """Return the talk time up to a moment; never less than none, never more than what is paid."""
        return max(0, min(until_ms, self.ends_at_ms) - self.since_ms)

    def ask(self) -> int:
        """Note that the next minute is asked for; return its number."""
        self.asked = True
        self.funds_changed = False
        return self.minutes_paid + 1

    def is_paid(self, minute: int) -> bool:
        return minute <= self.minutes_paid

    def pay(self, minute: int) -> None:
        """Extend to the end of this minute; the highest number ever named counts."""
        self.minutes_paid = minute
        self.asked, self.refused_for = False, None
        self.retries = 0
