"""F4: consumers that the broker has lost without a word consume again, and nobody restarts a program for it."""

import asyncio
from collections.abc import AsyncIterator

import aio_pika
import pytest
from aio_pika.abc import AbstractIncomingMessage

from shared.bus.interface import Outcome
from shared.bus.rabbit import RabbitBus
from shared.bus.rabbit.declaring import arguments_of
from shared.bus.topology import CALL_EVENTS
from tests.shared.bus.proxy import Proxy, proxied
from tests.shared.bus.story import CALLS, Consumed, call_event, call_events, in_time
from tests.shared.bus.transports import PUBLISH_TIMEOUT_MS

WATCH_MS = 100


@pytest.fixture
async def proxy(anyio_backend: str, vhost_url: str) -> AsyncIterator[Proxy]:
    """A network that the test may disturb."""
    async with proxied(vhost_url) as made:
        yield made


@pytest.fixture
async def bus(proxy: Proxy) -> AsyncIterator[RabbitBus]:
    """A bus behind it, that looks after its consumers often."""
    made = RabbitBus(proxy.url, publish_timeout_ms=PUBLISH_TIMEOUT_MS, watch_ms=WATCH_MS)
    await made.start()
    yield made
    await made.close()


async def test_a_consumer_that_the_broker_does_not_know_any_more_consumes_anew(
    proxy: Proxy, bus: RabbitBus, caplog: pytest.LogCaptureFixture
) -> None:
    """It is cancelled behind our back, and nothing is said of it."""
    handled = Consumed()
    await bus.consume(CALLS, handled, batch_max=10)
    proxy.cancel_consumers()
    sent = call_event()
    assert await bus.publish([sent]) == [Outcome.CONFIRMED]
    await handled.all_of([sent])
    assert "the broker knows no consumer of it" in caplog.text


async def test_one_of_several_consumers_is_missed_by_the_messages_that_wait(
    vhost_url: str, proxy: Proxy, bus: RabbitBus, caplog: pytest.LogCaptureFixture
) -> None:
    """Another worker, that is stuck, is counted; ours is not there, and the queue does not move."""
    handled = Consumed()
    await bus.consume(CALLS, handled, batch_max=10)
    async with await aio_pika.connect(vhost_url) as connection:
        channel = await connection.channel()
        await channel.set_qos(prefetch_count=1)
        held: asyncio.Queue[AbstractIncomingMessage] = asyncio.Queue()
        await (await channel.get_queue(CALLS)).consume(held.put)
        proxy.cancel_consumers()
        events = call_events(5)
        assert set(await bus.publish(events)) == {Outcome.CONFIRMED}
        stuck = await in_time(held.get())
        await handled.all_of([event for event in events if str(event.message_id) != stuck.message_id])
        assert "messages wait, and none comes" in caplog.text


async def test_a_queue_deleted_and_made_anew_by_somebody_else_is_consumed(vhost_url: str, bus: RabbitBus) -> None:
    """At once, before anybody could notice that it was gone."""
    handled = Consumed()
    await bus.consume(CALLS, handled, batch_max=10)
    async with await aio_pika.connect(vhost_url) as connection:
        channel = await connection.channel()
        await channel.queue_delete(CALLS, if_unused=False, if_empty=False)
        queue = await channel.declare_queue(CALLS, durable=True, arguments={**arguments_of(CALL_EVENTS)})
        for binding in CALL_EVENTS.bindings:
            await queue.bind(binding.exchange, binding.routing_key)
    sent = call_event()
    assert await bus.publish([sent]) == [Outcome.CONFIRMED]
    await handled.all_of([sent])


async def test_a_line_that_went_silent_is_given_up(
    proxy: Proxy, bus: RabbitBus, caplog: pytest.LogCaptureFixture
) -> None:
    """Nothing closes the connection: looks and heartbeats find out, in less than half a minute."""
    handled = Consumed()
    await bus.consume(CALLS, handled, batch_max=10)
    proxy.silent = True
    async with asyncio.timeout(30):
        while bus.connected:  # noqa: ASYNC110 - the bus tells nobody
            await asyncio.sleep(0.05)
    await proxy.stop()
    proxy.silent = False
    sent = call_event()
    async with asyncio.timeout(30):
        while await bus.publish([sent]) != [Outcome.CONFIRMED]:  # noqa: ASYNC110 - see above
            await asyncio.sleep(0.05)
    await handled.all_of([sent])


async def test_a_consumer_at_work_and_a_quiet_one_are_left_alone(
    bus: RabbitBus, caplog: pytest.LogCaptureFixture
) -> None:
    """One message at a time, for many looks: none is delivered twice for it."""
    may_go_on = asyncio.Event()

    async def slow(batch: object) -> tuple[()]:
        await may_go_on.wait()
        return ()

    handled = Consumed(slow)
    await bus.consume(CALLS, handled, batch_max=1)
    events = call_events(6)
    await bus.publish(events)
    await handled.calls(1)
    await asyncio.sleep(WATCH_MS * 5 / 1_000)
    may_go_on.set()
    done = await handled.messages(6)
    await asyncio.sleep(WATCH_MS * 5 / 1_000)
    assert not any(delivery.redelivered for delivery in done)
    assert "consumes anew" not in caplog.text
