"""Looking through dead letters, sending them again and dropping them, as the broker sees it."""

import asyncio
from collections.abc import Sequence

import aio_pika
import pytest
from aio_pika.abc import AbstractIncomingMessage
from aiormq.abc import DeliveredMessage
from pamqp.commands import Basic
from pamqp.common import FieldTable
from pamqp.header import ContentHeader

from shared.bus.interface import BusError, Delivery, Envelope, Rejected
from shared.bus.rabbit.dead_letters import DeadLettersAwayError, open_dead_letters
from shared.bus.rabbit.letters import Letter, can_be_sent_again, letter
from shared.bus.topology import DELIVERY_LIMIT
from tests.harness.ports import free_port
from tests.shared.bus.story import CALLS, Consumed, call_events, ids_of, in_time
from tests.shared.bus.transports import PUBLISH_TIMEOUT_MS, Rabbit, consumed

DEAD = "billing.calls.dead"


async def reject_all(batch: Sequence[Delivery]) -> Sequence[Rejected]:
    """Reject every message, naming its place in the batch."""
    return [Rejected(delivery, f"broken: {delivery.message_id}") for delivery in batch]


async def parked(rabbit: Rabbit, sent: Sequence[Envelope]) -> None:
    """Have messages rejected, and return when they are dead letters."""
    await rabbit.bus.publish(sent)
    subscription = await rabbit.bus.consume(CALLS, Consumed(reject_all), batch_max=50)
    await in_time(_there(rabbit.url, DEAD, len(sent)))
    await subscription.stop()


async def looked(url: str) -> list[Letter]:
    """Return the letters of one look."""
    async with open_dead_letters(url, publish_timeout_ms=PUBLISH_TIMEOUT_MS) as box:
        return box.letters


async def ready(url: str, queue: str) -> int:
    """Return how many messages wait in a queue for somebody."""
    async with await aio_pika.connect(url) as connection:
        channel = await connection.channel()
        declared = await channel.declare_queue(queue, passive=True)
        return declared.declaration_result.message_count or 0


async def test_a_letter_tells_what_it_is_why_and_when(rabbit: Rabbit) -> None:
    """F3."""
    (sent,) = call_events(1)
    await parked(rabbit, [sent])
    (found,) = await looked(rabbit.url)
    assert (found.id, found.type, found.call_id) == (str(sent.message_id), "sweep.due", sent.correlation_id)
    assert (found.reason, found.queue, found.times) == (f"broken: {sent.message_id}", CALLS, 1)
    assert found.failed_at is not None
    assert found.body == sent.body
    assert found.properties["content_type"] == "application/json"


async def test_looking_changes_neither_order_nor_number(rabbit: Rabbit) -> None:
    """RabbitMQ returns more than 32 at once in any order: who looks must give them back more carefully."""
    sent = call_events(150)
    await parked(rabbit, sent)
    for _ in range(3):
        assert [one.id for one in await looked(rabbit.url)] == ids_of(sent)
    assert await ready(rabbit.url, DEAD) == len(sent)


async def test_what_the_broker_parked_itself_has_a_reason_too(rabbit: Rabbit) -> None:
    """F3: a message of which the process dies each time."""
    (sent,) = call_events(1)
    await rabbit.bus.publish([sent])
    async with await aio_pika.connect(rabbit.url) as connection:
        queue = await (await connection.channel()).get_queue(CALLS)
        for _ in range(DELIVERY_LIMIT + 1):
            message: AbstractIncomingMessage | None = None
            while message is None:
                message = await queue.get(fail=False)
            await message.reject(requeue=True)
    await in_time(_there(rabbit.url, DEAD, 1))
    (found,) = await looked(rabbit.url)
    assert found.reason == "given up by the broker: delivered more than 20 times, and never finished"
    assert (found.id, found.queue, found.times) == (str(sent.message_id), CALLS, 1)
    assert found.failed_at is not None


def test_what_somebody_put_there_by_hand_can_be_named() -> None:
    """The management UI publishes without an id, our libraries never do."""
    plain, lost = by_hand({}), by_hand({"x-original-queue": "nonesuch", "x-failed-at": "yesterday"})
    assert plain.id == lost.id
    assert plain.id.startswith("body-")
    assert plain.reason.startswith("unknown")
    assert (plain.queue, plain.failed_at, lost.failed_at) == (CALLS, None, None)
    assert (can_be_sent_again(plain), can_be_sent_again(lost)) == (True, False)


def by_hand(headers: FieldTable) -> Letter:
    """Return a letter that nobody of ours wrote."""
    header = ContentHeader(properties=Basic.Properties(headers=headers))
    delivered = Basic.GetOk(delivery_tag=1, exchange="", routing_key=DEAD)
    return letter(DeliveredMessage(delivery=delivered, header=header, body=b"{", channel=None))  # type: ignore[arg-type]


async def test_a_letter_sent_again_is_processed_and_gone(rabbit: Rabbit) -> None:
    """F3: as it was, and not into the log a second time."""
    sent = call_events(5)
    await parked(rabbit, sent)
    async with open_dead_letters(rabbit.url, publish_timeout_ms=PUBLISH_TIMEOUT_MS) as box:
        assert await box.send_again(box.letters[1:3]) == []
    handled = Consumed()
    await rabbit.bus.consume(CALLS, handled, batch_max=10)
    messages = await handled.messages(2)
    assert ids_of(messages) == ids_of(sent[1:3])
    assert [message.body for message in messages] == [envelope.body for envelope in sent[1:3]]
    assert [message.correlation_id for message in messages] == [envelope.correlation_id for envelope in sent[1:3]]
    assert [one.id for one in await looked(rabbit.url)] == ids_of([sent[0], *sent[3:]])
    logged = await consumed(rabbit.url, "billing.log", 5, offset="first")
    assert [message.message_id for message in logged] == ids_of(sent)


async def test_a_letter_that_fails_again_counts(rabbit: Rabbit) -> None:
    """Whoever parks it: a consumer here, the broker at last."""
    (sent,) = call_events(1)
    await parked(rabbit, [sent])
    for times in (2, 3):
        async with open_dead_letters(rabbit.url, publish_timeout_ms=PUBLISH_TIMEOUT_MS) as box:
            await box.send_again(box.letters)
        subscription = await rabbit.bus.consume(CALLS, Consumed(reject_all), batch_max=50)
        await in_time(_there(rabbit.url, DEAD, 1))
        await subscription.stop()
        (found,) = await looked(rabbit.url)
        assert (found.id, found.times, found.headers["x-requeued"]) == (str(sent.message_id), times, times - 1)


async def test_what_no_queue_takes_stays(rabbit: Rabbit) -> None:
    """Nothing is lost to a queue that is gone."""
    sent = call_events(3)
    await parked(rabbit, sent)
    async with await aio_pika.connect(rabbit.url) as connection:
        channel = await connection.channel()
        async with open_dead_letters(rabbit.url, publish_timeout_ms=PUBLISH_TIMEOUT_MS) as box:
            await channel.queue_delete(CALLS, if_unused=False, if_empty=False)
            left = await box.send_again(box.letters)
    assert [one.id for one in left] == ids_of(sent)
    assert [one.id for one in await looked(rabbit.url)] == ids_of(sent)


async def test_dropped_letters_are_gone_and_the_others_stay(rabbit: Rabbit) -> None:
    sent = call_events(40)
    await parked(rabbit, sent)
    async with open_dead_letters(rabbit.url, publish_timeout_ms=PUBLISH_TIMEOUT_MS) as box:
        await box.drop([box.letters[0], box.letters[39]])
    assert [one.id for one in await looked(rabbit.url)] == ids_of(sent[1:39])


async def test_whoever_dies_between_sending_and_acknowledging_doubles_and_loses_none(
    rabbit: Rabbit, monkeypatch: pytest.MonkeyPatch
) -> None:
    """C9: settlement does not mind a duplicate."""

    class Killed(BaseException):
        pass

    async def die(*_: object) -> None:
        raise Killed

    sent = call_events(2)
    await parked(rabbit, sent)
    with monkeypatch.context() as doomed:
        doomed.setattr("shared.bus.rabbit.dead_letters.DeadLetterBox.drop", die)
        doomed.setattr("shared.bus.rabbit.dead_letters.DeadLetterBox.give_back", die)
        with pytest.raises(Killed):
            async with open_dead_letters(rabbit.url, publish_timeout_ms=PUBLISH_TIMEOUT_MS) as box:
                await box.send_again(box.letters)
    await in_time(_there(rabbit.url, DEAD, 2))
    assert sorted(one.id for one in await looked(rabbit.url)) == sorted(ids_of(sent))
    handled = Consumed()
    await rabbit.bus.consume(CALLS, handled, batch_max=10)
    await handled.all_of(sent)


async def test_a_broker_that_is_away_or_without_the_queue_is_said(vhost_url: str) -> None:
    with pytest.raises(BusError, match=r"no queue billing\.calls\.dead"):
        await looked(vhost_url)
    with pytest.raises(DeadLettersAwayError, match="cannot be reached"):
        await looked(f"amqp://127.0.0.1:{free_port()}/")


async def _there(url: str, queue: str, count: int) -> None:
    """Return when so many messages wait in a queue."""
    while await ready(url, queue) != count:  # noqa: ASYNC110 - the broker tells nobody
        await asyncio.sleep(0.02)
