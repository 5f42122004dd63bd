"""What somebody with access to the broker could publish: old events again, in any order, and what is none."""

from __future__ import annotations

import asyncio
import contextlib
import random

import aio_pika
from aio_pika.abc import AbstractChannel, AbstractIncomingMessage

from tests.faults.stage import VHOST, Stage

REPEATED_MAX = 300
READ_SECONDS = 1.0
POISON = (
    b"",
    b"no JSON",
    b"[]",
    b'{"type": "call.ended"}',
    b'{"type": "nothing.known"}',
    b'{"type": "call.ended", "talk_ms": -1}',
    b'{"type": "sweep.due", "event_id": "x", "call_id": "x", "minutes_held": 1}',
    b"\xff\xfe",
    b'{"a":' * 2_000,
)


async def repeated(stage: Stage, chance: random.Random) -> None:
    """Publish events of the log again, shuffled, some of them several times."""
    async with await aio_pika.connect(f"{stage.broker.address.url}/{VHOST}") as connection:
        channel = await connection.channel()
        events = await _logged(channel)
        chosen = [chance.choice(events) for _ in range(min(REPEATED_MAX, 3 * len(events)))]
        exchange = await channel.get_exchange("calls")
        for event in chosen:
            message = aio_pika.Message(
                event.body,
                type=event.type,
                message_id=event.message_id,
                correlation_id=event.correlation_id,
                delivery_mode=aio_pika.DeliveryMode.PERSISTENT,
            )
            await exchange.publish(message, event.routing_key or "")


async def poisoned(stage: Stage, chance: random.Random) -> None:
    """Publish what nobody can read, between the events of calls."""
    async with await aio_pika.connect(f"{stage.broker.address.url}/{VHOST}") as connection:
        channel = await connection.channel()
        exchange = await channel.get_exchange("calls")
        for body in chance.sample(POISON, len(POISON)):
            await exchange.publish(aio_pika.Message(body, type="call.ended"), "call.ended")
            stage.poison += 1


async def _logged(channel: AbstractChannel) -> list[AbstractIncomingMessage]:
    """Return what the stream of all events has of calls."""
    found: list[AbstractIncomingMessage] = []

    async def take(message: AbstractIncomingMessage) -> None:
        await message.ack()
        if message.exchange == "calls" and b"type" in message.body and message.correlation_id:
            found.append(message)

    await channel.set_qos(prefetch_count=500)
    stream = await channel.get_queue("billing.log")
    tag = await stream.consume(take, arguments={"x-stream-offset": "first"})
    await asyncio.sleep(READ_SECONDS)
    with contextlib.suppress(Exception):
        await stream.cancel(tag)
    return found
