"""The in-process transport: see `shared.bus.interface.Bus` for what each call promises."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Sequence
from functools import partial

from shared.bus.addressing import check_exchanges, consumable
from shared.bus.asking import PendingReplies, answering
from shared.bus.batches import Received
from shared.bus.consuming import HandleReceived
from shared.bus.interface import (
    Delivery,
    Envelope,
    HandleBatch,
    HandleNotice,
    HandleRequests,
    Mailbox,
    NoReplyError,
    OnReturn,
    Outcome,
    Rejected,
    Subscription,
    nobody_told,
)
from shared.bus.memory.consumer import MemoryConsumer
from shared.bus.memory.mailbox import MemoryMailbox
from shared.bus.memory.routing import Routes
from shared.bus.memory.store import Parked, Store, parked
from shared.bus.topology import BILLING_REQUESTS, DEAD_CALL_EVENTS, EXCHANGES, QUEUES, REQUEST_MS_MAX, Queue
from shared.clock import Clock, SystemClock
from shared.messages.registry import encode, type_of
from shared.messages.requests import Reply, Request

log = logging.getLogger(__name__)


class MemoryBus:
    """All programs in one process and one event loop; what it holds ends with the process."""

    def __init__(self, *, clock: Clock | None = None) -> None:
        self._clock = clock or SystemClock()
        self._routes = Routes(EXCHANGES)
        self._store = Store()
        self._pending = PendingReplies()
        self._subscriptions: list[Subscription] = []
        self._mailboxes: dict[str, MemoryMailbox] = {}
        self._connected = False
        for queue in QUEUES:
            self._store.declare(queue)
            for binding in queue.bindings:
                self._routes.bind(queue.name, exchange=binding.exchange, routing_key=binding.routing_key)

    @property
    def connected(self) -> bool:
        """Whether it was started and not closed."""
        return self._connected

    @property
    def dead_letters(self) -> list[Parked]:
        """What was rejected, oldest first."""
        dead = self._store.waiting(DEAD_CALL_EVENTS.name).snapshot()
        return [received for received in dead if isinstance(received, Parked)]

    def stream(self, name: str) -> list[Delivery]:
        """Return what a stream remembers, oldest first."""
        return self._store.stream(name)

    def queued(self, queue: str) -> list[Delivery]:
        """Return what waits in a queue, oldest first."""
        return list(self._store.waiting(queue).snapshot())

    async def start(self) -> None:
        """Take messages from now on."""
        self._connected = True

    async def close(self) -> None:
        """Stop everything; idempotent."""
        self._connected = False
        self._pending.abandon("The bus is closed")
        subscriptions, self._subscriptions = self._subscriptions, []
        await asyncio.gather(*(subscription.stop() for subscription in subscriptions))

    async def publish(self, envelopes: Sequence[Envelope]) -> list[Outcome]:
        """Put each message into the queues that want it, with an outcome for each."""
        check_exchanges(envelopes)
        outcomes = [self._publish(envelope) for envelope in envelopes]
        # A publisher in a loop must let the consumers run, as it would waiting for a broker.
        await asyncio.sleep(0)
        return outcomes

    async def ask(self, request: Request, *, timeout_ms: int) -> Reply:
        """Ask billing and await the reply. Raises `NoReplyError`."""
        with self._pending.expect() as (correlation_id, reply):
            self._queue_request(request, correlation_id, timeout_ms=timeout_ms)
            try:
                async with asyncio.timeout(timeout_ms / 1_000):
                    return await reply
            except TimeoutError:
                raise NoReplyError(f"No reply to {type_of(request)} within {timeout_ms} ms") from None

    async def consume(self, queue: str, handle: HandleBatch, *, batch_max: int, gather_ms: int = 0) -> Subscription:
        """Deliver `queue` to `handle` in batches. Raises `BusError` for a queue without dead letters."""
        source = consumable(queue)
        return self._subscribe(source, handle, batch_max=batch_max, gather_ms=gather_ms)

    async def serve(self, handle: HandleRequests, *, batch_max: int) -> Subscription:
        """Answer requests in batches of what is there."""
        answer = answering(handle, send=self._reply, clock=self._clock)
        return self._subscribe(BILLING_REQUESTS, answer, batch_max=batch_max)

    async def open_mailbox(self, node: str, handle: HandleNotice, *, on_return: OnReturn = nobody_told) -> Mailbox:
        """Open the node's mailbox, empty."""
        mailbox = MemoryMailbox(
            node, handle, on_return=on_return, routes=self._routes, store=self._store, clock=self._clock
        )
        self._mailboxes[node] = mailbox
        self._subscriptions.append(mailbox)
        return mailbox

    def lose_mailbox(self, node: str) -> None:
        """Have what waits in a node's mailbox lost, and the node told, as where a broker has lost the queue."""
        self._mailboxes[node].lose()

    def _publish(self, envelope: Envelope) -> Outcome:
        queues = self._routes.queues_for(envelope.exchange, envelope.routing_key)
        if not self._connected or not self._store.accepts(queues):
            return Outcome.REFUSED
        if not queues:
            return Outcome.UNROUTABLE
        received = Received(
            type=envelope.type,
            message_id=str(envelope.message_id),
            body=envelope.body,
            correlation_id=envelope.correlation_id,
        )
        self._store.put(queues, received)
        return Outcome.CONFIRMED

    def _queue_request(self, request: Request, correlation_id: str, *, timeout_ms: int) -> None:
        queues = {BILLING_REQUESTS.name}
        if not self._connected or not self._store.accepts(queues):
            raise NoReplyError("The bus takes no requests")
        received = Received(
            type=type_of(request),
            message_id=correlation_id,
            body=encode(request),
            correlation_id=correlation_id,
            stale_at_ms=self._clock.monotonic_ms() + min(timeout_ms, REQUEST_MS_MAX),
        )
        self._store.put(queues, received)

    async def _reply(self, received: Received, reply: Reply) -> None:
        self._pending.answer(received.correlation_id, encode(reply))

    def _subscribe(
        self, queue: Queue, handle: HandleReceived, *, batch_max: int, gather_ms: int = 0
    ) -> MemoryConsumer:
        consumer = MemoryConsumer(
            self._store.waiting(queue.name),
            handle,
            park=partial(self._park, queue),
            clock=self._clock,
            batch_max=batch_max,
            gather_ms=gather_ms,
        )
        self._subscriptions.append(consumer)
        return consumer

    def _park(self, queue: Queue, rejected: Rejected) -> None:
        if queue.dead_letter_exchange is None or queue.dead_letter_routing_key is None:
            log.error("%s is dropped: %s", rejected.delivery.message_id, rejected.reason)
            return
        queues = self._routes.queues_for(queue.dead_letter_exchange, queue.dead_letter_routing_key)
        self._store.put(queues, parked(rejected, queue=queue.name, failed_at=self._clock.now()))
