"""Looks whether a consumer is really there: the broker may have lost it without a word (aio-pika#231)."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable
from typing import Literal

from aiormq.channel import Channel
from aiormq.exceptions import ChannelNotFoundEntity

from shared.bus.rabbit.failures import BrokerLostError, broker_failures
from shared.bus.rabbit.link import CONNECT_MS_MAX

WATCH_MS = 10_000
"""How often is looked."""
QUIET_LOOKS_MAX = 6

Finding = Literal["missing", "quiet"]

log = logging.getLogger(__name__)


class Watch:
    """One consumer's; what it says is the end of a session, so that the next one begins to consume anew.

    Nothing is wrong with a queue in which nothing waits, or that this consumer has got something of since the last
    look, or still works on. Where messages wait twice in a row and the idle consumer gets none, it is not the one
    that the broker knows. Another one's consumers do not matter then: the broker would not keep them waiting.

    Where a queue is deleted and made anew at once, RabbitMQ goes on counting the consumer and gives it nothing, and
    no look finds out. So one that has got nothing for `quiet_looks_max` looks begins anew all the same.
    """

    def __init__(
        self, queue: str, *, taken: Callable[[], int], idle: Callable[[], bool], quiet_looks_max: int | None
    ) -> None:
        """`taken` tells how many messages have arrived so far, `idle` that none is at work."""
        self._queue = queue
        self._taken = taken
        self._idle = idle
        self._quiet_looks_max = quiet_looks_max
        self._quiet = (0, 0)
        """How much had arrived, and in how many looks nothing since."""
        self._before: int | None = None
        """What had arrived at the last look, where messages waited then."""

    async def until_wrong(self, channel: Channel, *, every_ms: int) -> Finding:
        """Return when the consumer should begin anew. Raises `BrokerLostError`."""
        while True:
            await asyncio.sleep(every_ms / 1_000)
            if (reason := await self._look(channel)) is not None:
                log.error("%s: %s; it consumes anew", self._queue, reason)
                return "missing"
            if self._is_quiet():
                return "quiet"

    def _is_quiet(self) -> bool:
        taken, looks = self._quiet
        still = self._idle() and taken == self._taken()
        self._quiet = (self._taken(), looks + 1 if still else 0)
        return still and self._quiet_looks_max is not None and looks + 1 >= self._quiet_looks_max

    async def _look(self, channel: Channel) -> str | None:
        consumers, waiting = await _counted(channel, self._queue)
        taken, before = self._taken(), self._before
        self._before = taken if waiting and self._idle() else None
        if not consumers:
            return "the broker knows no consumer of it"
        if self._before is not None and self._before == before:
            return f"{waiting} messages wait, and none comes"
        return None


async def _counted(channel: Channel, queue: str) -> tuple[int, int]:
    """Return how many consumers the queue has, and how many messages wait; none of either where it is gone.

    Asked on a channel of its own: the broker closes it where there is no such queue.
    """
    with broker_failures():
        async with asyncio.timeout(CONNECT_MS_MAX / 1_000):
            own = await channel.connection.channel(publisher_confirms=False)
            try:
                declared = await own.queue_declare(queue, passive=True)
            except ChannelNotFoundEntity:
                return 0, 0
            finally:
                await own.close()
    if declared.consumer_count is None or declared.message_count is None:
        raise BrokerLostError(f"The broker does not count {queue}")
    return declared.consumer_count, declared.message_count
