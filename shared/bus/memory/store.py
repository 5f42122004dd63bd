"""The queues, streams and dead letters of one process, all bounded."""

from __future__ import annotations

from collections import deque
from datetime import datetime

from shared.bus.batches import Received, Waiting
from shared.bus.interface import Delivery, Rejected
from shared.bus.topology import Queue

QUEUE_MESSAGES_MAX = 100_000
STREAM_MESSAGES_MAX = 100_000
"""A stream in memory forgets its oldest message when one more comes."""


class Parked(Received, frozen=True, kw_only=True):
    """A dead letter: what could not be processed, where, when and why."""

    reason: str
    original_queue: str
    failed_at: datetime


class Store:
    """What waits in the queues, and what the streams remember."""

    def __init__(self) -> None:
        self._queues: dict[str, Waiting] = {}
        self._streams: dict[str, deque[Received]] = {}

    def declare(self, queue: Queue) -> None:
        """Have the queue or stream, empty."""
        if queue.kind == "stream":
            self._streams[queue.name] = deque(maxlen=STREAM_MESSAGES_MAX)
        else:
            self._queues[queue.name] = Waiting(QUEUE_MESSAGES_MAX)

    def delete(self, queue: str) -> None:
        """Drop the queue and what waits in it, if there is one."""
        self._queues.pop(queue, None)

    def waiting(self, queue: str) -> Waiting:
        """Return a queue's messages."""
        return self._queues[queue]

    def stream(self, name: str) -> list[Delivery]:
        """Return what a stream remembers, oldest first."""
        return list(self._streams[name])

    def accepts(self, queues: set[str]) -> bool:
        """Whether all of the queues have room for one more."""
        return not any(name in self._queues and self._queues[name].full for name in queues)

    def put(self, queues: set[str], received: Received) -> None:
        """Append a message to each of the queues and streams."""
        for name in queues:
            if name in self._streams:
                self._streams[name].append(received)
            else:
                self._queues[name].put(received)


def parked(rejected: Rejected, *, queue: str, failed_at: datetime) -> Parked:
    """Return the dead letter of a message that `queue` delivered."""
    delivery = rejected.delivery
    return Parked(
        type=delivery.type,
        message_id=delivery.message_id,
        body=delivery.body,
        correlation_id=delivery.correlation_id,
        reason=rejected.reason,
        original_queue=queue,
        failed_at=failed_at,
    )
