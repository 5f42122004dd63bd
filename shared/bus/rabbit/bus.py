"""The RabbitMQ transport: see `shared.bus.interface.Bus` for what each call promises."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence

from shared.bus.addressing import check_exchanges, consumable
from shared.bus.asking import answering
from shared.bus.batches import Received
from shared.bus.interface import (
    BusError,
    Envelope,
    HandleBatch,
    HandleNotice,
    HandleRequests,
    Mailbox,
    OnReturn,
    Outcome,
    Subscription,
    nobody_told,
)
from shared.bus.rabbit.asker import Asker
from shared.bus.rabbit.consumer import Consumer, Source
from shared.bus.rabbit.declaring import declare_for_serving, declare_topology
from shared.bus.rabbit.link import Link
from shared.bus.rabbit.mailbox import RabbitMailbox
from shared.bus.rabbit.messages import event, reply
from shared.bus.rabbit.parking import DeadLetters, Dropping
from shared.bus.rabbit.publisher import Publisher
from shared.bus.rabbit.watching import WATCH_MS
from shared.bus.topology import BILLING_REQUESTS
from shared.clock import Clock, SystemClock
from shared.messages.requests import Reply, Request


class RabbitBus:
    """A program's part of the bus; with a `node` it can ask, without it only publish, consume and serve."""

    def __init__(
        self,
        url: str,
        *,
        publish_timeout_ms: int,
        node: str | None = None,
        program: str = "talktime",
        clock: Clock | None = None,
        watch_ms: int = WATCH_MS,
    ) -> None:
        """`program` names the connections in the management UI; consumers are looked after every `watch_ms`."""
        self._watch_ms = watch_ms
        self._publish_timeout_ms = publish_timeout_ms
        self._clock = clock or SystemClock()
        name = f"{program} {node}" if node else program
        # Two: a broker short of memory stops reading from who publishes, and must not stop acknowledgements.
        self._out = Link(url, name=f"{name}: publisher")
        self._in = Link(url, name=f"{name}: consumer")
        self._publisher = Publisher(self._out)
        self._asker = Asker(node, link=self._in, publisher=self._publisher, clock=self._clock) if node else None
        self._subscriptions: list[Consumer | RabbitMailbox] = []

    @property
    def connected(self) -> bool:
        """Whether messages go both ways at this moment and every consumer really consumes, as far as is known."""
        asker_ready = self._asker is None or self._asker.ready.is_set()
        consuming = all(subscription.in_order for subscription in self._subscriptions)
        return self._publisher.ready.is_set() and self._in.up.is_set() and asker_ready and consuming

    async def start(self) -> None:
        """Begin connecting and declare the topology; returns when that is done or the broker is found away."""
        self._out.open()
        self._in.open()
        self._publisher.open()
        if self._asker is not None:
            self._asker.open()
        ready = self._in.up if self._asker is None else self._asker.ready
        await asyncio.gather(self._out.settle(self._publisher.ready), self._in.settle(ready))

    async def close(self) -> None:
        """Stop everything; idempotent."""
        subscriptions, self._subscriptions = self._subscriptions, []
        await asyncio.gather(*(subscription.stop() for subscription in subscriptions))
        await asyncio.gather(self._publisher.close(), self._asker.close() if self._asker else asyncio.sleep(0))
        await asyncio.gather(self._in.close(), self._out.close())

    async def publish(self, envelopes: Sequence[Envelope]) -> list[Outcome]:
        """Publish persistently, with an outcome for each message within the time limit for all."""
        check_exchanges(envelopes)
        now = self._clock.now()
        messages = [event(envelope, now=now) for envelope in envelopes]
        return await self._publisher.send(messages, timeout_ms=self._publish_timeout_ms)

    async def ask(self, request: Request, *, timeout_ms: int) -> Reply:
        """Ask billing and await the reply. Raises `NoReplyError`, or `BusError` on a bus without node."""
        if self._asker is None:
            raise BusError("This bus has no node, and so no queue for replies")
        return await self._asker.ask(request, timeout_ms=timeout_ms)

    async def consume(self, queue: str, handle: HandleBatch, *, batch_max: int, gather_ms: int = 0) -> Subscription:
        """Deliver `queue` to `handle` in batches. Raises `BusError` for a queue without dead letters."""
        source = consumable(queue)
        parking = DeadLetters(
            source, publisher=self._publisher, publish_timeout_ms=self._publish_timeout_ms, clock=self._clock
        )
        return await self._subscribe(
            Source(
                queue=queue,
                handle=handle,
                parking=parking,
                batch_max=batch_max,
                gather_ms=gather_ms,
                prepare=declare_topology,
            )
        )

    async def serve(self, handle: HandleRequests, *, batch_max: int) -> Subscription:
        """Answer requests in batches of what is there."""
        return await self._subscribe(
            Source(
                queue=BILLING_REQUESTS.name,
                handle=answering(handle, send=self._reply, clock=self._clock),
                parking=Dropping(),
                batch_max=batch_max,
                prepare=declare_for_serving,
            )
        )

    async def open_mailbox(self, node: str, handle: HandleNotice, *, on_return: OnReturn = nobody_told) -> Mailbox:
        """Open the node's mailbox, empty of what an earlier process of that name left behind."""
        mailbox = RabbitMailbox(
            node, handle, on_return=on_return, link=self._in, clock=self._clock, watch_ms=self._watch_ms
        )
        self._subscriptions.append(mailbox)
        await self._in.settle(mailbox.ready)
        return mailbox

    async def _subscribe(self, source: Source) -> Consumer:
        consumer = Consumer(self._in, source, clock=self._clock, watch_ms=self._watch_ms)
        self._subscriptions.append(consumer)
        await self._in.settle(consumer.ready)
        return consumer

    async def _reply(self, asked: Received, answer: Reply) -> None:
        message = reply(answer, asked=asked, now=self._clock.now())
        await self._publisher.send([message], timeout_ms=self._publish_timeout_ms)
