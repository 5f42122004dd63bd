"""The virtual clock: what is to happen, in its order, by one source of chance."""

from __future__ import annotations

import hashlib
import heapq
import random
from collections import deque
from collections.abc import Callable
from typing import Any

REMEMBERED_MAX = 60
"""The last events that a failing run tells."""


class Agenda:
    """What happens at which millisecond; what happens at the same one, in the order in which it was planned."""

    def __init__(self, seed: int) -> None:
        self.chance = random.Random(seed)
        self.now_ms = 0
        self.events = 0
        self._planned: list[tuple[int, int, Callable[..., None], tuple[Any, ...]]] = []
        self._count = 0
        self._last: deque[tuple[int, tuple[object, ...]]] = deque(maxlen=REMEMBERED_MAX)
        self._hash = hashlib.blake2b(digest_size=16)

    def at(self, at_ms: int, do: Callable[..., None], *args: Any) -> None:
        """Have it done at this moment, or now where that has passed."""
        self._count += 1
        heapq.heappush(self._planned, (max(at_ms, self.now_ms), self._count, do, args))

    def after(self, delay_ms: int, do: Callable[..., None], *args: Any) -> None:
        """Have it done in so many milliseconds."""
        self.at(self.now_ms + delay_ms, do, *args)

    def step(self) -> bool:
        """Do what is next; return whether there was anything."""
        if not self._planned:
            return False
        self.now_ms, _, do, args = heapq.heappop(self._planned)
        self.events += 1
        do(*args)
        return True

    def note(self, *words: object) -> None:
        """Write down what happened: it is part of the trace, and told where the run fails soon after."""
        self._last.append((self.now_ms, words))
        self._hash.update(repr((self.now_ms, words)).encode())

    @property
    def trace_hash(self) -> str:
        """The hash of all that was noted."""
        return self._hash.hexdigest()

    def story(self) -> str:
        """Return the last that was noted, a line each."""
        return "\n".join(f"{at_ms / 1_000:14.3f} s  {' '.join(map(str, words))}" for at_ms, words in self._last)

    def likely(self, share: float) -> bool:
        """Return yes that often."""
        return self.chance.random() < share

    def between(self, least: int, most: int) -> int:
        """Return a number, both ends included."""
        return self.chance.randint(least, most)

    def about(self, mean_ms: float) -> int:
        """Return a time that things take which do not know how long they took already."""
        return 1 + int(self.chance.expovariate(1 / mean_ms))
