"""One lane: what this node has to say to another one, in order, until the broker has it."""

from __future__ import annotations

import asyncio
import logging
from collections import deque
from collections.abc import Callable
from itertools import islice
from uuid import UUID

from msgspec.structs import replace

from shared.bus.backoff import Backoff
from shared.bus.interface import Bus, Envelope, Outcome
from shared.clock import Clock
from shared.ids import new_id
from shared.messages.nodes import NodeMessage
from shared.messages.registry import letter_of
from signaling.timers import Scheduler

BATCH_MAX = 64
"""Messages published together."""
MESSAGES_MAX = 5_000
BYTES_MAX = 16 * 1024 * 1024
"""A lane in which more waits is given up."""
RETRY_MS_FIRST = 50
RETRY_MS_MAX = 1_000

log = logging.getLogger(__name__)


class OutgoingLane:
    """Publishes what waits in batches, one after another. Once `given_up`, it is of no more use."""

    def __init__(
        self,
        node: str,
        *,
        sender: str,
        life: UUID,
        bus: Bus,
        clock: Clock,
        scheduler: Scheduler,
        patience_ms: int,
        on_given_up: Callable[[OutgoingLane], None],
    ) -> None:
        self.node = node
        self.lane_id = new_id()
        self.given_up = False
        self.node_gone = False
        """Given up since there is nobody to hear it."""
        self._sender = sender
        self._life = life
        self._bus = bus
        self._clock = clock
        self._scheduler = scheduler
        self._patience_ms = patience_ms
        self._on_given_up = on_given_up
        self._waiting: deque[Envelope] = deque()
        self._waiting_bytes = 0
        self._number = 0
        self._failing_since_ms: int | None = None
        self._backoff = Backoff(first_ms=RETRY_MS_FIRST, longest_ms=RETRY_MS_MAX)
        self._roomy = asyncio.Event()
        self._roomy.set()
        self._task: asyncio.Task[None] | None = None

    @property
    def crowded(self) -> bool:
        """Whether it is more than half full."""
        return len(self._waiting) > MESSAGES_MAX // 2 or self._waiting_bytes > BYTES_MAX // 2

    async def room(self) -> None:
        """Return when it is no longer crowded, or given up."""
        await self._roomy.wait()

    def put(self, message: NodeMessage) -> None:
        """Have the message sent after those before it."""
        self._number += 1
        numbered = replace(message, sender=self._sender, life=self._life, lane=self.lane_id, number=self._number)
        envelope = letter_of(numbered, node=self.node)
        self._waiting.append(envelope)
        self._waiting_bytes += len(envelope.body)
        if len(self._waiting) > MESSAGES_MAX or self._waiting_bytes > BYTES_MAX:
            self.give_up("too much waits for it")
            return
        if self.crowded:
            self._roomy.clear()
        if self._task is None:
            self._task = asyncio.create_task(self._run())

    def give_up(self, reason: str, *, node_gone: bool = False) -> None:
        """Drop what waits and say so, once."""
        if self.given_up:
            return
        self.given_up = True
        log.warning("Lane to node %s is given up with %d messages: %s", self.node, len(self._waiting), reason)
        self._drop()
        self.node_gone = node_gone
        self._on_given_up(self)

    async def stop(self) -> None:
        """Publish no more, without a word."""
        self.given_up = True
        self._drop()
        if self._task is not None:
            self._task.cancel()
            await asyncio.wait({self._task})

    def _drop(self) -> None:
        self._waiting.clear()
        self._waiting_bytes = 0
        self._roomy.set()

    async def _run(self) -> None:
        try:
            while self._waiting:
                await self._publish(list(islice(self._waiting, BATCH_MAX)))
        finally:
            self._task = None

    async def _publish(self, batch: list[Envelope]) -> None:
        """What comes after a message that failed is published again: the other end takes nothing out of turn."""
        outcomes = await self._outcomes(batch)
        if self.given_up:
            return
        failure = next((outcome for outcome in outcomes if outcome is not Outcome.CONFIRMED), None)
        self._confirm(outcomes.index(failure) if failure else len(batch))
        if failure is None:
            self._failing_since_ms = None
            self._backoff.reset()
        elif failure is Outcome.UNROUTABLE:
            self.give_up("the node is gone", node_gone=True)
        elif self._is_out_of_patience():
            self.give_up(f"publishing is {failure}")
        else:
            await self._pause()

    def _confirm(self, count: int) -> None:
        for _ in range(count):
            self._waiting_bytes -= len(self._waiting.popleft().body)
        if not self.crowded:
            self._roomy.set()

    def _is_out_of_patience(self) -> bool:
        now_ms = self._clock.monotonic_ms()
        if self._failing_since_ms is None:
            self._failing_since_ms = now_ms
        return now_ms - self._failing_since_ms >= self._patience_ms

    async def _pause(self) -> None:
        over = asyncio.Event()
        timer = self._scheduler.call_at(self._clock.monotonic_ms() + self._backoff.next_ms(), over.set)
        try:
            await over.wait()
        finally:
            timer.cancel()

    async def _outcomes(self, batch: list[Envelope]) -> list[Outcome]:
        try:
            return await self._bus.publish(batch)
        except Exception:
            log.exception("Publishing failed in a way that the bus does not promise")
            return [Outcome.UNKNOWN] * len(batch)
