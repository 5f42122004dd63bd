"""Call events that the broker has not confirmed yet, in the order of their making."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Protocol
from uuid import UUID

from shared.bus.interface import Envelope


class Journal(Protocol):
    """Where events wait; one that survives the process is read again at its next start."""

    def __len__(self) -> int:
        """How many wait."""

    @property
    def fit(self) -> bool:
        """Whether events are kept as safely as this journal promises; if not, no call should be begun."""

    def keep(self, envelope: Envelope) -> None:
        """Add an event; adding it again changes nothing."""

    def forget(self, message_id: UUID) -> object:
        """The broker has it."""

    def oldest(self, events_max: int) -> list[Envelope]:
        """Return the oldest events, at most one of each call: its next one waits for it."""


class MemoryJournal:
    """Ends with the process."""

    def __init__(self, events: Iterable[Envelope] = ()) -> None:
        self._events = {envelope.message_id: envelope for envelope in events}

    def __len__(self) -> int:
        return len(self._events)

    @property
    def fit(self) -> bool:
        """Always: it promises little."""
        return True

    def keep(self, envelope: Envelope) -> None:
        self._events.setdefault(envelope.message_id, envelope)

    def forget(self, message_id: UUID) -> bool:
        """Return whether it was there."""
        return self._events.pop(message_id, None) is not None

    def all(self) -> list[Envelope]:
        """Return what waits, oldest first."""
        return list(self._events.values())

    def oldest(self, events_max: int) -> list[Envelope]:
        first_of_call: dict[str | None, Envelope] = {}
        for envelope in self._events.values():
            first_of_call.setdefault(envelope.correlation_id, envelope)
            if len(first_of_call) >= events_max:
                break
        return list(first_of_call.values())
