"""The broker stops, is killed, freezes and comes back; nobody restarts a program for it."""

import asyncio
import time
from collections.abc import AsyncIterator, Sequence

import pytest

from shared.bus.interface import Delivery, Envelope, NoReplyError, Outcome, Rejected
from shared.bus.rabbit import RabbitBus
from shared.ids import new_id
from tests.harness.fixtures import PrivateRabbit
from tests.shared.bus.story import (
    CALLS,
    DENIED,
    Consumed,
    Noticed,
    admission,
    call_event,
    call_events,
    deny,
    ids_of,
    in_time,
    notice_to,
)
from tests.shared.bus.transports import consumed

PUBLISH_TIMEOUT_MS = 500
ASK_TIMEOUT_MS = 500
BACK_SECONDS_MAX = 60.0
RABBITMQ_REMEMBERS_AFTER_SECONDS = 2
"""RabbitMQ 3.10 writes down half a second late which quorum queues it has; killed before, it loses their use."""


@pytest.fixture
async def bus(private_rabbitmq: PrivateRabbit) -> AsyncIterator[RabbitBus]:
    """A bus on a broker that may fail."""
    made = RabbitBus(private_rabbitmq.vhost_url, publish_timeout_ms=PUBLISH_TIMEOUT_MS, node="node-1")
    await made.start()
    await asyncio.sleep(RABBITMQ_REMEMBERS_AFTER_SECONDS)
    yield made
    await private_rabbitmq.thaw()
    await made.close()


class Stopwatch:
    """Measures what must not take long."""

    def __init__(self) -> None:
        self._began = time.monotonic()

    @property
    def ms(self) -> float:
        """Milliseconds since it was made."""
        return (time.monotonic() - self._began) * 1_000


async def confirmed(bus: RabbitBus, envelopes: Sequence[Envelope]) -> None:
    """Publish again with the same ids until all are confirmed, as journal and relay do."""
    waiting = list(envelopes)
    async with asyncio.timeout(BACK_SECONDS_MAX):
        while waiting:
            outcomes = await bus.publish(waiting)
            pairs = zip(waiting, outcomes, strict=True)
            waiting = [envelope for envelope, outcome in pairs if outcome is not Outcome.CONFIRMED]
            await asyncio.sleep(0.05 if waiting else 0)


async def answered(bus: RabbitBus) -> None:
    """Ask until there is a reply."""
    async with asyncio.timeout(BACK_SECONDS_MAX):
        while True:
            try:
                assert await bus.ask(admission(), timeout_ms=ASK_TIMEOUT_MS) == DENIED
            except NoReplyError:
                await asyncio.sleep(0.05)
            else:
                return


async def test_a_stopped_broker_is_noticed_in_time_and_everything_returns_with_it(
    private_rabbitmq: PrivateRabbit, bus: RabbitBus
) -> None:
    """F4: publishing and asking answer within their limits; consumers, server and mailbox come back."""
    handled, noticed, account_id = Consumed(), Noticed(), new_id()
    await bus.consume(CALLS, handled, batch_max=10)
    await bus.serve(deny, batch_max=4)
    mailbox = await bus.open_mailbox("node-1", noticed.take)
    await mailbox.bind(account_id)
    await private_rabbitmq.stop()

    watch = Stopwatch()
    assert set(await bus.publish(call_events(20))) <= {Outcome.UNKNOWN, Outcome.REFUSED}
    with pytest.raises(NoReplyError):
        await bus.ask(admission(), timeout_ms=ASK_TIMEOUT_MS)
    assert watch.ms < (PUBLISH_TIMEOUT_MS + ASK_TIMEOUT_MS) * 2
    assert not bus.connected
    late_account_id = new_id()
    await mailbox.bind(late_account_id)

    await private_rabbitmq.start()
    events, notices = call_events(20), [notice_to(account_id), notice_to(late_account_id)]
    await confirmed(bus, events)
    await handled.all_of(events)
    await answered(bus)
    assert bus.connected
    await confirmed(bus, notices)
    await noticed.all_of(notices)


async def test_a_broker_that_comes_later_than_the_program_is_enough(private_rabbitmq: PrivateRabbit) -> None:
    await private_rabbitmq.stop()
    bus = RabbitBus(private_rabbitmq.vhost_url, publish_timeout_ms=PUBLISH_TIMEOUT_MS, node="node-1")
    watch = Stopwatch()
    await bus.start()
    handled, noticed, account_id = Consumed(), Noticed(), new_id()
    await bus.consume(CALLS, handled, batch_max=10)
    await bus.serve(deny, batch_max=4)
    mailbox = await bus.open_mailbox("node-1", noticed.take)
    await mailbox.bind(account_id)
    assert watch.ms < 5_000
    await private_rabbitmq.start()
    event, notice = call_event(), notice_to(account_id)
    await confirmed(bus, [event, notice])
    await handled.all_of([event])
    await noticed.all_of([notice])
    await answered(bus)
    await bus.close()


async def test_what_was_confirmed_outlives_a_power_cut(private_rabbitmq: PrivateRabbit, bus: RabbitBus) -> None:
    """F2."""
    envelopes = call_events(200)
    assert set(await bus.publish(envelopes)) == {Outcome.CONFIRMED}
    await private_rabbitmq.kill()
    await private_rabbitmq.start()
    handled = Consumed()
    await bus.consume(CALLS, handled, batch_max=50)
    await handled.all_of(envelopes)


async def test_restarts_under_load_lose_nothing_and_consumers_come_back(
    private_rabbitmq: PrivateRabbit, bus: RabbitBus
) -> None:
    """F4, small form: stopped and killed in turn while events are published; each one confirmed is consumed."""
    handled = Consumed()
    await bus.consume(CALLS, handled, batch_max=50, gather_ms=5)
    published: list[Envelope] = []
    finished = asyncio.Event()

    async def load() -> None:
        while not finished.is_set():
            envelopes = call_events(20)
            await confirmed(bus, envelopes)
            published.extend(envelopes)
            await asyncio.sleep(0.01)

    loading = asyncio.create_task(load())
    for power_off in (private_rabbitmq.kill, private_rabbitmq.stop):
        before = len(published)
        await power_off()
        await private_rabbitmq.start()
        async with asyncio.timeout(BACK_SECONDS_MAX):
            while len(published) <= before + 20:  # noqa: ASYNC110 - the load goes on by itself
                await asyncio.sleep(0.02)
    finished.set()
    await in_time(loading)
    await handled.all_of(published)


async def test_a_batch_that_was_at_work_when_the_broker_went_is_delivered_again(
    private_rabbitmq: PrivateRabbit, bus: RabbitBus
) -> None:
    """C9: acknowledging into a lost connection is no acknowledgement; nothing is dead-lettered for it."""
    may_finish = asyncio.Event()

    async def slow(batch: Sequence[Delivery]) -> Sequence[Rejected]:
        await may_finish.wait()
        return ()

    handled = Consumed(slow)
    await bus.consume(CALLS, handled, batch_max=10)
    sent = call_event()
    await confirmed(bus, [sent])
    await handled.calls(1)
    await private_rabbitmq.kill()
    may_finish.set()
    await private_rabbitmq.start()
    done = await handled.messages(2)
    assert ids_of(done) == ids_of([sent, sent])
    assert done[1].redelivered


async def test_a_rejected_message_is_not_let_go_before_it_is_safe(
    private_rabbitmq: PrivateRabbit, bus: RabbitBus
) -> None:
    """F3: the broker dies as the handler rejects; the message comes again, is rejected again, and then parked."""
    may_finish = asyncio.Event()
    sent = call_event()

    async def reject(batch: Sequence[Delivery]) -> Sequence[Rejected]:
        await may_finish.wait()
        return [Rejected(batch[0], "never")]

    handled = Consumed(reject)
    await bus.consume(CALLS, handled, batch_max=1)
    await confirmed(bus, [sent])
    await handled.calls(1)
    await private_rabbitmq.kill()
    may_finish.set()
    await private_rabbitmq.start()
    (letter,) = await consumed(private_rabbitmq.vhost_url, "billing.calls.dead", 1)
    assert (letter.message_id, letter.headers["x-reason"]) == (str(sent.message_id), "never")


async def test_a_frozen_broker_is_answered_for_in_time(
    private_rabbitmq: PrivateRabbit, bus: RabbitBus, caplog: pytest.LogCaptureFixture
) -> None:
    """F2: no publish and no request waits longer than it may, and what was unknown can be published again."""
    handled = Consumed()
    await bus.consume(CALLS, handled, batch_max=10)
    await bus.serve(deny, batch_max=4)
    assert await bus.ask(admission(), timeout_ms=ASK_TIMEOUT_MS * 10) == DENIED
    await private_rabbitmq.freeze()
    watch = Stopwatch()
    events = call_events(50)
    unroutable = notice_to(new_id())
    assert set(await bus.publish([unroutable, *events])) == {Outcome.UNKNOWN}
    with pytest.raises(NoReplyError):
        await bus.ask(admission(), timeout_ms=ASK_TIMEOUT_MS)
    assert watch.ms < (PUBLISH_TIMEOUT_MS + ASK_TIMEOUT_MS) * 2
    await private_rabbitmq.thaw()
    await confirmed(bus, events)
    await handled.all_of(events)
    await answered(bus)
    assert [record.getMessage() for record in caplog.records if record.levelname == "ERROR"] == []


async def test_a_broker_frozen_for_long_is_given_up_and_connected_to_again(
    private_rabbitmq: PrivateRabbit, bus: RabbitBus
) -> None:
    """A dead connection is noticed by its heartbeat (some 18 seconds) although nothing ever closed it."""
    handled = Consumed()
    await bus.consume(CALLS, handled, batch_max=10)
    await private_rabbitmq.freeze()
    async with asyncio.timeout(30):
        # Until then each attempt takes its whole time limit. The two connections are given up one after the other.
        while set(await bus.publish(call_events(1))) != {Outcome.REFUSED}:
            continue
    assert not bus.connected
    await private_rabbitmq.thaw()
    events = call_events(3)
    await confirmed(bus, events)
    await handled.all_of(events)


async def test_closing_does_not_wait_for_a_frozen_broker(private_rabbitmq: PrivateRabbit, bus: RabbitBus) -> None:
    await bus.consume(CALLS, Consumed(), batch_max=10)
    await bus.open_mailbox("node-1", Noticed().take)
    await private_rabbitmq.freeze()
    watch = Stopwatch()
    await bus.close()
    assert watch.ms < 6_000
