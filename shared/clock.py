"""Time comes in through the door: programs are given a clock, tests move one."""

from __future__ import annotations

import time
from datetime import UTC, datetime, timedelta
from pathlib import Path
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


class ShiftedClock(SystemClock):
    """The machine's clocks, its wall time off by the milliseconds in a file: for tests of clocks that jump."""

    def __init__(self, file: Path) -> None:
        self._file = file

    def now(self) -> datetime:
        shift_ms = int(self._file.read_text(encoding="utf-8") or 0) if self._file.exists() else 0
        return super().now() + timedelta(milliseconds=shift_ms)


def system_clock(shift_file: str) -> SystemClock:
    """Return the machine's clocks; with a file, as wrong as that says at each moment."""
    return ShiftedClock(Path(shift_file)) if shift_file else SystemClock()
