"""Time comes in through the door: programs are given a clock, tests move one."""

from __future__ import annotations

import time
from datetime import UTC, datetime
from typing import Protocol


class Clock(Protocol):
    """Wall time for records, monotonic time for durations; the two are never mixed."""

    def now(self) -> datetime:
        """Return the wall time, aware, in UTC."""

    def monotonic_ms(self) -> int:
        """Return milliseconds since an arbitrary point, never going back."""


class SystemClock:
    """The machine's own clocks."""

    def now(self) -> datetime:
        return datetime.now(UTC)

    def monotonic_ms(self) -> int:
        return time.monotonic_ns() // 1_000_000
