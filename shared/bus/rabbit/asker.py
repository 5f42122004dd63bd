"""Asks billing and awaits the reply on a queue of this node's own."""

from __future__ import annotations

import asyncio

from aio_pika.abc import AbstractConnection
from aiormq.abc import DeliveredMessage

from shared.bus.asking import PendingReplies
from shared.bus.interface import NoReplyError, Outcome
from shared.bus.rabbit.link import CONNECT_MS_MAX, Link, first_of, open_channel
from shared.bus.rabbit.messages import request
from shared.bus.rabbit.publisher import Publisher
from shared.bus.topology import replies_name
from shared.clock import Clock
from shared.messages.registry import type_of
from shared.messages.requests import Reply, Request


class Asker:
    """The node's reply queue: exclusive, so it lives and ends with the connection that consumes it."""

    def __init__(self, node: str, *, link: Link, publisher: Publisher, clock: Clock) -> None:
        self._queue = replies_name(node)
        self._link = link
        self._publisher = publisher
        self._clock = clock
        self._pending = PendingReplies()
        self._over = asyncio.Event()
        self._task: asyncio.Task[None] | None = None
        self.ready = asyncio.Event()

    def open(self) -> None:
        """Begin, in the background."""
        self._task = asyncio.create_task(self._link.keep(self._session, over=self._over))

    async def close(self) -> None:
        """Ask no more; whoever waits for a reply hears that none comes."""
        self._over.set()
        if self._task is not None:
            await asyncio.wait({self._task})

    async def ask(self, asked: Request, *, timeout_ms: int) -> Reply:
        """Return the reply. Raises `NoReplyError`, at once where the broker is away."""
        if not self.ready.is_set():
            raise NoReplyError("The broker is not there")
        try:
            async with asyncio.timeout(timeout_ms / 1_000):
                return await self._ask(asked, timeout_ms=timeout_ms)
        except TimeoutError:
            raise NoReplyError(f"No reply to {type_of(asked)} within {timeout_ms} ms") from None

    async def _ask(self, asked: Request, *, timeout_ms: int) -> Reply:
        with self._pending.expect() as (correlation_id, reply):
            message = request(
                asked,
                correlation_id=correlation_id,
                reply_to=self._queue,
                timeout_ms=timeout_ms,
                now=self._clock.now(),
            )
            (outcome,) = await self._publisher.send([message], timeout_ms=timeout_ms)
            if outcome in (Outcome.REFUSED, Outcome.UNROUTABLE):
                raise NoReplyError(f"{type_of(asked)} could not be sent: {outcome}")
            return await reply

    async def _session(self, connection: AbstractConnection) -> None:
        ended = asyncio.Event()
        async with open_channel(connection, confirms=False, on_end=ended.set) as channel:
            async with asyncio.timeout(CONNECT_MS_MAX / 1_000):
                await channel.queue_declare(self._queue, exclusive=True)
                await channel.basic_consume(self._queue, self._take, no_ack=True)
            self.ready.set()
            try:
                await first_of(ended.wait(), self._over.wait())
            finally:
                self.ready.clear()
                self._pending.abandon("The connection for replies is gone")

    async def _take(self, message: DeliveredMessage) -> None:
        self._pending.answer(message.header.properties.correlation_id, message.body)
