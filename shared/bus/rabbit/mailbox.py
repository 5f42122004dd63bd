"""A node's mailbox: a queue bound to the accounts that are connected there."""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine
from contextlib import suppress
from uuid import UUID

from aiormq.channel import Channel

from shared.bus.consuming import noticing
from shared.bus.interface import HandleNotice, OnReturn
from shared.bus.rabbit.consumer import Consumer, Source
from shared.bus.rabbit.declaring import consumers_of, declare_mailbox, declare_topology
from shared.bus.rabbit.failures import BrokerLostError, broker_failures
from shared.bus.rabbit.link import CONNECT_MS_MAX, Link
from shared.bus.rabbit.parking import Dropping
from shared.bus.rabbit.watching import WATCH_MS
from shared.bus.topology import ACCOUNTS, NODES, NOTICE_BATCH_MAX, Exchange, mailbox_name
from shared.clock import Clock


class RabbitMailbox:
    """A running mailbox; see `shared.bus.interface.Mailbox`."""

    def __init__(
        self,
        node: str,
        handle: HandleNotice,
        *,
        on_return: OnReturn,
        link: Link,
        clock: Clock,
        watch_ms: int = WATCH_MS,
    ) -> None:
        self._queue = mailbox_name(node)
        self._bindings = {(NODES.name, node)}
        """Exchanges and keys."""
        self._channel: Channel | None = None
        self._emptied = False
        self._rpcs: set[asyncio.Task[None]] = set()
        source = Source(
            queue=self._queue,
            handle=noticing(handle),
            parking=Dropping(),
            batch_max=NOTICE_BATCH_MAX,
            prepare=self._prepare,
            leave=self._leave,
            # Many a node hears nothing for long, and would ask about all its accounts each time.
            begins_when_quiet=False,
            began=self._began,
        )
        self._on_return = on_return
        self._was_there = False
        self._consumer = Consumer(link, source, clock=clock, watch_ms=watch_ms)

    @property
    def ready(self) -> asyncio.Event:
        """Set while notices arrive."""
        return self._consumer.ready

    @property
    def in_order(self) -> bool:
        """Whether notices arrive, or are no longer wanted."""
        return self._consumer.in_order

    async def bind(self, account_id: UUID, *, exchange: Exchange = ACCOUNTS) -> None:
        """Have what this exchange has for the account delivered here; where the broker is away, once it is back."""
        key = (exchange.name, str(account_id))
        self._bindings.add(key)
        if self._channel is not None and not self._channel.is_closed:
            await self._tell(self._channel.queue_bind(self._queue, *key, timeout=_RPC_SECONDS_MAX))

    async def unbind(self, account_id: UUID, *, exchange: Exchange = ACCOUNTS) -> None:
        """No longer."""
        key = (exchange.name, str(account_id))
        self._bindings.discard(key)
        if self._channel is not None and not self._channel.is_closed:
            await self._tell(self._channel.queue_unbind(self._queue, *key, timeout=_RPC_SECONDS_MAX))

    async def stop(self) -> None:
        """Take no more messages, finish those at hand, and have the mailbox gone."""
        await self._consumer.stop()

    async def _tell(self, rpc: Coroutine[object, object, object]) -> None:
        """Await the broker's word in a task of its own: cancelling it half-way would close the channel."""
        task = asyncio.create_task(_told(rpc))
        self._rpcs.add(task)
        task.add_done_callback(self._rpcs.discard)
        await asyncio.shield(task)

    async def _prepare(self, channel: Channel) -> None:
        await declare_topology(channel)
        if not self._emptied:
            # What an earlier process of this name left behind, its bindings included. One that still lives keeps
            # its own: we ask again until it is gone. (RabbitMQ deletes quorum queues whether used or not.)
            if await consumers_of(channel, self._queue):
                raise BrokerLostError(f"another process has the mailbox {self._queue}")
            await channel.queue_delete(self._queue, if_unused=False, if_empty=False)
        await declare_mailbox(channel, self._queue)
        self._emptied = True
        # From here on `bind` tells the broker itself; it does no harm to say the same twice.
        self._channel = channel
        for key in tuple(self._bindings):
            if key in self._bindings:
                await channel.queue_bind(self._queue, *key, nowait=True)
        # The answer to this comes after all of the bindings above.
        await declare_mailbox(channel, self._queue)

    def _began(self) -> None:
        """What was published while it was not there, or had been lost with its queue, nobody has been told."""
        if self._was_there:
            self._on_return()
        self._was_there = True

    async def _leave(self, channel: Channel) -> None:
        await channel.queue_delete(self._queue, if_unused=False, if_empty=False)


_RPC_SECONDS_MAX = CONNECT_MS_MAX / 1_000


async def _told(rpc: Coroutine[object, object, object]) -> None:
    # The channel ends with a failed call, and the next one is bound to every account.
    with suppress(BrokerLostError), broker_failures():
        await rpc
