"""Reading a stream: from where, to where, what is left out, and through what happens to the broker meanwhile."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import aclosing, asynccontextmanager
from datetime import UTC, datetime, timedelta
from uuid import uuid4

import aio_pika
import pytest
from aio_pika.abc import AbstractChannel
from pamqp.common import FieldTable

from shared.bus.interface import BusError, Outcome
from shared.bus.rabbit.logged import Logged, Place, Span
from shared.bus.rabbit.stream import StreamLostError, StreamReader
from shared.bus.rabbit.stream_session import NoSuchStreamError
from tests.harness.fixtures import PrivateRabbit
from tests.harness.ports import free_port
from tests.shared.bus.story import call_events, ids_of, in_time, payment_event
from tests.shared.bus.transports import PUBLISH_TIMEOUT_MS, Rabbit

NOON = datetime(2020, 1, 1, 12, tzinfo=UTC)
SEGMENT: FieldTable = {
    "x-queue-type": "stream",
    "x-max-length-bytes": 20_000,
    "x-stream-max-segment-size-bytes": 10_000,
}


def reader(url: str, *, batch_max: int = 10, stream: str = "billing.log") -> StreamReader:
    """Return a reader of the stream."""
    return StreamReader(url, batch_max=batch_max, publish_timeout_ms=PUBLISH_TIMEOUT_MS, stream=stream)


async def read(reading: StreamReader, span: Span | None = None) -> list[Logged]:
    """Return all that one reading hands out, and check that batches are bounded."""
    batches = [batch async for batch in reading.batches(span or Span())]
    assert all(0 < len(batch) <= 10 for batch in batches)
    return [message for batch in batches for message in batch]


@asynccontextmanager
async def own_stream(url: str, arguments: FieldTable | None = None) -> AsyncIterator[tuple[AbstractChannel, str]]:
    """Have a stream of the test's own, and a channel to write on."""
    name = f"stream-{uuid4().hex}"
    async with await aio_pika.connect(url) as connection:
        channel = await connection.channel()
        await channel.declare_queue(name, durable=True, arguments=arguments or {"x-queue-type": "stream"})
        yield channel, name


async def write(channel: AbstractChannel, stream: str, times: Sequence[datetime | None], *, size: int = 1) -> None:
    """Write messages of these times, numbered."""
    for number, time in enumerate(times):
        message = aio_pika.Message(b"x" * size, message_id=str(number), timestamp=time)
        await channel.default_exchange.publish(message, stream)


async def test_everything_is_read_once_in_its_order_and_the_reading_ends(rabbit: Rabbit) -> None:
    """F2: offsets, ids and times are there; a payment is as good as a call."""
    sent = [*call_events(40), payment_event(), *call_events(20)]
    begun = datetime.now(UTC).replace(microsecond=0)
    assert set(await rabbit.bus.publish(sent)) == {Outcome.CONFIRMED}
    messages = await in_time(read(reader(rabbit.url)))
    assert ids_of(messages) == ids_of(sent)
    assert [message.offset for message in messages] == list(range(61))
    assert messages[40].type == "payment.settled"
    assert all(message.published_at and begun <= message.published_at <= datetime.now(UTC) for message in messages)
    assert {message.correlation_id for message in messages[:40]} == {event.correlation_id for event in sent[:40]}


async def test_more_than_is_held_in_memory_is_read(rabbit: Rabbit) -> None:
    """The broker sends on only for what was taken: three times as much as is ever under way."""
    sent = call_events(3_000)
    await rabbit.bus.publish(sent)
    assert ids_of(await in_time(read(reader(rabbit.url)))) == ids_of(sent)


async def test_an_empty_stream_is_read_at_once(rabbit: Rabbit) -> None:
    assert await in_time(read(reader(rabbit.url))) == []


async def test_reading_leaves_nothing_behind_that_the_next_reading_sees(rabbit: Rabbit) -> None:
    """Nor that the worker's queue would get."""
    sent = call_events(3)
    await rabbit.bus.publish(sent)
    for _ in range(3):
        assert ids_of(await in_time(read(reader(rabbit.url)))) == ids_of(sent)
    more = call_events(2)
    await rabbit.bus.publish(more)
    assert ids_of(await in_time(read(reader(rabbit.url)))) == ids_of([*sent, *more])


async def test_what_is_written_meanwhile_is_not_waited_for(rabbit: Rabbit) -> None:
    """A stream under traffic has an end: the one it had when the reading began."""
    before = call_events(500)
    await rabbit.bus.publish(before)
    over = asyncio.Event()

    async def traffic() -> None:
        while not over.is_set():
            await rabbit.bus.publish(call_events(20))

    writing = asyncio.create_task(traffic())
    try:
        messages = await in_time(read(reader(rabbit.url)))
    finally:
        over.set()
        await writing
    assert ids_of(messages)[:500] == ids_of(before)
    assert [message.offset for message in messages] == sorted({message.offset for message in messages})


@pytest.mark.parametrize(("begin", "expected"), [(0, 30), (12, 18), (29, 1), (30, 0), (5_000, 0)])
async def test_a_reading_begins_at_an_offset(rabbit: Rabbit, begin: int, expected: int) -> None:
    """One that the stream has not reached yet is no reason to wait for it."""
    sent = call_events(30)
    await rabbit.bus.publish(sent)
    messages = await in_time(read(reader(rabbit.url), Span(from_offset=begin)))
    assert ids_of(messages) == ids_of(sent)[30 - expected :]


@pytest.mark.parametrize(
    ("span", "expected"),
    [
        (Span(since=NOON + timedelta(seconds=2)), [2, 3, 4, 5]),
        (Span(since=NOON + timedelta(seconds=2, milliseconds=900)), [2, 3, 4, 5]),
        (Span(until=NOON + timedelta(seconds=2)), [0, 1, 2, 5]),
        (Span(since=NOON + timedelta(seconds=1), until=NOON + timedelta(seconds=3)), [1, 2, 3, 5]),
        (Span(since=NOON + timedelta(days=1)), [5]),
        (Span(from_offset=3, until=NOON + timedelta(seconds=3)), [3, 5]),
    ],
)
async def test_what_was_published_at_other_times_is_left_out(
    vhost_url: str, span: Span, expected: list[int]
) -> None:
    """By the message's own time: the broker's is that of a whole chunk. Who does not say when is never left out."""
    async with own_stream(vhost_url) as (channel, stream):
        times = [*(NOON + timedelta(seconds=second) for second in range(5)), None]
        await write(channel, stream, times)
        messages = await in_time(read(reader(vhost_url, stream=stream), span))
    assert [int(message.message_id) for message in messages] == expected


async def test_a_moment_that_is_still_to_come_is_not_waited_for(rabbit: Rabbit) -> None:
    """The broker begins with the next message then: the reading must see its end all the same."""
    await rabbit.bus.publish(call_events(3))
    assert await in_time(read(reader(rabbit.url), Span(since=datetime.now(UTC) + timedelta(days=2)))) == []


async def test_a_reading_ends_long_behind_its_last_moment(vhost_url: str) -> None:
    """Else the last day of a year would be read for the sake of its first; clocks may differ by an hour."""
    async with own_stream(vhost_url) as (channel, stream):
        hours = [NOON + timedelta(minutes=minutes) for minutes in (0, 50, 5, 61, 6)]
        await write(channel, stream, hours)
        reading = reader(vhost_url, stream=stream)
        messages = await in_time(read(reading, Span(until=NOON + timedelta(minutes=10))))
    # The last of them is later in the stream than an hour after the end: nobody's clock is that wrong.
    assert [int(message.message_id) for message in messages] == [0, 2, 4] or [
        int(message.message_id) for message in messages
    ] == [0, 2]


async def test_what_has_expired_is_told(vhost_url: str) -> None:
    """A stream gives up its oldest chunks: a reading from the beginning says that it is none."""
    async with own_stream(vhost_url, SEGMENT) as (channel, stream):
        await write(channel, stream, [NOON] * 100, size=1_000)
        reading = reader(vhost_url, stream=stream)
        messages = await in_time(read(reading, Span(from_offset=0)))
    assert messages[0].offset > 0
    assert reading.place.first == reading.place.oldest == messages[0].offset
    assert reading.place.begins_cut_off
    # Segments begin with an entry of the broker's own: offsets grow, and leave some out.
    assert ids_of(messages) == [str(number) for number in range(100 - len(messages), 100)]


async def test_a_whole_stream_is_not_said_to_be_cut_off(rabbit: Rabbit) -> None:
    await rabbit.bus.publish(call_events(5))
    reading = reader(rabbit.url)
    await in_time(read(reading))
    assert (reading.place.oldest, reading.place.first, reading.place.begins_cut_off) == (0, 0, False)
    assert reading.place.newest is not None
    assert 5 <= reading.place.newest + 1 <= 6


async def test_a_broker_without_the_stream_says_so(vhost_url: str) -> None:
    with pytest.raises(BusError, match=r"no stream billing\.log"):
        await in_time(read(reader(vhost_url)))


async def test_a_broker_that_is_away_is_said_at_once() -> None:
    with pytest.raises(StreamLostError, match="cannot be reached") as lost:
        await in_time(read(reader(f"amqp://127.0.0.1:{free_port()}/")))
    assert lost.value.next_offset is None


@pytest.mark.parametrize("how", ["kill", "stop"])
async def test_a_broker_lost_in_the_middle_costs_no_message(private_rabbitmq: PrivateRabbit, how: str) -> None:
    """E7: the reading goes on behind the last message handed out: none is missing, none comes twice."""
    made = Rabbit(private_rabbitmq.vhost_url)
    await made.bus.start()
    sent = call_events(2_500)
    assert set(await made.bus.publish(sent)) == {Outcome.CONFIRMED}
    await made.close()
    # RabbitMQ 3.10 loses its streams where it is killed within three minutes of having made its first one (a table
    # of names is only then written), and before it was ever stopped in order.
    await private_rabbitmq.stop()
    await private_rabbitmq.start()
    await in_time(_back(private_rabbitmq.vhost_url))
    messages: list[Logged] = []
    reading = reader(private_rabbitmq.vhost_url)
    async with asyncio.timeout(90), aclosing(reading.batches(Span())) as batches:
        async for batch in batches:
            messages += batch
            if len(messages) == 1_200:
                await (private_rabbitmq.kill() if how == "kill" else private_rabbitmq.stop())
                await private_rabbitmq.start()
    assert ids_of(messages) == ids_of(sent)
    assert [message.offset for message in messages] == list(range(2_500))


async def test_a_broker_that_stays_away_ends_the_reading_with_where_to_go_on(
    private_rabbitmq: PrivateRabbit, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("shared.bus.rabbit.stream.AWAY_MS_MAX", 500)
    made = Rabbit(private_rabbitmq.vhost_url)
    await made.bus.start()
    await made.bus.publish(call_events(2_500))
    await made.close()
    reading = reader(private_rabbitmq.vhost_url)

    async def read_on() -> None:
        async with asyncio.timeout(90), aclosing(reading.batches(Span())) as batches:
            async for batch in batches:
                if batch[-1].offset == 99:
                    await private_rabbitmq.kill()

    with pytest.raises(StreamLostError) as lost:
        await read_on()
    assert lost.value.next_offset is not None
    assert 100 <= lost.value.next_offset <= 2_500
    assert lost.value.next_offset == reading.place.next_offset
    await private_rabbitmq.start()


@pytest.mark.parametrize(
    ("span", "cut_off"),
    [
        (Span(from_offset=0), True),
        (Span(from_offset=7), False),
        (Span(), True),
        (Span(since=NOON - timedelta(seconds=1)), True),
        (Span(since=NOON), False),
    ],
)
def test_only_what_was_asked_for_can_be_cut_off(span: Span, cut_off: bool) -> None:
    message = Logged(type="call.ended", message_id="", body=b"", offset=7, published_at=NOON)
    cut, whole = Place(oldest=7), Place(oldest=0)
    for place in (cut, whole):
        place.pass_by(message, span)
    assert (cut.begins_cut_off, whole.begins_cut_off) == (cut_off, False)
    assert (cut.knows(7), cut.knows(8), cut.first, cut.next_offset) == (True, False, 7, 8)


async def _back(url: str) -> None:
    """Return when the stream is there; a broker that was started brings it back a little later."""
    while True:
        try:
            await read(reader(url))
        except NoSuchStreamError:
            await asyncio.sleep(0.1)
        else:
            return
