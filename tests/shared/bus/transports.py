"""Both transports, as far as the contract tests look behind the interface."""

from __future__ import annotations

import asyncio
from typing import Protocol

import aio_pika
from aio_pika.abc import AbstractIncomingMessage
from msgspec import Struct

from shared.bus.interface import Bus, Delivery
from shared.bus.memory import MemoryBus
from shared.bus.rabbit import RabbitBus
from shared.bus.topology import mailbox_name
from shared.clock import Clock
from tests.shared.bus.story import in_time

PUBLISH_TIMEOUT_MS = 10_000
NODE = "node-1"


class DeadLetter(Struct, frozen=True, kw_only=True):
    """What an operator sees of a parked message."""

    message_id: str
    type: str
    correlation_id: str | None
    body: bytes
    reason: str
    original_queue: str
    failed_at: str


class Transport(Protocol):
    """A started bus, and what tests may see of its insides."""

    @property
    def bus(self) -> Bus:
        """Return the bus."""

    async def dead_letters(self, count: int) -> list[DeadLetter]:
        """Return the first so many dead letters, as soon as they are there."""

    async def logged(self, count: int) -> list[str]:
        """Return the message ids that the stream begins with."""

    async def lose_mailbox(self, node: str) -> None:
        """Have the broker lose a node's mailbox with what is in it."""

    async def close(self) -> None:
        """Close the bus and whatever looked into it."""


class Memory:
    """The in-process transport."""

    def __init__(self, *, clock: Clock | None = None) -> None:
        self.bus = MemoryBus(clock=clock)

    async def dead_letters(self, count: int) -> list[DeadLetter]:
        while len(self.bus.dead_letters) < count:  # noqa: ASYNC110 - a list in memory tells nobody when it grows
            await asyncio.sleep(0)
        return [
            DeadLetter(
                message_id=letter.message_id,
                type=letter.type,
                correlation_id=letter.correlation_id,
                body=letter.body,
                reason=letter.reason,
                original_queue=letter.original_queue,
                failed_at=letter.failed_at.isoformat(timespec="milliseconds"),
            )
            for letter in self.bus.dead_letters[:count]
        ]

    async def logged(self, count: int) -> list[str]:
        log: list[Delivery] = self.bus.stream("billing.log")
        return [delivery.message_id for delivery in log[:count]]

    async def lose_mailbox(self, node: str) -> None:
        self.bus.lose_mailbox(node)

    async def close(self) -> None:
        await self.bus.close()


class Rabbit:
    """RabbitMQ, in a virtual host of the test's own."""

    def __init__(self, url: str, *, clock: Clock | None = None) -> None:
        self.url = url
        self.bus = RabbitBus(url, publish_timeout_ms=PUBLISH_TIMEOUT_MS, node=NODE, clock=clock)

    async def dead_letters(self, count: int) -> list[DeadLetter]:
        return [_dead_letter(message) for message in await consumed(self.url, "billing.calls.dead", count)]

    async def logged(self, count: int) -> list[str]:
        messages = await consumed(self.url, "billing.log", count, offset="first")
        return [message.message_id or "" for message in messages]

    async def lose_mailbox(self, node: str) -> None:
        async with await aio_pika.connect(self.url) as connection:
            channel = await connection.channel()
            await channel.queue_delete(mailbox_name(node), if_unused=False, if_empty=False)

    async def close(self) -> None:
        await self.bus.close()


async def consumed(url: str, queue: str, count: int, *, offset: str | None = None) -> list[AbstractIncomingMessage]:
    """Return the first so many messages of a queue as the broker has them, and leave them there."""
    messages: list[AbstractIncomingMessage] = []
    enough = asyncio.Event()

    async def take(message: AbstractIncomingMessage) -> None:
        messages.append(message)
        if len(messages) >= count:
            enough.set()

    async with await aio_pika.connect(url) as connection:
        channel = await connection.channel()
        await channel.set_qos(prefetch_count=count)
        source = await channel.get_queue(queue)
        await source.consume(take, arguments={"x-stream-offset": offset} if offset else None)
        await in_time(enough.wait())
    return messages[:count]


def _dead_letter(message: AbstractIncomingMessage) -> DeadLetter:
    return DeadLetter(
        message_id=message.message_id or "",
        type=message.type or "",
        correlation_id=message.correlation_id,
        body=message.body,
        reason=str(message.headers["x-reason"]),
        original_queue=str(message.headers["x-original-queue"]),
        failed_at=str(message.headers["x-failed-at"]),
    )
