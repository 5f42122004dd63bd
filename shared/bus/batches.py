"""Messages waiting for one consumer or several, taken in batches of what is there."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Sequence

from shared.bus.interface import Delivery

LARGE_SHARE = 4
"""A batch is large from a quarter of the most it may be: only then is it worth waiting for more."""


class Received(Delivery, frozen=True, kw_only=True):
    """A delivery with what its transport needs to acknowledge and answer it."""

    tag: int = 0
    """The broker's number of the delivery on its channel."""
    reply_to: str | None = None
    stale_at_ms: int | None = None
    """Monotonic time after which nobody waits for the reply."""


class Waiting:
    """A bounded line of messages."""

    def __init__(self, messages_max: int) -> None:
        self._messages: deque[Received] = deque()
        self._messages_max = messages_max
        self._changed = asyncio.Event()

    def __len__(self) -> int:
        return len(self._messages)

    @property
    def full(self) -> bool:
        """Whether one more would be too many."""
        return len(self._messages) >= self._messages_max

    def put(self, message: Received) -> None:
        """Append a message; the caller has asked whether it is `full`."""
        self._messages.append(message)
        self._changed.set()

    def put_back(self, batch: Sequence[Received]) -> None:
        """Return a batch to the front, in its order."""
        self._messages.extendleft(reversed(batch))
        self._changed.set()

    def clear(self) -> None:
        """Drop what waits."""
        self._messages.clear()

    def wake(self) -> None:
        """Have everybody who waits look again, whether there are messages or it is over."""
        self._changed.set()

    def snapshot(self) -> list[Received]:
        """Return what waits, oldest first, leaving it there."""
        return list(self._messages)

    async def take(self, *, batch_max: int, gather_ms: int, over: asyncio.Event) -> list[Received]:
        """Wait for messages and return at most `batch_max`; none where it is over."""
        while not over.is_set():
            if not self._messages:
                self._changed.clear()
                await self._changed.wait()
                continue
            if gather_ms and batch_max <= len(self._messages) * LARGE_SHARE and len(self._messages) < batch_max:
                await asyncio.sleep(gather_ms / 1_000)
            if self._messages and not over.is_set():
                return [self._messages.popleft() for _ in range(min(batch_max, len(self._messages)))]
        return []
