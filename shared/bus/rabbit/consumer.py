"""Delivers one queue of the broker to one handler."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable, Sequence

from aio_pika.abc import AbstractConnection
from aiormq.abc import DeliveredMessage
from aiormq.channel import Channel
from msgspec import Struct

from shared.bus.backoff import Backoff
from shared.bus.batches import Received, Waiting
from shared.bus.consuming import (
    RETRY_MS_MAX,
    RETRY_MS_MIN,
    BatchGivenUpError,
    HandleReceived,
    HeldTooLongError,
    Processing,
    pausing,
)
from shared.bus.interface import Rejected
from shared.bus.rabbit.failures import BrokerLostError
from shared.bus.rabbit.link import CLOSE_MS_MAX, CONNECT_MS_MAX, Link, open_channel
from shared.bus.rabbit.messages import received
from shared.bus.rabbit.parking import Parking
from shared.bus.rabbit.watching import QUIET_LOOKS_MAX, WATCH_MS, Watch
from shared.clock import Clock

PREFETCH_BATCHES = 2
"""While one batch is processed the next one arrives."""
PREFETCH_MAX = 65_535

log = logging.getLogger(__name__)

OnChannel = Callable[[Channel], Awaitable[None]]


async def _nothing(channel: Channel) -> None:
    pass


def _said_to_nobody() -> None:
    pass


class Source(Struct, frozen=True, kw_only=True):
    """What is consumed, and how."""

    queue: str
    handle: HandleReceived
    parking: Parking
    batch_max: int
    gather_ms: int = 0
    prepare: OnChannel
    """Declare what must be there, on every new channel."""
    leave: OnChannel = _nothing
    """Tidy up when the consumer was stopped."""
    begins_when_quiet: bool = True
    """Whether a consumer that got nothing for long may be begun anew."""
    began: Callable[[], None] = _said_to_nobody
    """Called each time that it consumes."""


class Consumer:
    """A running consumer; see `shared.bus.interface.Subscription`."""

    def __init__(self, link: Link, source: Source, *, clock: Clock, watch_ms: int = WATCH_MS) -> None:
        """Every `watch_ms` is looked whether the broker still knows it."""
        self._source = source
        self._watch_ms = watch_ms
        self._clock = clock
        self._over = asyncio.Event()
        self._session: _Session | None = None
        self._renews = False
        """Between two sessions, though nothing is known to be wrong."""
        self.ready = asyncio.Event()
        self._task = asyncio.create_task(link.keep(self._consume, over=self._over))

    @property
    def in_order(self) -> bool:
        """Whether messages arrive, or are no longer wanted."""
        return self.ready.is_set() or self._over.is_set() or self._renews

    async def stop(self) -> None:
        """Take no more messages, finish the batch at hand, and return."""
        self._over.set()
        if self._session is not None:
            self._session.end()
        await asyncio.wait({self._task})

    async def _consume(self, connection: AbstractConnection) -> None:
        session = self._session = _Session(self._source, clock=self._clock)
        async with open_channel(connection, confirms=False, on_end=session.end) as channel:
            async with asyncio.timeout(CONNECT_MS_MAX / 1_000):
                try:
                    consumer_tag = await session.begin(channel)
                finally:
                    self._renews = False
            self.ready.set()
            self._source.began()
            watching = asyncio.create_task(self._watch(session, channel))
            try:
                await session.work(channel)
            finally:
                self.ready.clear()
                watching.cancel()
                await asyncio.wait({watching})
            if self._over.is_set() and not channel.is_closed:
                async with asyncio.timeout(CLOSE_MS_MAX / 1_000):
                    await channel.basic_cancel(consumer_tag)
                    await self._source.leave(channel)

    async def _watch(self, session: _Session, channel: Channel) -> None:
        watch = Watch(
            self._source.queue,
            taken=lambda: session.taken,
            idle=lambda: session.idle,
            quiet_looks_max=QUIET_LOOKS_MAX if self._source.begins_when_quiet else None,
        )
        try:
            self._renews = await watch.until_wrong(channel, every_ms=self._watch_ms) == "quiet"
        except BrokerLostError as error:
            log.warning("%s: %s", self._source.queue, error)
        session.end()


class _Session:
    """One channel's deliveries: their numbers mean nothing on any other channel."""

    def __init__(self, source: Source, *, clock: Clock) -> None:
        self._source = source
        self._clock = clock
        self._prefetch = min(source.batch_max * PREFETCH_BATCHES, PREFETCH_MAX)
        self._waiting = Waiting(self._prefetch)
        self._ended = asyncio.Event()
        self._pause = pausing(self._ended)
        self._processing = Processing(source.handle, pause=self._pause, clock=clock)
        self._working = False
        self.taken = 0
        """Messages that have arrived."""

    @property
    def idle(self) -> bool:
        """Whether nothing that has arrived is still to be done."""
        return not self._working and not len(self._waiting)

    def end(self) -> None:
        """The channel is gone or nobody wants more: begin no other batch."""
        self._ended.set()
        self._waiting.wake()

    async def begin(self, channel: Channel) -> str:
        """Start consuming; returns the consumer's tag."""
        await self._source.prepare(channel)
        await channel.basic_qos(prefetch_count=self._prefetch)
        begun = await channel.basic_consume(self._source.queue, self._put)
        return begun.consumer_tag or ""

    async def work(self, channel: Channel) -> None:
        """Process batch after batch until the end."""
        source = self._source
        while batch := await self._waiting.take(
            batch_max=source.batch_max, gather_ms=source.gather_ms, over=self._ended
        ):
            self._working = True
            try:
                await self._settle(batch)
            except BatchGivenUpError:
                return
            finally:
                self._working = False
            # Batches are processed in order, so this acknowledges exactly this one.
            await channel.basic_ack(batch[-1].tag, multiple=True)

    async def _put(self, message: DeliveredMessage) -> None:
        self.taken += 1
        self._waiting.put(received(message, monotonic_ms=self._clock.monotonic_ms()))

    async def _settle(self, batch: Sequence[Received]) -> None:
        try:
            rejected = await self._processing.process(batch)
        except HeldTooLongError:
            if not await self._source.parking.give_back(batch):
                raise
        else:
            await self._park(rejected)

    async def _park(self, rejected: Sequence[Rejected]) -> None:
        """Keep trying until all are safe: the queue waits rather than lose one."""
        backoff = Backoff(first_ms=RETRY_MS_MIN, longest_ms=RETRY_MS_MAX)
        while rejected and not await self._source.parking.park(rejected):
            if not await self._pause(backoff.next_ms()):
                raise BatchGivenUpError
