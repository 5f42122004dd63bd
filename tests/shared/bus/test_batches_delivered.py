"""How a queue is delivered, on both transports."""

import asyncio
from collections.abc import Sequence

import pytest

from shared.bus.consuming import HOLD_MS_MAX
from shared.bus.interface import Bus, BusError, Delivery, Rejected, UnavailableError
from shared.bus.topology import DELIVERY_LIMIT
from tests.harness.clock import ManualClock
from tests.shared.bus.story import CALLS, Consumed, call_event, call_events, ids_of, in_time
from tests.shared.bus.transports import Transport


async def test_batches_are_bounded_ordered_and_one_at_a_time(bus: Bus) -> None:
    at_work = 0

    async def alone(batch: Sequence[Delivery]) -> Sequence[Rejected]:
        nonlocal at_work
        at_work += 1
        await asyncio.sleep(0)
        assert at_work == 1
        at_work -= 1
        return ()

    handled = Consumed(alone)
    envelopes = call_events(20)
    await bus.publish(envelopes)
    await bus.consume(CALLS, handled, batch_max=4)
    assert ids_of(await handled.messages(20)) == ids_of(envelopes)
    assert max(len(batch) for batch in handled.batches) <= 4


async def test_poison_is_parked_with_its_reason_and_the_queue_goes_on(transport: Transport) -> None:
    """F3: the message that fails alone is put away, its neighbours and followers are processed."""
    envelopes = call_events(5)
    poison = str(envelopes[2].message_id)

    async def choke(batch: Sequence[Delivery]) -> Sequence[Rejected]:
        if any(delivery.message_id == poison for delivery in batch):
            raise ValueError("this cannot be settled\n[parameters: secret]")
        return ()

    handled = Consumed(choke)
    await transport.bus.consume(CALLS, handled, batch_max=10)
    await transport.bus.publish(envelopes)
    later = call_event()
    await transport.bus.publish([later])
    await handled.all_of([*envelopes[:2], *envelopes[3:], later])
    (letter,) = await transport.dead_letters(1)
    assert (letter.message_id, letter.body) == (poison, envelopes[2].body)
    assert (letter.type, letter.correlation_id) == (envelopes[2].type, envelopes[2].correlation_id)
    assert (letter.reason, letter.original_queue) == ("ValueError: this cannot be settled", CALLS)


async def test_what_the_handler_rejects_is_parked_with_the_handlers_reason(
    clocked: Transport, clock: ManualClock
) -> None:
    async def reject_first(batch: Sequence[Delivery]) -> Sequence[Rejected]:
        return [Rejected(batch[0], "no such caller")] if batch[0].message_id == ids_of(envelopes)[0] else ()

    envelopes = call_events(2)
    handled = Consumed(reject_first)
    await clocked.bus.consume(CALLS, handled, batch_max=10)
    await clocked.bus.publish(envelopes)
    await handled.messages(2)
    (letter,) = await clocked.dead_letters(1)
    assert (letter.message_id, letter.reason) == (ids_of(envelopes)[0], "no such caller")
    assert letter.failed_at == clock.now().isoformat(timespec="milliseconds")


async def test_a_batch_of_one_is_treated_no_differently(transport: Transport) -> None:
    """F3: also one by one, a failing message is tried again and then parked."""

    async def choke(batch: Sequence[Delivery]) -> Sequence[Rejected]:
        if batch[0].message_id == str(poison.message_id):
            raise KeyError("price")
        return ()

    poison, later = call_event(), call_event()
    handled = Consumed(choke)
    await transport.bus.consume(CALLS, handled, batch_max=1)
    await transport.bus.publish([poison, later])
    await handled.all_of([later])
    (letter,) = await transport.dead_letters(1)
    assert (letter.message_id, letter.reason) == (str(poison.message_id), "KeyError: 'price'")
    assert [len(batch) for batch in handled.batches] == [1, 1, 1]


async def test_an_outage_is_waited_out_without_returning_messages(bus: Bus) -> None:
    async def away_twice(batch: Sequence[Delivery]) -> Sequence[Rejected]:
        if len(handled.batches) <= 2:
            raise UnavailableError("the database is away")
        return ()

    envelopes = call_events(3)
    await bus.publish(envelopes)
    handled = Consumed(away_twice)
    await bus.consume(CALLS, handled, batch_max=3)
    done = await handled.messages(3)
    assert ids_of(done) == ids_of(envelopes)
    assert not any(delivery.redelivered for delivery in done)
    assert handled.batches[0] == handled.batches[1] == handled.batches[2]


async def test_an_outage_beyond_all_limits_makes_no_dead_letters(clocked: Transport, clock: ManualClock) -> None:
    """A batch held as long as a consumer may is given back, more often than the delivery limit allows returns."""

    async def away_for_days(batch: Sequence[Delivery]) -> Sequence[Rejected]:
        if len(handled.batches) <= DELIVERY_LIMIT + 5:
            clock.advance(HOLD_MS_MAX)
            raise UnavailableError("the database is away")
        return ()

    envelope = call_event()
    await clocked.bus.publish([envelope])
    handled = Consumed(away_for_days)
    await clocked.bus.consume(CALLS, handled, batch_max=3)
    (delivery,) = await handled.messages(1)
    assert (delivery.message_id, delivery.body) == (str(envelope.message_id), envelope.body)
    assert delivery.correlation_id == envelope.correlation_id


async def test_stopping_finishes_the_batch_at_hand(bus: Bus) -> None:
    may_finish = asyncio.Event()

    async def slow(batch: Sequence[Delivery]) -> Sequence[Rejected]:
        await may_finish.wait()
        return ()

    first, second = call_event(), call_event()
    handled = Consumed(slow)
    subscription = await bus.consume(CALLS, handled, batch_max=1)
    await bus.publish([first, second])
    await handled.calls(1)
    stopping = asyncio.create_task(subscription.stop())
    await asyncio.sleep(0)
    assert not stopping.done()
    may_finish.set()
    await in_time(stopping)
    assert ids_of(handled.done) == ids_of([first])
    successor = Consumed()
    await bus.consume(CALLS, successor, batch_max=10)
    assert ids_of(await successor.messages(1)) == ids_of([second])


async def test_what_was_not_finished_when_a_consumer_stops_is_delivered_again(bus: Bus) -> None:
    async def away(batch: Sequence[Delivery]) -> Sequence[Rejected]:
        raise UnavailableError("the database is away")

    envelopes = call_events(3)
    await bus.publish(envelopes)
    handled = Consumed(away)
    subscription = await bus.consume(CALLS, handled, batch_max=3)
    await handled.calls(1)
    await in_time(subscription.stop())
    successor = Consumed()
    await bus.consume(CALLS, successor, batch_max=3)
    done = await successor.messages(3)
    assert ids_of(done) == ids_of(envelopes)
    assert done[0].redelivered


async def test_a_queue_whose_rejects_would_be_lost_cannot_be_consumed(bus: Bus) -> None:
    with pytest.raises(BusError, match="no dead letters"):
        await bus.consume("billing.calls.dead", Consumed(), batch_max=1)
    with pytest.raises(BusError, match="not a queue"):
        await bus.consume("billing.cals", Consumed(), batch_max=1)
