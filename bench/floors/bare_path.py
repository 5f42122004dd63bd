"""The way of a charge with nobody on it: one durable message through RabbitMQ, one statement, one commit."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from uuid import UUID

import aiormq
import asyncpg
from aiormq.abc import AbstractChannel, DeliveredMessage
from pamqp.commands import Basic

from bench.people import PRICE_MINOR, account_id
from shared.ids import new_id

QUEUE = "bench.bare_path"
CONNECTIONS = 8
PERSISTENT = 2


class BarePath:
    """A publisher and a consumer in one process, on a connection each."""

    def __init__(
        self, publisher: AbstractChannel, consumer: AbstractChannel, pool: asyncpg.Pool[asyncpg.Record]
    ) -> None:
        self._publisher = publisher
        self._consumer = consumer
        self._pool = pool
        self._committed: dict[str, asyncio.Future[float]] = {}

    async def charge(self, person: int) -> float:
        """Return the seconds from the publish to the commit."""
        call_id = str(new_id())
        committed = self._committed[call_id] = asyncio.get_running_loop().create_future()
        begun = time.perf_counter()
        properties = Basic.Properties(delivery_mode=PERSISTENT, message_id=call_id, correlation_id=str(person))
        await self._publisher.basic_publish(b"{}", routing_key=QUEUE, properties=properties)
        committed_at: float = await committed
        return committed_at - begun

    async def take(self, message: DeliveredMessage) -> None:
        """Charge and acknowledge."""
        properties = message.header.properties
        call_id, person = properties.message_id or "", int(properties.correlation_id or 0)
        await self._pool.execute(
            _CHARGE, UUID(call_id), account_id(person), PRICE_MINOR, f"charge:{call_id}", account_id(person + 1)
        )
        self._committed.pop(call_id).set_result(time.perf_counter())
        await self._consumer.basic_ack(message.delivery_tag or 0)


@asynccontextmanager
async def bare_path(*, database_url: str, rabbitmq_url: str) -> AsyncIterator[BarePath]:
    """Open the path."""
    outward, inward = await aiormq.connect(rabbitmq_url), await aiormq.connect(rabbitmq_url)
    pool = await asyncpg.create_pool(database_url, min_size=CONNECTIONS, max_size=CONNECTIONS)
    try:
        path = BarePath(await outward.channel(publisher_confirms=True), consumer := await inward.channel(), pool)
        await consumer.queue_declare(QUEUE, durable=True, arguments={"x-queue-type": "quorum"})
        await consumer.basic_qos(prefetch_count=CONNECTIONS)
        await consumer.basic_consume(QUEUE, path.take)
        yield path
    finally:
        await asyncio.gather(outward.close(), inward.close(), pool.close())


_CHARGE = """
    WITH wallet AS (
        UPDATE wallets SET balance_minor = balance_minor - $3, version = version + 1, chain_seq = chain_seq + 1
         WHERE account_id = $2
        RETURNING balance_minor, chain_seq
    ), call AS (
        INSERT INTO calls (id, caller_id, callee_id, node, price_minor, minutes_held, lease_ends_at, started_at,
                           ended_at, talk_ms, minutes, charge_minor, reason, settled_at)
        VALUES ($1, $2, $5, 'bench', $3, 1, now(), now(), now(), 30000, 1, $3, 'hung_up', now())
    )
    INSERT INTO ledger_entries (operation, leg, wallet_id, purse, house, amount_minor, balance_after_minor, seq,
                                hash, occurred_at)
    SELECT $4, 0, $2, 'credit', NULL, -$3, balance_minor, chain_seq, sha256('none'), now() FROM wallet
     UNION ALL SELECT $4, 1, NULL, NULL, 'revenue', $3, NULL, NULL, NULL, now()
"""
