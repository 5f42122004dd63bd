"""A node's mailbox in memory."""

from __future__ import annotations

from uuid import UUID

from shared.bus.consuming import noticing
from shared.bus.interface import HandleNotice, OnReturn, Rejected
from shared.bus.memory.consumer import MemoryConsumer
from shared.bus.memory.routing import Routes
from shared.bus.memory.store import Store
from shared.bus.topology import ACCOUNTS, NODES, NOTICE_BATCH_MAX, Exchange, Queue, mailbox_name
from shared.clock import Clock


class MemoryMailbox:
    """A running mailbox; see `shared.bus.interface.Mailbox`."""

    def __init__(
        self, node: str, handle: HandleNotice, *, on_return: OnReturn, routes: Routes, store: Store, clock: Clock
    ) -> None:
        self._on_return = on_return
        self._queue = Queue(name=mailbox_name(node), kind="classic")
        self._routes = routes
        self._store = store
        routes.forget(self._queue.name)
        store.declare(self._queue)
        routes.bind(self._queue.name, exchange=NODES.name, routing_key=node)
        self._consumer = MemoryConsumer(
            store.waiting(self._queue.name),
            noticing(handle),
            park=_never,
            clock=clock,
            batch_max=NOTICE_BATCH_MAX,
        )

    async def bind(self, account_id: UUID, *, exchange: Exchange = ACCOUNTS) -> None:
        """Have what this exchange has for the account delivered here."""
        self._routes.bind(self._queue.name, exchange=exchange.name, routing_key=str(account_id))

    async def unbind(self, account_id: UUID, *, exchange: Exchange = ACCOUNTS) -> None:
        """No longer."""
        self._routes.unbind(self._queue.name, exchange=exchange.name, routing_key=str(account_id))

    def lose(self) -> None:
        """Lose what waits, and say so; the bindings stay, as they come back with a broker."""
        self._store.waiting(self._queue.name).clear()
        self._on_return()

    async def stop(self) -> None:
        """Take no more messages, finish those at hand, and have the mailbox gone."""
        self._routes.forget(self._queue.name)
        await self._consumer.stop()
        self._store.delete(self._queue.name)


def _never(rejected: Rejected) -> None:
    raise AssertionError(f"A notice is never rejected: {rejected.reason}")
