"""What an operator finds in RabbitMQ: queues that explain themselves, bodies to read, calls by their id."""

import asyncio
import json
from collections.abc import AsyncIterator
from typing import Any

import aio_pika
import httpx
import pytest

from shared.bus.topology import BILLING_LOG, CALL_EVENTS, DEAD_CALL_EVENTS, mailbox_name
from shared.messages import from_client, to_client
from tests.harness.databases import Database
from tests.harness.programs import Programs
from tests.journeys.installation import Separate
from tests.journeys.talk import answer, over, ring

SECONDS_MAX = 15
NODE = "stage"


@pytest.fixture
async def channel(vhost_url: str) -> AsyncIterator[aio_pika.abc.AbstractChannel]:
    """The operator's own way into the broker."""
    connection = await aio_pika.connect(vhost_url)
    async with connection, connection.channel() as channel:
        await channel.set_qos(prefetch_count=100)
        yield channel


async def test_a_calls_messages_are_found_by_its_id(
    programs: Programs,
    database: Database,
    vhost_url: str,
    http: httpx.AsyncClient,
    channel: aio_pika.abc.AbstractChannel,
) -> None:
    """The stream keeps every event as JSON that a person can read, with the call's id as correlation id."""
    own = await Separate.start(programs, database, vhost_url, http, changes={"TALKTIME_NODE": NODE})
    caller, callee = await own.person(money_minor=100), await own.person()
    async with caller.device() as calling, callee.device() as called:
        call_id = await ring(calling, callee, called)
        await answer(call_id, calling, called)
        await calling.send(from_client.HangUp(call_id=call_id))
        await over(calling, called)
        await calling.expect(to_client.Charged)
        for name in (CALL_EVENTS.name, DEAD_CALL_EVENTS.name, BILLING_LOG.name, mailbox_name(NODE)):
            assert (await channel.declare_queue(name, passive=True)).name == name

    messages = await _of_the_call(channel, str(call_id), count=2)
    assert [message.type for message in messages] == ["call.started", "call.ended"]
    started, ended = (json.loads(message.body) for message in messages)
    assert started["caller_id"] == ended["caller_id"] == str(caller.id)
    assert ended["reason"] == "hung_up"
    assert all(message.content_type == "application/json" for message in messages)
    assert all(message.delivery_mode is aio_pika.DeliveryMode.PERSISTENT for message in messages)


async def test_a_message_published_by_hand_that_nobody_can_read_is_parked(
    own_separate: Separate, channel: aio_pika.abc.AbstractChannel
) -> None:
    """F3: poison goes to the dead letters with its reason, and the queue goes on."""
    exchange = await channel.get_exchange("calls")
    await exchange.publish(aio_pika.Message(b'{"type": "call.ended", "talk_ms": "long"}'), "call.ended")
    caller, callee = await own_separate.person(money_minor=100), await own_separate.person()
    async with caller.device() as calling, callee.device() as called:
        call_id = await ring(calling, callee, called)
        await calling.send(from_client.Cancel(call_id=call_id))
        await over(calling, called)
        await calling.expect(to_client.Charged)
    dead = await channel.get_queue(DEAD_CALL_EVENTS.name)
    message = await dead.get(timeout=SECONDS_MAX)
    assert message is not None
    assert "unreadable" in str(message.headers["x-reason"])
    await message.ack()


async def _of_the_call(
    channel: aio_pika.abc.AbstractChannel, call_id: str, *, count: int
) -> list[aio_pika.abc.AbstractIncomingMessage]:
    """Read the stream from its beginning until so many messages of the call were seen."""
    stream = await channel.get_queue(BILLING_LOG.name)
    found: list[aio_pika.abc.AbstractIncomingMessage] = []
    enough = asyncio.Event()

    async def take(message: Any) -> None:
        await message.ack()
        if message.correlation_id == call_id:
            found.append(message)
        if len(found) == count:
            enough.set()

    await stream.consume(take, arguments={"x-stream-offset": "first"})
    async with asyncio.timeout(SECONDS_MAX):
        await enough.wait()
    return found
