"""A fact is stored and announced together: messages are rows of the transaction, and the relay publishes them."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from shared.bus.interface import Envelope
from shared.failpoints import Failpoint, failpoint
from shared.messages.events import Event
from shared.messages.nodes import PresenceHint
from shared.messages.notices import Notice
from shared.messages.registry import broadcast_of, envelope_of
from shared.models import METADATA, OutboxMessage
from shared.unnest import array, arrays, insert_rows

CHANNEL = "talktime_outbox"
"""The PostgreSQL notification channel that wakes the relay at the commit."""


async def store(connection: AsyncConnection, messages: Sequence[Event | Notice | PresenceHint]) -> None:
    """Store the messages in this transaction; they are published soon after its commit, and only then."""
    if not messages:
        return
    await failpoint(Failpoint.OUTBOX_REACHED)
    envelopes = [_addressed(message) for message in messages]
    bodies = [envelope.body.decode() for envelope in envelopes]
    await connection.execute(_STORE, {**arrays(envelopes, _ADDRESS), **array("body", bodies)})
    await failpoint(Failpoint.OUTBOX_STORED)
    await connection.execute(_RING)


def _addressed(message: Event | Notice | PresenceHint) -> Envelope:
    return broadcast_of(message) if isinstance(message, PresenceHint) else envelope_of(message)


_ADDRESS = ["message_id", "exchange", "routing_key", "type", "correlation_id"]
_STORE = insert_rows(METADATA.tables[OutboxMessage.__tablename__], [*_ADDRESS, "body"])
_RING = text(f"NOTIFY {CHANNEL}")
