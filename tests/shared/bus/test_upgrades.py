"""A broker that an earlier version has worked with."""

import asyncio
from typing import Any

import aio_pika

from shared.bus.interface import Outcome
from shared.bus.topology import mailbox_name
from shared.ids import new_id
from tests.shared.bus.story import DENIED, Noticed, admission, deny, notice_to
from tests.shared.bus.transports import Rabbit

OUTDATED = "billing.requests"
CLASSIC_MAILBOX: dict[str, Any] = {"x-queue-type": "classic", "x-expires": 600_000}


async def test_the_requests_queue_of_before_is_left_empty(vhost_url: str) -> None:
    """Both versions answer while both run; what the old queue had expires, and it gets no more."""
    async with await aio_pika.connect(vhost_url) as connection:
        channel = await connection.channel()
        exchange = await channel.declare_exchange("billing", "direct", durable=True)
        before = await channel.declare_queue(OUTDATED, durable=True, arguments={"x-queue-type": "classic"})
        await before.bind(exchange, "requests")
        rabbit = Rabbit(vhost_url)
        await rabbit.bus.start()
        await rabbit.bus.serve(deny, batch_max=4)
        for _ in range(3):
            assert await rabbit.bus.ask(admission(), timeout_ms=10_000) == DENIED
        left = await channel.declare_queue(OUTDATED, passive=True)
        assert left.declaration_result.message_count == 0
        await rabbit.close()


async def test_until_a_newer_worker_serves_an_older_one_is_asked(vhost_url: str) -> None:
    """Signaling may be upgraded first: its requests reach the queue that older workers take from."""
    async with await aio_pika.connect(vhost_url) as connection:
        channel = await connection.channel()
        exchange = await channel.declare_exchange("billing", "direct", durable=True)
        before = await channel.declare_queue(OUTDATED, durable=True, arguments={"x-queue-type": "classic"})
        await before.bind(exchange, "requests")
        rabbit = Rabbit(vhost_url)
        await rabbit.bus.start()
        async with before.iterator() as arrived:
            asked = asyncio.create_task(rabbit.bus.ask(admission(), timeout_ms=10_000))
            message = await anext(arrived)
            await message.ack()
            assert message.reply_to == "signaling.node-1.replies"
            asked.cancel()
        await rabbit.close()


async def test_a_mailbox_of_before_is_made_anew(vhost_url: str) -> None:
    """Under the same name, although its arguments are others."""
    account_id, name = new_id(), mailbox_name("node-7")
    async with await aio_pika.connect(vhost_url) as connection:
        channel = await connection.channel()
        await channel.declare_queue(name, durable=True, arguments=CLASSIC_MAILBOX)
        rabbit = Rabbit(vhost_url)
        await rabbit.bus.start()
        noticed = Noticed()
        mailbox = await rabbit.bus.open_mailbox("node-7", noticed.take)
        await mailbox.bind(account_id)
        assert await rabbit.bus.publish([notice_to(account_id)]) == [Outcome.CONFIRMED]
        await noticed.messages(1)
        await rabbit.close()
