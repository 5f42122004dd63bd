"""What people were told, written down by themselves as they heard it: what the books must agree with in the end."""

from __future__ import annotations

import time
from dataclasses import dataclass, field
from uuid import UUID


@dataclass
class CallHeard:
    """One call as its two people heard of it. Moments are of this machine's monotonic clock, in milliseconds."""

    call_id: UUID
    connected_said: dict[str, int] = field(default_factory=dict)
    """By role: when they first said that their media flows."""
    last_word_ms: dict[str, int] = field(default_factory=dict)
    """By role: when their device last sent or heard anything at all during the call, its end included."""
    over: dict[str, tuple[str, int]] = field(default_factory=dict)
    """By role: the reason and the talk time of the end that they were told."""
    over_at_ms: int | None = None
    charges: list[tuple[int, int]] = field(default_factory=list)
    """Talk time and charge of each notice of what it cost."""
    charged_at_ms: int | None = None

    @property
    def talked_ms_max(self) -> int:
        """Return the longest that they can have talked: from when both were connected to the last word."""
        if len(self.connected_said) < 2:
            return 0
        return max(0, max(self.last_word_ms.values()) - max(self.connected_said.values()))


@dataclass
class Promises:
    """Everything that everybody was told."""

    calls: dict[UUID, CallHeard] = field(default_factory=dict)
    payments: dict[UUID, int] = field(default_factory=dict)
    """Amounts of payments that were acknowledged as settled."""
    asked: dict[UUID, int] = field(default_factory=dict)
    """Amounts of payments that were asked for and answered."""
    accounts: set[UUID] = field(default_factory=set)
    attempts: int = 0
    """Times that somebody tried to call."""

    @property
    def events(self) -> int:
        """Return how many things were acknowledged: ends of calls, charges and payments."""
        return sum(len(call.over) + len(call.charges) for call in self.calls.values()) + len(self.payments)

    def of(self, call_id: UUID) -> CallHeard:
        """Return what was heard of a call, from now on or so far."""
        return self.calls.setdefault(call_id, CallHeard(call_id))


def now_ms() -> int:
    """Return the monotonic time."""
    return time.monotonic_ns() // 1_000_000
