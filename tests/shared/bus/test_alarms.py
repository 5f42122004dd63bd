"""F4, E7: a broker that is short of memory takes nothing more, and says so to nobody who only waits."""

import asyncio
import time

import pytest

from shared.bus.interface import Outcome, UnavailableError
from shared.bus.rabbit import RabbitBus
from tests.harness.fixtures import PrivateRabbit
from tests.harness.rabbitmq_process import RabbitProcess
from tests.shared.bus.story import CALLS, Consumed, call_events, in_time
from tests.shared.bus.transports import Rabbit, consumed

PUBLISH_TIMEOUT_MS = 1_000
UNTIL_NOTICED_SECONDS_MAX = 30


async def test_under_a_memory_alarm_publishes_end_in_time_and_consumers_go_on(
    private_rabbitmq: PrivateRabbit,
) -> None:
    """F2: what is unknown is published again with the same id, and all of it is there afterwards."""
    broker = private_rabbitmq.broker
    if not isinstance(broker, RabbitProcess):
        pytest.skip("a broker in a container has no command line here to raise an alarm with")
    bus = RabbitBus(private_rabbitmq.vhost_url, publish_timeout_ms=PUBLISH_TIMEOUT_MS)
    await bus.start()
    backlog, later = call_events(200), call_events(50)
    assert set(await bus.publish(backlog)) == {Outcome.CONFIRMED}
    await broker.control("set_vm_memory_high_watermark", "0")
    try:
        began = time.monotonic()
        outcomes = await bus.publish(later)
        assert time.monotonic() - began < PUBLISH_TIMEOUT_MS / 1_000 * 2
        assert Outcome.CONFIRMED not in outcomes
        handled = Consumed()
        await bus.consume(CALLS, handled, batch_max=50)
        await handled.all_of(backlog)
    finally:
        await broker.control("set_vm_memory_high_watermark", "0.4")
    waiting = later
    async with asyncio.timeout(UNTIL_NOTICED_SECONDS_MAX):
        while waiting:
            outcomes = await bus.publish(waiting)
            pairs = zip(waiting, outcomes, strict=True)
            waiting = [event for event, outcome in pairs if outcome is not Outcome.CONFIRMED]
    await handled.all_of(later)
    await bus.close()


async def test_waiting_for_a_database_spends_no_deliveries(rabbit: Rabbit) -> None:
    """C12, F3: tried more often than the queue would deliver it, the message has been delivered once."""
    tries = 0

    async def without_a_database(batch: object) -> tuple[()]:
        nonlocal tries
        tries += 1
        if tries < 5:
            raise UnavailableError("the database is away")
        return ()

    handled = Consumed(without_a_database)
    subscription = await rabbit.bus.consume(CALLS, handled, batch_max=10)
    sent = call_events(3)
    await rabbit.bus.publish(sent)
    await handled.all_of(sent)
    assert not any(delivery.redelivered for delivery in handled.done)
    await subscription.stop()


async def test_a_message_given_back_has_nearly_all_its_deliveries_left(rabbit: Rabbit) -> None:
    """Of the broker's own count, which ends a message, the end of a consumer in an outage costs one at most."""

    async def without_a_database(batch: object) -> tuple[()]:
        raise UnavailableError("the database is away")

    handled = Consumed(without_a_database)
    subscription = await rabbit.bus.consume(CALLS, handled, batch_max=10)
    await rabbit.bus.publish(call_events(1))
    await handled.calls(3)
    await in_time(subscription.stop())
    (message,) = await consumed(rabbit.url, CALLS, 1)
    assert message.headers.get("x-delivery-count", 0) in (0, 1)
