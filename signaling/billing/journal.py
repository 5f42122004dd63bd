"""Call events that the broker has not confirmed yet, in the order of their making."""

from __future__ import annotations

from typing import Protocol
from uuid import UUID

from shared.bus.interface import Envelope


class Journal(Protocol):
    """Where events wait; one that survives the process would be read again at its next start."""

    def __len__(self) -> int:
        """How many wait."""

    def keep(self, envelope: Envelope) -> None:
        """Add an event."""

    def forget(self, message_id: UUID) -> None:
        """The broker has it."""

    def oldest(self, events_max: int) -> list[Envelope]:
        """Return the oldest events, at most one of each call: its next one waits for it."""


class MemoryJournal:
    """Ends with the process."""

    def __init__(self) -> None:
        self._events: dict[UUID, Envelope] = {}

    def __len__(self) -> int:
        return len(self._events)

    def keep(self, envelope: Envelope) -> None:
        self._events[envelope.message_id] = envelope

    def forget(self, message_id: UUID) -> None:
        self._events.pop(message_id, None)

    def oldest(self, events_max: int) -> list[Envelope]:
        first_of_call: dict[str | None, Envelope] = {}
        for envelope in self._events.values():
            first_of_call.setdefault(envelope.correlation_id, envelope)
            if len(first_of_call) >= events_max:
                break
        return list(first_of_call.values())
