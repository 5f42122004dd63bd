"""A clock that moves when the test says so."""

from datetime import UTC, datetime, timedelta

START = datetime(2030, 1, 1, 12, tzinfo=UTC)


class ManualClock:
    """Implements `shared.clock.Clock`: wall and monotonic time stand still until `advance`."""

    def __init__(self, start: datetime = START, *, monotonic_ms: int = 1_000_000) -> None:
        self._now = start
        self._monotonic_ms = monotonic_ms

    def now(self) -> datetime:
        """Return the wall time."""
        return self._now

    def monotonic_ms(self) -> int:
        """Return milliseconds that never go back."""
        return self._monotonic_ms

    def advance(self, ms: int) -> None:
        """Let time pass on both clocks."""
        if ms < 0:
            raise ValueError("time does not go back; use `shift_wall` for a corrected wall clock")
        self._monotonic_ms += ms
        self._now += timedelta(milliseconds=ms)

    def shift_wall(self, ms: int) -> None:
        """Correct the wall clock, forwards or back, as an operator or NTP would."""
        self._now += timedelta(milliseconds=ms)
