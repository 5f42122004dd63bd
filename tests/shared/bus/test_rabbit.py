"""What an operator of RabbitMQ sees, and what the broker itself is asked to keep."""

import asyncio
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import urlsplit

import aio_pika
import pytest
from aio_pika.abc import AbstractChannel, AbstractIncomingMessage, AbstractQueue
from aio_pika.exceptions import ChannelClosed, ChannelPreconditionFailed

from shared.bus.interface import BusError, NoReplyError, Outcome
from shared.bus.rabbit import RabbitBus
from shared.bus.rabbit.declaring import arguments_of
from shared.bus.topology import DELIVERY_LIMIT, QUEUES, mailbox_name
from shared.ids import new_id
from tests.harness.ports import free_port
from tests.shared.bus.story import (
    CALLS,
    DENIED,
    Consumed,
    Noticed,
    admission,
    call_event,
    deny,
    ids_of,
    in_time,
    notice_to,
)
from tests.shared.bus.transports import PUBLISH_TIMEOUT_MS, Rabbit, consumed

ARGUMENTS: dict[str, dict[str, Any]] = {
    "billing.calls": {
        "x-queue-type": "quorum",
        "x-delivery-limit": 20,
        "x-dead-letter-exchange": "dead-letters",
        "x-dead-letter-routing-key": "billing.calls",
        "x-dead-letter-strategy": "at-least-once",
        "x-overflow": "reject-publish",
    },
    "billing.calls.dead": {"x-queue-type": "quorum", "x-delivery-limit": 1_000_000_000},
    "billing.log": {"x-queue-type": "stream", "x-max-age": "90D"},
    "billing.requests.v2": {"x-queue-type": "quorum", "x-message-ttl": 3_000, "x-delivery-limit": 1_000_000_000},
    "signaling.node-7": {"x-queue-type": "quorum", "x-expires": 600_000, "x-delivery-limit": 1_000_000_000},
}


def test_no_queue_has_other_arguments_than_these() -> None:
    """An argument cannot be changed once the queue exists: whoever changes one here must rename the queue."""
    declared = {queue.name: arguments_of(queue) for queue in QUEUES}
    assert declared == {name: arguments for name, arguments in ARGUMENTS.items() if name.startswith("billing.")}


@pytest.mark.parametrize(
    ("queue", "otherwise"),
    [
        ("billing.calls", {"x-dead-letter-exchange": "calls"}),
        ("billing.calls.dead", {"x-delivery-limit": 20}),
        ("billing.log", {"x-max-age": "1D"}),
        ("billing.requests.v2", {"x-message-ttl": 1}),
        ("signaling.node-7", {"x-expires": 1}),
    ],
)
async def test_the_broker_has_the_queues_durable_and_as_declared(
    rabbit: Rabbit, queue: str, otherwise: dict[str, Any]
) -> None:
    await rabbit.bus.open_mailbox("node-7", Noticed().take)
    async with await aio_pika.connect(rabbit.url) as connection:
        channel = await connection.channel()
        await channel.declare_queue(queue, durable=True, arguments=ARGUMENTS[queue])
        with pytest.raises(ChannelPreconditionFailed):
            await channel.declare_queue(queue, durable=True, arguments=ARGUMENTS[queue] | otherwise)


@pytest.mark.parametrize(
    ("exchange", "kind"),
    [
        ("calls", "topic"),
        ("payments", "topic"),
        ("accounts", "direct"),
        ("dead-letters", "direct"),
        ("billing", "direct"),
    ],
)
async def test_exchanges_are_durable(rabbit: Rabbit, exchange: str, kind: str) -> None:
    async with await aio_pika.connect(rabbit.url) as connection:
        channel = await connection.channel()
        await channel.declare_exchange(exchange, kind, durable=True)
        with pytest.raises(ChannelPreconditionFailed):
            await channel.declare_exchange(exchange, kind, durable=False)


async def test_a_call_event_is_persistent_and_found_by_its_call(rabbit: Rabbit) -> None:
    """F2: what the management UI shows of a message explains itself."""
    sent = call_event()
    before = datetime.now(UTC).replace(microsecond=0)
    await rabbit.bus.publish([sent])
    (message,) = await consumed(rabbit.url, CALLS, 1)
    assert message.delivery_mode == aio_pika.DeliveryMode.PERSISTENT
    assert (message.message_id, message.type) == (str(sent.message_id), "sweep.due")
    assert message.correlation_id == message.headers["call_id"] == sent.correlation_id
    assert (message.content_type, message.app_id) == ("application/json", "talktime")
    assert message.timestamp is not None
    assert before <= message.timestamp.astimezone(UTC) <= before + timedelta(seconds=60)
    assert (message.exchange, message.routing_key) == ("calls", "sweep.due")


async def test_a_message_that_ends_its_consumers_is_parked_by_the_broker(rabbit: Rabbit) -> None:
    """F3: where the process dies of a message each time, nobody is left to reject it but the delivery limit."""
    sent = call_event()
    await rabbit.bus.publish([sent])
    async with await aio_pika.connect(rabbit.url) as connection:
        queue = await (await connection.channel()).get_queue(CALLS)
        for _ in range(DELIVERY_LIMIT + 1):
            await (await in_time(_got(queue))).reject(requeue=True)
    (letter,) = await consumed(rabbit.url, "billing.calls.dead", 1)
    assert letter.message_id == str(sent.message_id)


async def test_publishes_given_up_half_way_disturb_no_other(rabbit: Rabbit) -> None:
    """F2: whoever is cancelled while publishing leaves the channel as it was."""
    for steps in range(30):
        given_up = asyncio.create_task(rabbit.bus.publish([call_event(), notice_to(new_id())]))
        for _ in range(steps):
            await asyncio.sleep(0)
        given_up.cancel()
        await asyncio.wait({given_up})
        outcomes = await rabbit.bus.publish([notice_to(new_id()), call_event()])
        assert outcomes == [Outcome.UNROUTABLE, Outcome.CONFIRMED]


async def test_the_reply_queue_is_the_nodes_own(rabbit: Rabbit) -> None:
    async with await aio_pika.connect(rabbit.url) as connection:
        channel = await connection.channel()
        with pytest.raises(ChannelClosed, match="RESOURCE_LOCKED"):
            await channel.declare_queue("signaling.node-1.replies", exclusive=True)


async def test_a_request_nobody_can_read_is_dropped_and_the_next_one_answered(rabbit: Rabbit) -> None:
    """F3."""
    await rabbit.bus.serve(deny, batch_max=4)
    async with await aio_pika.connect(rabbit.url) as connection:
        channel = await connection.channel()
        exchange = await channel.get_exchange("billing")
        for body in (b"{", b"\xff", b'{"type":"pay"}', b""):
            await exchange.publish(aio_pika.Message(body), "requests")
    assert await rabbit.bus.ask(admission(), timeout_ms=10_000) == DENIED


async def test_a_request_without_a_way_back_harms_nobody(rabbit: Rabbit) -> None:
    await rabbit.bus.serve(deny, batch_max=4)
    async with await aio_pika.connect(rabbit.url) as connection:
        channel = await connection.channel()
        body = b'{"type":"admit","account_id":"%b","session_id":"%b"}' % ((str(new_id()).encode(),) * 2)
        exchange = await channel.get_exchange("billing")
        await exchange.publish(aio_pika.Message(body), "requests")
        await exchange.publish(aio_pika.Message(body, reply_to="gone"), "requests")
    assert await rabbit.bus.ask(admission(), timeout_ms=10_000) == DENIED


async def test_what_an_operator_publishes_by_hand_is_consumed(rabbit: Rabbit) -> None:
    handled = Consumed()
    await rabbit.bus.consume(CALLS, handled, batch_max=10)
    async with await aio_pika.connect(rabbit.url) as connection:
        channel = await connection.channel()
        exchange = await channel.get_exchange("calls")
        await exchange.publish(aio_pika.Message(b"by hand", message_id="again"), "call.ended")
    (delivery,) = await handled.messages(1)
    assert (delivery.type, delivery.message_id, delivery.body) == ("", "again", b"by hand")


async def test_what_an_earlier_process_left_in_its_mailbox_is_removed(rabbit: Rabbit) -> None:
    before, now = new_id(), new_id()
    name = mailbox_name("node-7")
    async with await aio_pika.connect(rabbit.url) as connection:
        channel = await connection.channel()
        left = await channel.declare_queue(name, durable=True, arguments=ARGUMENTS[name])
        await left.bind("accounts", str(before))
        await rabbit.bus.publish([notice_to(before)])
    noticed = Noticed()
    mailbox = await rabbit.bus.open_mailbox("node-7", noticed.take)
    await mailbox.bind(now)
    notice = notice_to(now)
    assert await rabbit.bus.publish([notice_to(before), notice]) == [Outcome.UNROUTABLE, Outcome.CONFIRMED]
    assert ids_of(await noticed.messages(1)) == ids_of([notice])


async def test_a_queue_deleted_by_hand_comes_back_with_its_consumer(rabbit: Rabbit) -> None:
    """F4: the broker cancels the consumer, and nobody has to restart anything."""
    handled = Consumed()
    await rabbit.bus.consume(CALLS, handled, batch_max=10)
    async with await aio_pika.connect(rabbit.url) as connection:
        channel = await connection.channel()
        await channel.queue_delete(CALLS, if_unused=False, if_empty=False)
        await in_time(_consumed_by_somebody(channel, CALLS))
    sent = call_event()
    assert await rabbit.bus.publish([sent]) == [Outcome.CONFIRMED]
    await handled.all_of([sent])


async def test_a_mailbox_deleted_by_hand_comes_back_with_its_bindings(rabbit: Rabbit) -> None:
    account_id = new_id()
    noticed = Noticed()
    mailbox = await rabbit.bus.open_mailbox("node-7", noticed.take)
    await mailbox.bind(account_id)
    name = mailbox_name("node-7")
    async with await aio_pika.connect(rabbit.url) as connection:
        channel = await connection.channel()
        await channel.queue_delete(name, if_unused=False, if_empty=False)
        await in_time(_consumed_by_somebody(channel, name))
    assert await rabbit.bus.publish([notice_to(account_id)]) == [Outcome.CONFIRMED]
    await noticed.messages(1)


async def test_giving_up_a_bind_does_not_disturb_the_mailbox(rabbit: Rabbit) -> None:
    """A socket that closes as its account is being bound cancels the binding half-way."""
    noticed = Noticed()
    mailbox = await rabbit.bus.open_mailbox("node-7", noticed.take)
    given_up = asyncio.create_task(mailbox.bind(new_id()))
    await asyncio.sleep(0)
    given_up.cancel()
    await asyncio.wait({given_up})
    account_id = new_id()
    await mailbox.bind(account_id)
    assert await rabbit.bus.publish([notice_to(account_id)]) == [Outcome.CONFIRMED]
    assert not (await noticed.messages(1))[0].redelivered


async def test_a_bus_without_node_asks_nothing_and_does_everything_else(vhost_url: str) -> None:
    bus = RabbitBus(vhost_url, publish_timeout_ms=PUBLISH_TIMEOUT_MS)
    await bus.start()
    try:
        assert bus.connected
        handled = Consumed()
        await bus.consume(CALLS, handled, batch_max=1)
        assert await bus.publish([call_event()]) == [Outcome.CONFIRMED]
        await handled.messages(1)
        with pytest.raises(BusError, match="no node"):
            await bus.ask(admission(), timeout_ms=1_000)
    finally:
        await bus.close()


async def test_without_a_broker_nothing_fails_and_nothing_waits() -> None:
    bus = RabbitBus(f"amqp://127.0.0.1:{free_port()}/", publish_timeout_ms=PUBLISH_TIMEOUT_MS, node="node-1")
    async with asyncio.timeout(5):
        await bus.start()
        assert not bus.connected
        assert await bus.publish([call_event()]) == [Outcome.REFUSED]
        with pytest.raises(NoReplyError):
            await bus.ask(admission(), timeout_ms=60_000)
        subscription = await bus.consume(CALLS, Consumed(), batch_max=1)
        mailbox = await bus.open_mailbox("node-1", Noticed().take)
        account_id = new_id()
        await mailbox.bind(account_id)
        await mailbox.unbind(account_id)
        await subscription.stop()
        await bus.close()


async def test_of_several_urls_the_one_that_answers_is_connected_to(
    vhost_url: str, caplog: pytest.LogCaptureFixture
) -> None:
    """E7: whichever comes first; what is logged of the other names its host, and not the password."""
    away = f"amqp://app:s3cr3t-of-the-broker@127.0.0.1:{free_port()}/{vhost_url.rpartition('/')[2]}"
    for _ in range(4):
        bus = RabbitBus(f"{away},{vhost_url},{away}", publish_timeout_ms=PUBLISH_TIMEOUT_MS, node="node-1")
        await bus.start()
        assert bus.connected
        assert await bus.publish([call_event()]) == [Outcome.CONFIRMED]
        await bus.close()
    assert f"cannot connect to {urlsplit(away).netloc.rpartition('@')[2]}" in caplog.text
    assert "s3cr3t" not in caplog.text


async def test_a_request_that_nobody_took_in_time_is_gone(rabbit: Rabbit) -> None:
    """RabbitMQ 3.10 expires the messages of quorum queues, too."""
    with pytest.raises(NoReplyError):
        await rabbit.bus.ask(admission(), timeout_ms=50)
    async with await aio_pika.connect(rabbit.url) as connection:
        queue = await (await connection.channel()).get_queue("billing.requests.v2")
        assert await queue.get(fail=False) is None


async def _got(queue: AbstractQueue) -> AbstractIncomingMessage:
    """Return the next message; a quorum queue takes a moment to offer a returned one again."""
    while (message := await queue.get(fail=False)) is None:  # noqa: ASYNC110 - the broker tells nobody
        await asyncio.sleep(0.005)
    return message


async def _consumed_by_somebody(channel: AbstractChannel, queue: str) -> None:
    """Return when the queue is there and has a consumer; the broker tells nobody of either."""
    while True:
        probe = await channel.get_queue(queue, ensure=False)
        try:
            declared = await probe.declare()
        except ChannelClosed:
            await channel.reopen()
            continue
        if declared.consumer_count:
            return
        await asyncio.sleep(0.01)


async def test_a_second_node_of_the_same_name_takes_no_notices_from_the_first(rabbit: Rabbit) -> None:
    """A8: else half of what ends sessions would go where nobody is; once the first is gone, the name is free."""
    account_id = new_id()
    first, second = Noticed(), Noticed()
    mailbox = await rabbit.bus.open_mailbox("node-7", first.take)
    await mailbox.bind(account_id)
    other = RabbitBus(rabbit.url, publish_timeout_ms=PUBLISH_TIMEOUT_MS)
    await other.start()
    namesake = asyncio.create_task(other.open_mailbox("node-7", second.take))
    notices = [notice_to(account_id) for _ in range(20)]
    await asyncio.wait({namesake}, timeout=1)
    assert await rabbit.bus.publish(notices) == [Outcome.CONFIRMED] * len(notices)
    assert ids_of(await first.messages(len(notices))) == ids_of(notices)
    await mailbox.stop()
    await (await namesake).bind(account_id)
    last = notice_to(account_id)
    while await rabbit.bus.publish([last]) != [Outcome.CONFIRMED]:  # noqa: ASYNC110 - the bus tells nobody
        await asyncio.sleep(0.05)
    assert ids_of(await second.messages(1)) == ids_of([last])
    await other.close()
