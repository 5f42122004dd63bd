"""A fact is stored and announced together: messages are rows of the transaction, and the relay publishes them."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import insert, text
from sqlalchemy.ext.asyncio import AsyncConnection

from shared.messages.events import Event
from shared.messages.notices import Notice
from shared.messages.registry import envelope_of
from shared.models import OutboxMessage

CHANNEL = "talktime_outbox"
"""The PostgreSQL notification channel that wakes the relay at the commit."""


async def store(connection: AsyncConnection, messages: Sequence[Event | Notice]) -> None:
    """Store the messages in this transaction; they are published soon after its commit, and only then."""
    if not messages:
        return
    rows = [
        {
            "message_id": envelope.message_id,
            "exchange": envelope.exchange,
            "routing_key": envelope.routing_key,
            "type": envelope.type,
            "correlation_id": envelope.correlation_id,
            "body": envelope.body.decode(),
        }
        for envelope in map(envelope_of, messages)
    ]
    await connection.execute(insert(OutboxMessage), rows)
    await connection.execute(text(f"NOTIFY {CHANNEL}"))
