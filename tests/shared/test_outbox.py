"""What is stored with a transaction is announced by its commit, and only then (F1)."""

from collections.abc import AsyncIterator

import anyio
import asyncpg
import pytest
from polyfactory.factories.msgspec_factory import MsgspecFactory
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncEngine

from shared.database import reading, transaction
from shared.messages.events import CallEnded, Event, PaymentSettled, SweepDue
from shared.messages.notices import AccountBlocked, Notice, WalletChanged
from shared.messages.registry import decode_call_event, envelope_of
from shared.models import OutboxMessage
from shared.outbox import CHANNEL, store
from tests.harness.databases import Database

HEARD_SECONDS_MAX = 5
KINDS: tuple[type[Event | Notice], ...] = (CallEnded, PaymentSettled, WalletChanged, AccountBlocked, SweepDue)
MESSAGES = [MsgspecFactory.create_factory(kind, __random_seed__=3).build() for kind in KINDS]


async def stored(engine: AsyncEngine) -> list[OutboxMessage]:
    async with reading(engine) as connection:
        rows = await connection.execute(select(OutboxMessage.__table__).order_by(OutboxMessage.id))
        return [OutboxMessage(**row._mapping) for row in rows]


class Listener:
    """Hears the notifications of the channel."""

    def __init__(self) -> None:
        self.heard = anyio.Event()

    def hear(self, *_: object) -> None:
        self.heard.set()


@pytest.fixture
async def listener(database: Database) -> AsyncIterator[Listener]:
    connection = await asyncpg.connect(database.app_url)
    made = Listener()
    await connection.add_listener(CHANNEL, made.hear)
    yield made
    await connection.remove_listener(CHANNEL, made.hear)
    await connection.close()


async def test_messages_are_stored_in_their_order_as_they_will_be_published(engine: AsyncEngine) -> None:
    async with transaction(engine) as connection:
        await store(connection, MESSAGES)
    rows = await stored(engine)
    assert [
        (row.exchange, row.routing_key, row.type, row.message_id, row.body.encode(), row.correlation_id)
        for row in rows
    ] == [
        (wanted.exchange, wanted.routing_key, wanted.type, wanted.message_id, wanted.body, wanted.correlation_id)
        for wanted in map(envelope_of, MESSAGES)
    ]
    assert decode_call_event(rows[0].body.encode()) == MESSAGES[0]


async def test_a_transaction_that_fails_announces_nothing(engine: AsyncEngine, listener: Listener) -> None:
    """F1: neither the row nor the wake-up comes before the commit."""
    with pytest.raises(ZeroDivisionError):  # noqa: PT012 - within the transaction
        async with transaction(engine) as connection:
            await store(connection, MESSAGES)
            raise ZeroDivisionError
    assert await stored(engine) == []
    assert not listener.heard.is_set()


async def test_the_commit_wakes_the_relay(engine: AsyncEngine, listener: Listener) -> None:
    async with transaction(engine) as connection:
        await store(connection, MESSAGES)
        assert await stored(engine) == []
        assert not listener.heard.is_set()
    with anyio.fail_after(HEARD_SECONDS_MAX):
        await listener.heard.wait()


async def test_nothing_to_tell_wakes_nobody(engine: AsyncEngine, listener: Listener) -> None:
    async with transaction(engine) as connection:
        await store(connection, [])
    async with transaction(engine) as connection:
        await connection.exec_driver_sql("NOTIFY another_channel")
    assert await stored(engine) == []
    assert not listener.heard.is_set()
