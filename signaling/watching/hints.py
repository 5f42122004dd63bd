"""Hints that something about an account's presence may have changed, to all nodes that watch it."""

from __future__ import annotations

import logging
from uuid import UUID

from shared.bus.interface import Bus
from shared.messages.nodes import PresenceHint
from shared.messages.registry import broadcast_of
from signaling.background import Background

BATCH_MAX = 200
"""Hints published together."""

log = logging.getLogger(__name__)


class Hints:
    """Publishes; a hint that is lost is made good by the next look that nobody has hinted at."""

    def __init__(self, bus: Bus, background: Background) -> None:
        self._bus = bus
        self._background = background
        self._waiting: dict[UUID, None] = {}
        self._publishing = False

    def tell(self, account_id: UUID) -> None:
        """Have everybody who watches this account look; returns at once."""
        self._waiting[account_id] = None
        if not self._publishing:
            self._publishing = True
            self._background.start(self._publish())

    async def _publish(self) -> None:
        try:
            while self._waiting:
                batch = list(self._waiting)[:BATCH_MAX]
                for account_id in batch:
                    del self._waiting[account_id]
                hints = [broadcast_of(PresenceHint(account_id=account_id)) for account_id in batch]
                # Whatever the outcome is: mostly nobody watches, and the hint is unroutable.
                await self._bus.publish(hints)
        finally:
            self._publishing = False
