"""What becomes of a publish, on both transports."""

import pytest
from msgspec.structs import replace

from shared.bus.interface import Bus, BusError, Outcome
from shared.ids import new_id
from tests.shared.bus.story import CALLS, Consumed, call_event, call_events, ids_of, notice_to, payment_event
from tests.shared.bus.transports import Transport


async def test_each_message_has_its_own_outcome_in_order(bus: Bus) -> None:
    """F2: who publishes knows of each message what became of it."""
    outcomes = await bus.publish([call_event(), notice_to(new_id()), payment_event()])
    assert outcomes == [Outcome.CONFIRMED, Outcome.UNROUTABLE, Outcome.CONFIRMED]


async def test_nothing_is_published_as_nothing(bus: Bus) -> None:
    assert await bus.publish([]) == []


async def test_more_than_go_out_together_are_all_confirmed(bus: Bus) -> None:
    envelopes = call_events(1_200)
    handled = Consumed()
    await bus.consume(CALLS, handled, batch_max=500, gather_ms=1)
    assert set(await bus.publish(envelopes)) == {Outcome.CONFIRMED}
    assert ids_of(await handled.messages(1_200)) == ids_of(envelopes)


async def test_a_message_reaches_every_queue_that_wants_it(transport: Transport) -> None:
    handled = Consumed()
    await transport.bus.consume(CALLS, handled, batch_max=10)
    call, payment, other_call = call_event(), payment_event(), call_event()
    await transport.bus.publish([call, payment, other_call])
    assert ids_of(await handled.messages(2)) == ids_of([call, other_call])
    assert await transport.logged(3) == ids_of([call, payment, other_call])


async def test_what_arrives_is_what_was_sent(bus: Bus) -> None:
    handled = Consumed()
    await bus.consume(CALLS, handled, batch_max=10)
    sent = call_event()
    await bus.publish([sent])
    (delivery,) = await handled.messages(1)
    assert (delivery.type, delivery.body) == (sent.type, sent.body)
    assert (delivery.message_id, delivery.correlation_id) == (str(sent.message_id), sent.correlation_id)
    assert not delivery.redelivered


async def test_the_same_message_twice_arrives_twice(bus: Bus) -> None:
    """Publishing again after an unknown outcome makes duplicates; consumers are built for them."""
    handled = Consumed()
    await bus.consume(CALLS, handled, batch_max=10)
    sent = call_event()
    assert await bus.publish([sent, sent]) == [Outcome.CONFIRMED, Outcome.CONFIRMED]
    assert ids_of(await handled.messages(2)) == ids_of([sent, sent])


async def test_an_unknown_exchange_is_a_mistake_in_the_program(bus: Bus) -> None:
    with pytest.raises(BusError, match="'cals' is not an exchange"):
        await bus.publish([replace(call_event(), exchange="cals")])
    assert await bus.publish([call_event()]) == [Outcome.CONFIRMED]
