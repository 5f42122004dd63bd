"""Calls that were authorized and are over, and the events that say so."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from uuid import UUID

import aiormq
import asyncpg
from pamqp.common import FieldValue

from bench.people import PRICE_MINOR, account_id, tidy
from shared.bus.interface import Envelope, Outcome
from shared.bus.rabbit import RabbitBus
from shared.bus.topology import ACCOUNTS
from shared.ids import new_id
from shared.messages.base import EndReason
from shared.messages.events import CallEnded
from shared.messages.registry import envelope_of

NODE = "bench"
TALK_MS = 30_000
MAILBOX = "signaling.bench"
MAILBOX_MESSAGES_MAX = 1_000
_CALLS = UUID("018f0001-0000-7000-8000-000000000000").int


async def authorize(connection: asyncpg.Connection[asyncpg.Record], first: int, count: int) -> list[CallEnded]:
    """Have people 1 to `count` call the next `count` people; return how the calls, numbered from `first`, ended."""
    async with connection.transaction():
        await connection.execute(_AUTHORIZE, NODE, PRICE_MINOR, first, count)
        await connection.execute(_CLAIM)
    await tidy(connection, ["calls", "wallets"])
    ended_at = datetime.now(UTC)
    return [
        CallEnded(
            event_id=new_id(),
            call_id=UUID(int=_CALLS + first + number),
            caller_id=account_id(number),
            callee_id=account_id(number + count),
            node=NODE,
            reason=EndReason.HUNG_UP,
            talk_ms=TALK_MS,
            price_minor=PRICE_MINOR,
            started_at=ended_at - timedelta(milliseconds=TALK_MS),
            ended_at=ended_at,
        )
        for number in range(1, count + 1)
    ]


async def publish(bus: RabbitBus, events: list[CallEnded]) -> None:
    """Have the broker take all of them, as a signaling node would."""
    envelopes: list[Envelope] = [envelope_of(event) for event in events]
    outcomes = await bus.publish(envelopes)
    assert set(outcomes) <= {Outcome.CONFIRMED}, set(outcomes)


@asynccontextmanager
async def connected(rabbitmq_url: str, count: int) -> AsyncIterator[None]:
    """Have people 1 to `count` connected, as far as the broker knows: their notices go to a queue, not back."""
    connection = await aiormq.connect(rabbitmq_url)
    try:
        channel = await connection.channel()
        limit: dict[str, FieldValue] = {"x-max-length": MAILBOX_MESSAGES_MAX}
        await channel.queue_declare(MAILBOX, exclusive=True, arguments=limit)
        for number in range(1, count + 1):
            await channel.queue_bind(MAILBOX, ACCOUNTS.name, str(account_id(number)), nowait=True)
        # The answer to this comes after all of the bindings above.
        await channel.queue_declare(MAILBOX, exclusive=True, arguments=limit)
        yield
    finally:
        await connection.close()


_AUTHORIZE = """
    INSERT INTO calls (id, caller_id, callee_id, node, price_minor, minutes_held, authorized_at, lease_ends_at,
                       started_at)
    SELECT ('018f0001-0000-7000-8000-' || lpad(to_hex($3::bigint + n), 12, '0'))::uuid,
           ('018f0000-0000-7000-8000-' || lpad(to_hex(n), 12, '0'))::uuid,
           ('018f0000-0000-7000-8000-' || lpad(to_hex(n + $4::int), 12, '0'))::uuid,
           $1, $2::bigint, 1, now(), now() + interval '1 hour', now()
      FROM generate_series(1, $4::int) n
"""
_CLAIM = """
    UPDATE wallets w
       SET in_call_id = c.id, version = w.version + 1,
           held_minor = CASE WHEN w.account_id = c.caller_id THEN c.price_minor ELSE 0 END
      FROM calls c
     WHERE c.settled_at IS NULL AND w.account_id IN (c.caller_id, c.callee_id)
"""
