"""One channel's reading of a stream, and the marks that readers write into it."""

from __future__ import annotations

import asyncio
from collections import deque
from datetime import datetime

from aio_pika.abc import AbstractConnection
from aio_pika.exceptions import DeliveryError, PublishError
from aiormq.abc import DeliveredMessage
from aiormq.channel import Channel

from shared.bus.interface import BusError
from shared.bus.rabbit.failures import BrokerLostError
from shared.bus.rabbit.link import CONNECT_MS_MAX, open_channel
from shared.bus.rabbit.logged import OFFSET_HEADER, Logged, logged
from shared.bus.rabbit.messages import mark

PREFETCH = 1_000
"""Messages of a stream that may be in memory; the broker may send the rest of a chunk on top."""


class NoSuchStreamError(BusError):
    """The broker has no stream of this name."""


class StreamSession:
    """Takes what the broker sends, and asks for more only for what was acknowledged."""

    def __init__(self, channel: Channel, stream: str, *, over: asyncio.Event) -> None:
        """`over` is set, and `wake` called, when the channel is gone."""
        self._channel = channel
        self._stream = stream
        self._over = over
        self._waiting: deque[Logged] = deque()
        self._arrived = asyncio.Event()
        self._taken = 0

    def wake(self) -> None:
        """Have who waits look again."""
        self._arrived.set()

    async def begin(self, offset: str | int | datetime, *, prefetch: int = PREFETCH) -> None:
        """Have the messages sent from there on (RabbitMQ, "Streams": `x-stream-offset`)."""
        async with asyncio.timeout(CONNECT_MS_MAX / 1_000):
            await self._channel.basic_qos(prefetch_count=prefetch)
            await self._channel.basic_consume(self._stream, self._put, arguments={OFFSET_HEADER: offset})

    async def take(self, messages_max: int) -> list[Logged]:
        """Wait for messages and return them. Raises `BrokerLostError` where none will come."""
        while not self._waiting:
            if self._over.is_set():
                raise BrokerLostError("The connection is gone")
            self._arrived.clear()
            await self._arrived.wait()
        batch = [self._waiting.popleft() for _ in range(min(messages_max, len(self._waiting)))]
        self._taken = batch[-1].tag
        return batch

    async def acknowledge(self) -> None:
        """Let the broker send as many more as were taken."""
        await self._channel.basic_ack(self._taken, multiple=True)

    async def _put(self, message: DeliveredMessage) -> None:
        self._waiting.append(logged(message))
        self._arrived.set()


async def write_mark(
    connection: AbstractConnection, stream: str, mark_id: str, *, now: datetime, timeout_ms: int
) -> None:
    """Write a mark behind all that the stream has by now.

    Raises `NoSuchStreamError`, or `BrokerLostError` where it is not confirmed.
    """
    outgoing = mark(mark_id, stream=stream, now=now)
    async with open_channel(connection, confirms=True, on_end=lambda: None) as channel:
        try:
            async with asyncio.timeout(timeout_ms / 1_000):
                await channel.basic_publish(
                    outgoing.body,
                    exchange=outgoing.exchange,
                    routing_key=outgoing.routing_key,
                    properties=outgoing.properties,
                    mandatory=outgoing.mandatory,
                )
        except TimeoutError as error:
            raise BrokerLostError(f"The broker took nothing within {timeout_ms} ms") from error
        except PublishError as error:
            raise NoSuchStreamError(f"there is no stream {stream} on this broker, or not yet") from error
        except DeliveryError as error:
            raise BrokerLostError(f"The broker refused what was written to {stream}") from error
