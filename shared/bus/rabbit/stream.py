"""Reads a stream from some place to what was its end when the reading began.

Over AMQP a stream tells neither its length nor that it has been read (3.10 says 0 for the one and nothing for the
other). So the reader writes a mark of its own behind what is there, and reads until it comes by. Marks are no
messages: no reader hands them out.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncGenerator, AsyncIterator
from contextlib import asynccontextmanager
from datetime import datetime, timedelta

from aio_pika.abc import AbstractConnection

from shared.bus.backoff import Backoff
from shared.bus.consuming import RETRY_MS_MAX, RETRY_MS_MIN
from shared.bus.interface import BusError
from shared.bus.rabbit.failures import BrokerLostError, broker_failures
from shared.bus.rabbit.link import CONNECT_MS_MAX, open_channel
from shared.bus.rabbit.logged import Logged, Place, Span
from shared.bus.rabbit.messages import MARK
from shared.bus.rabbit.stream_session import NoSuchStreamError, StreamSession, write_mark
from shared.bus.rabbit.visiting import visit
from shared.bus.topology import BILLING_LOG
from shared.clock import Clock, SystemClock
from shared.ids import new_id

AWAY_MS_MAX = 60_000
"""How long a broker that was lost in the middle is waited for."""
LATE = timedelta(hours=1)
"""How far the clocks of publishers may be from the broker's and from one another."""

log = logging.getLogger(__name__)


class StreamLostError(BusError):
    """The broker is away; `next_offset` is where to go on, None where nothing was read."""

    def __init__(self, reason: str, *, next_offset: int | None) -> None:
        super().__init__(reason)
        self.next_offset = next_offset


class StreamReader:
    """One reading of one stream, in the stream's order, each message once.

    A broker that is lost in the middle is waited for, and the reading goes on behind the last message read.
    """

    def __init__(
        self,
        url: str,
        *,
        batch_max: int,
        publish_timeout_ms: int,
        stream: str = BILLING_LOG.name,
        program: str = "talktime",
        clock: Clock | None = None,
    ) -> None:
        """`program` names the connection in the management UI."""
        self._url = url
        self._batch_max = batch_max
        self._publish_timeout_ms = publish_timeout_ms
        self._stream = stream
        self._name = f"{program}: reader of {stream}"
        self._clock = clock or SystemClock()
        self._mark_id = str(new_id())
        self._ended = False
        self.place = Place()

    async def batches(self, span: Span) -> AsyncGenerator[list[Logged], None]:
        """Yield what is in the span, at most `batch_max` messages at a time; call once.

        Raises `NoSuchStreamError`, and `StreamLostError` where the broker cannot be reached, or was away for longer
        than `AWAY_MS_MAX`.
        """
        backoff = Backoff(first_ms=RETRY_MS_MIN, longest_ms=RETRY_MS_MAX)
        give_up_at_ms: int | None = None
        while not self._ended:
            try:
                async with self._session(span) as session:
                    backoff.reset()
                    give_up_at_ms = None
                    while not self._ended:
                        if batch := self._within(span, await session.take(self._batch_max)):
                            yield batch
                        await session.acknowledge()
            except BrokerLostError as error:
                now_ms = self._clock.monotonic_ms()
                give_up_at_ms = give_up_at_ms or now_ms + AWAY_MS_MAX
                if self.place.next_offset is None or now_ms >= give_up_at_ms:
                    raise StreamLostError(str(error), next_offset=self.place.next_offset) from error
                log.warning("%s: %s; to go on at offset %d", self._name, error, self.place.next_offset)
                await asyncio.sleep(backoff.next_ms() / 1_000)

    def _within(self, span: Span, read: list[Logged]) -> list[Logged]:
        """Leave out what is not wanted, and notice the end."""
        wanted: list[Logged] = []
        for message in read:
            if self._ended or self.place.knows(message.offset):
                continue
            self.place.pass_by(message, span)
            if message.type == MARK:
                self._ended = message.message_id == self._mark_id
            elif span.is_long_over(message, late=LATE):
                self._ended = True
            elif message in span:
                wanted.append(message)
        return wanted

    @asynccontextmanager
    async def _session(self, span: Span) -> AsyncIterator[StreamSession]:
        with broker_failures():
            async with visit(self._url, name=self._name) as connection, self._opened(connection) as session:
                await self._mark(connection)
                if self.place.oldest is None or self.place.newest is None:
                    self.place.oldest = await self._offset_at(connection, "first")
                    self.place.newest = await self._offset_at(connection, "last")
                begin = span.begin(late=LATE) if self.place.next_offset is None else self.place.next_offset
                if isinstance(begin, datetime):
                    await session.begin(begin)
                    # A moment that is still to come, by the broker's clock, begins behind the first mark.
                    await self._mark(connection)
                else:
                    # The broker would wait for an offset that is still to come.
                    await session.begin(min(begin, self.place.newest) if isinstance(begin, int) else begin)
                yield session

    @asynccontextmanager
    async def _opened(self, connection: AbstractConnection) -> AsyncIterator[StreamSession]:
        over = asyncio.Event()
        session: StreamSession | None = None

        def end() -> None:
            over.set()
            if session is not None:
                session.wake()

        async with open_channel(connection, confirms=False, on_end=end) as channel:
            session = StreamSession(channel, self._stream, over=over)
            yield session

    async def _mark(self, connection: AbstractConnection) -> None:
        now = self._clock.now()
        try:
            await write_mark(connection, self._stream, self._mark_id, now=now, timeout_ms=self._publish_timeout_ms)
        except NoSuchStreamError as error:
            # A broker that just came back may have its queues a little later.
            if self.place.next_offset is not None:
                raise BrokerLostError(str(error)) from error
            raise

    async def _offset_at(self, connection: AbstractConnection, where: str) -> int:
        """Return the first offset of the oldest or the newest chunk: the mark is in one of them at least."""
        async with self._opened(connection) as session:
            await session.begin(where, prefetch=1)
            async with asyncio.timeout(CONNECT_MS_MAX / 1_000):
                return (await session.take(1))[0].offset
