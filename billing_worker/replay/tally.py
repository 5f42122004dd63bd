"""What became of each event, counted."""

from __future__ import annotations

from collections import Counter
from enum import StrEnum

from msgspec import Struct, field

TOLD_MAX = 1_000
"""Refused events that are named one by one; all of them are counted."""


class Standing(StrEnum):
    """What became of an event."""

    ALREADY = "already_applied"
    """The database had it, or it asks for nothing."""
    NEWLY = "newly_applied"
    """It was carried out."""
    REFUSED = "refused"
    """It could not be carried out."""


class Verdict(Struct, frozen=True):
    """What became of one event, and why it was refused."""

    standing: Standing
    reason: str = ""


ALREADY = Verdict(Standing.ALREADY)
NEWLY = Verdict(Standing.NEWLY)


def refused(reason: str) -> Verdict:
    """Return the refusal of an event; a reason begins with a word or two that are the same for all of its kind."""
    return Verdict(Standing.REFUSED, reason)


class Counts(Struct, kw_only=True):
    """Events of one type."""

    seen: int = 0
    already_applied: int = 0
    newly_applied: int = 0
    refused: int = 0


class RefusedEvent(Struct, frozen=True, kw_only=True):
    """An event that was refused."""

    offset: int
    type: str
    message_id: str
    call_id: str | None
    reason: str


class Tally(Struct, kw_only=True):
    """What a replay came to."""

    types: dict[str, Counts] = field(default_factory=dict)
    reasons: dict[str, int] = field(default_factory=Counter)
    """How many were refused for each reason, without what differs from one to the next."""
    refused: list[RefusedEvent] = field(default_factory=list)
    """The first `TOLD_MAX`."""
    wallets_changed: int = 0

    @property
    def total(self) -> Counts:
        """Return the sums over all types."""
        return Counts(
            seen=sum(each.seen for each in self.types.values()),
            already_applied=sum(each.already_applied for each in self.types.values()),
            newly_applied=sum(each.newly_applied for each in self.types.values()),
            refused=sum(each.refused for each in self.types.values()),
        )

    def see(self, type_name: str) -> None:
        """Count an event that is in the span."""
        self._of(type_name).seen += 1

    def count(self, type_name: str, standing: Standing) -> None:
        """Count an event that is done."""
        counts = self._of(type_name)
        setattr(counts, standing.value, getattr(counts, standing.value) + 1)

    def refuse(self, event: RefusedEvent) -> None:
        """Count an event that stays refused."""
        self.count(event.type, Standing.REFUSED)
        kind = event.reason.partition(":")[0]
        self.reasons[kind] = self.reasons.get(kind, 0) + 1
        if len(self.refused) < TOLD_MAX:
            self.refused.append(event)

    def _of(self, type_name: str) -> Counts:
        return self.types.setdefault(type_name, Counts())
