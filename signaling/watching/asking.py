"""Asks billing what watchers may know."""

from __future__ import annotations

from collections.abc import Sequence

from shared.bus.interface import Bus, NoReplyError
from shared.messages.base import PersonPresence
from shared.messages.requests import WATCHED_MAX, Look, Looked, WatchedPair


class Asking:
    """Asks about any number of pairs, so many at a time."""

    def __init__(self, bus: Bus, *, timeout_ms: int) -> None:
        self._bus = bus
        self._timeout_ms = timeout_ms
        self._was_connected = True

    async def about(self, pairs: Sequence[WatchedPair]) -> dict[WatchedPair, PersonPresence]:
        """Return what each pair's first may know of its second. Raises `NoReplyError`."""
        found: dict[WatchedPair, PersonPresence] = {}
        for first in range(0, len(pairs), WATCHED_MAX):
            batch = pairs[first : first + WATCHED_MAX]
            reply = await self._bus.ask(Look(pairs=list(batch)), timeout_ms=self._timeout_ms)
            if not isinstance(reply, Looked) or len(reply.people) != len(batch):
                raise NoReplyError(f"{type(reply).__name__} does not answer look")
            found.update(zip(batch, reply.people, strict=True))
        return found

    def is_back(self) -> bool:
        """Whether the bus was away when this was asked last, and is not any more: hints may be lost."""
        was_connected, self._was_connected = self._was_connected, self._bus.connected
        return self._was_connected and not was_connected
