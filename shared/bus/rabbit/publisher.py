"""Publishes mandatory and confirmed, within a time limit."""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Callable, Sequence

from aio_pika.abc import AbstractConnection
from aio_pika.exceptions import DeliveryError, PublishError
from aiormq.channel import Channel

from shared.bus.interface import Outcome
from shared.bus.rabbit.declaring import declare_topology
from shared.bus.rabbit.failures import BrokerLostError, broker_failures
from shared.bus.rabbit.link import CONNECT_MS_MAX, Link, first_of, open_channel
from shared.bus.rabbit.messages import Outgoing

TOGETHER_MAX = 500
"""Messages of one call on their way before the next ones follow."""
UNCONFIRMED_MAX = 10_000
"""Messages of the whole program without an answer; more are refused until the broker answers or is given up."""

REFUSED_MS_MAX = 1_000
"""How long an exchange may refuse everything before another channel is tried."""

log = logging.getLogger(__name__)


class Refusals:
    """Gives a channel up on which an exchange takes nothing any more.

    RabbitMQ 3.10 refuses all that a channel publishes to a quorum queue if its first message there came when the
    queue's leader had just died: it goes on looking for the dead node. A new channel looks for the living ones.
    """

    def __init__(self, *, give_up: Callable[[], None]) -> None:
        self._give_up = give_up
        self._since: dict[str, float] = {}

    def note(self, exchange: str) -> None:
        """A message was refused."""
        now = time.monotonic()
        if (now - self._since.setdefault(exchange, now)) * 1_000 >= REFUSED_MS_MAX:
            log.warning("The broker has refused all messages to %s for a while: on another channel", exchange)
            self._since.clear()
            self._give_up()

    def forget(self, exchange: str) -> None:
        """A message was taken."""
        if self._since:
            self._since.pop(exchange, None)


def _nothing() -> None:
    pass


class Publisher:
    """One channel with confirms, and the topology that its messages need."""

    def __init__(self, link: Link) -> None:
        self._link = link
        self._channel: Channel | None = None
        self._unconfirmed: set[asyncio.Task[Outcome]] = set()
        self._refusals = Refusals(give_up=_nothing)
        self._over = asyncio.Event()
        self._task: asyncio.Task[None] | None = None
        self.ready = asyncio.Event()

    def open(self) -> None:
        """Begin, in the background."""
        self._task = asyncio.create_task(self._link.keep(self._session, over=self._over))

    async def close(self) -> None:
        """Publish no more."""
        self._over.set()
        if self._task is not None:
            await asyncio.wait({self._task})

    async def send(self, messages: Sequence[Outgoing], *, timeout_ms: int) -> list[Outcome]:
        """Return what became of each message, in order, within the time limit for all of them together."""
        loop = asyncio.get_running_loop()
        deadline = loop.time() + timeout_ms / 1_000
        outcomes: list[Outcome] = []
        for begin in range(0, len(messages), TOGETHER_MAX):
            chunk = messages[begin : begin + TOGETHER_MAX]
            if (remaining := deadline - loop.time()) > 0:
                outcomes += await self._send_together(chunk, seconds=remaining)
            else:
                outcomes += [Outcome.REFUSED] * len(chunk)
        return outcomes

    async def _send_together(self, chunk: Sequence[Outgoing], *, seconds: float) -> list[Outcome]:
        # The last one waits until the socket has taken all of them: that is the back-pressure.
        tasks = [self._begin(message, drain=message is chunk[-1]) for message in chunk]
        await asyncio.wait(tasks, timeout=seconds)
        return [task.result() if task.done() else Outcome.UNKNOWN for task in tasks]

    def _begin(self, message: Outgoing, *, drain: bool) -> asyncio.Task[Outcome]:
        """Send in a task that nobody cancels.

        aiormq closes its channel when the broker returns a message whose publish was cancelled or timed out. So who
        waited in vain leaves, and the answer, if it comes, is taken all the same.
        """
        task = asyncio.create_task(self._send(message, drain=drain))
        self._unconfirmed.add(task)
        task.add_done_callback(self._unconfirmed.discard)
        return task

    async def _send(self, message: Outgoing, *, drain: bool) -> Outcome:
        if self._channel is None or len(self._unconfirmed) > UNCONFIRMED_MAX:
            return Outcome.REFUSED
        try:
            with broker_failures():
                await self._channel.basic_publish(
                    message.body,
                    exchange=message.exchange,
                    routing_key=message.routing_key,
                    properties=message.properties,
                    mandatory=message.mandatory,
                    wait=drain,
                )
        except PublishError:
            return Outcome.UNROUTABLE
        except DeliveryError:
            self._refusals.note(message.exchange)
            return Outcome.REFUSED
        except BrokerLostError:
            return Outcome.UNKNOWN
        self._refusals.forget(message.exchange)
        return Outcome.CONFIRMED

    async def _session(self, connection: AbstractConnection) -> None:
        ended = asyncio.Event()
        self._refusals = Refusals(give_up=ended.set)
        async with open_channel(connection, confirms=True, on_end=ended.set) as channel:
            async with asyncio.timeout(CONNECT_MS_MAX / 1_000):
                await declare_topology(channel)
            self._channel = channel
            self.ready.set()
            try:
                await first_of(ended.wait(), self._over.wait())
            finally:
                self._channel = None
                self.ready.clear()
