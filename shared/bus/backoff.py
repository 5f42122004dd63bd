"""Waiting longer after each failure, up to a limit."""

from __future__ import annotations


class Backoff:
    """The pauses between attempts, in milliseconds: each twice the one before, none above `longest_ms`."""

    def __init__(self, *, first_ms: int, longest_ms: int) -> None:
        self._first_ms = first_ms
        self._longest_ms = longest_ms
        self._next_ms = first_ms

    def next_ms(self) -> int:
        """Return how long to wait before the next attempt."""
        pause_ms = self._next_ms
        self._next_ms = min(pause_ms * 2, self._longest_ms)
        return pause_ms

    def reset(self) -> None:
        """An attempt succeeded: the next failure waits briefly again."""
        self._next_ms = self._first_ms
