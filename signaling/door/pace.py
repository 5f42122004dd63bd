"""How fast a device may send: a token bucket for its messages, and one for what came too fast."""

from __future__ import annotations

from enum import Enum

STRIKES_MAX = 100
"""Messages that came too fast; one more closes the socket."""
STRIKES_FORGIVEN_PER_SECOND = 1


class Verdict(Enum):
    """What is to be done with a message."""

    TAKE = 1
    REFUSE = 2
    CLOSE = 3


class Bucket:
    """Holds up to `burst` tokens and gains `per_second`; starts full."""

    def __init__(self, *, per_second: int, burst: int) -> None:
        self._per_second = per_second
        self._full = burst * 1_000
        self._level = self._full
        self._at_ms: int | None = None

    def take(self, now_ms: int) -> bool:
        """Take a token, where there is one."""
        if self._at_ms is not None:
            self._level = min(self._full, self._level + (now_ms - self._at_ms) * self._per_second)
        self._at_ms = now_ms
        if self._level < 1_000:
            return False
        self._level -= 1_000
        return True


class Pace:
    """Judges the messages of one socket."""

    def __init__(self, *, per_second: int, burst: int) -> None:
        self._messages = Bucket(per_second=per_second, burst=burst)
        self._strikes = Bucket(per_second=STRIKES_FORGIVEN_PER_SECOND, burst=STRIKES_MAX)

    def judge(self, now_ms: int) -> Verdict:
        """Judge a message that comes now."""
        if self._messages.take(now_ms):
            return Verdict.TAKE
        return Verdict.REFUSE if self._strikes.take(now_ms) else Verdict.CLOSE
