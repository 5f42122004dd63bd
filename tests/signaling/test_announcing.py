"""Events reach billing, whatever the broker does."""

from collections.abc import AsyncIterator
from uuid import UUID

import pytest

from shared.bus.backoff import Backoff
from shared.bus.interface import Envelope, Outcome
from shared.ids import new_id
from shared.messages.base import EndReason
from shared.messages.events import CallEnded, CallStarted
from shared.messages.registry import envelope_of
from signaling.billing.announcing import WAITING_MAX, Announcer
from signaling.billing.journal import MemoryJournal
from tests.harness.clock import START
from tests.signaling.bus_with_outages import BusWithOutages


@pytest.fixture
async def bus(anyio_backend: str) -> AsyncIterator[BusWithOutages]:
    bus = BusWithOutages()
    await bus.start()
    yield bus
    await bus.close()


@pytest.fixture
async def announcer(anyio_backend: str, bus: BusWithOutages) -> AsyncIterator[Announcer]:
    announcer = Announcer(bus, MemoryJournal(), backoff=Backoff(first_ms=1, longest_ms=2))
    announcer.start()
    yield announcer
    await announcer.stop()


def started(call_id: UUID) -> CallStarted:
    return CallStarted(
        event_id=new_id(), call_id=call_id, caller_id=new_id(), callee_id=new_id(), node="node-1", started_at=START
    )


def ended(call_id: UUID) -> CallEnded:
    return CallEnded(
        event_id=new_id(),
        call_id=call_id,
        caller_id=new_id(),
        callee_id=None,
        node="node-1",
        reason=EndReason.HUNG_UP,
        talk_ms=0,
        price_minor=None,
        started_at=None,
        ended_at=START,
    )


@pytest.mark.parametrize("outcome", [Outcome.UNKNOWN, Outcome.REFUSED, Outcome.UNROUTABLE])
async def test_what_is_not_confirmed_is_published_again(
    bus: BusWithOutages, announcer: Announcer, outcome: Outcome
) -> None:
    """F2: with the same id, until it is."""
    bus.outcomes.extend([outcome] * 3)
    event = ended(new_id())
    announcer.announce(event)
    await announcer.drain(timeout_ms=5_000)
    assert [envelope.message_id for envelope in bus.published] == [event.event_id] * 4
    assert [delivery.message_id for delivery in bus.queued("billing.calls")] == [str(event.event_id)]


async def test_events_of_a_call_keep_their_order_and_do_not_hold_up_others(
    bus: BusWithOutages, announcer: Announcer
) -> None:
    """C9: billing would bear any order; people who read the queue should not have to."""
    first, second = new_id(), new_id()
    bus.outcomes.extend([Outcome.UNKNOWN, Outcome.CONFIRMED, Outcome.UNKNOWN])
    events: list[CallStarted | CallEnded] = [started(first), ended(first), started(second), ended(second)]
    for event in events:
        announcer.announce(event)
    await announcer.drain(timeout_ms=5_000)
    stored = [delivery.message_id for delivery in bus.queued("billing.calls")]
    assert sorted(stored) == sorted(str(event.event_id) for event in events)
    for earlier, later in ((events[0], events[1]), (events[2], events[3])):
        assert stored.index(str(earlier.event_id)) < stored.index(str(later.event_id))
    assert stored[0] == str(events[2].event_id)


async def test_a_drain_gives_up_in_time(
    bus: BusWithOutages, announcer: Announcer, caplog: pytest.LogCaptureFixture
) -> None:
    """D16: and says what is left."""
    bus.away = True
    announcer.announce(ended(new_id()))
    await announcer.drain(timeout_ms=20)
    assert "1 call events could not be published" in caplog.text


async def test_too_many_unpublished_events_stop_new_calls(bus: BusWithOutages) -> None:
    """C12: they are bounded by the calls there can be."""
    journal = MemoryJournal()
    announcer = Announcer(bus, journal)
    for _ in range(WAITING_MAX - 1):
        journal.keep(envelope_of(ended(new_id())))
    assert not announcer.overfull
    announcer.announce(ended(new_id()))
    assert announcer.overfull


def test_the_journal_gives_one_event_a_call() -> None:
    journal = MemoryJournal()
    call_id = new_id()
    envelopes: list[Envelope] = [envelope_of(started(call_id)), envelope_of(ended(call_id))]
    for envelope in envelopes:
        journal.keep(envelope)
    assert journal.oldest(10) == envelopes[:1]
    journal.forget(envelopes[0].message_id)
    assert journal.oldest(10) == envelopes[1:]


async def test_a_journal_that_fails_once_stops_nothing(anyio_backend: str, bus: BusWithOutages) -> None:
    """What the broker has had is published again, and what comes later as well."""

    class Failing(MemoryJournal):
        failures = 1

        def forget(self, message_id: UUID) -> bool:
            if self.failures:
                self.failures -= 1
                raise OSError("no space left on device")
            return super().forget(message_id)

    journal = Failing()
    announcer = Announcer(bus, journal, backoff=Backoff(first_ms=1, longest_ms=2))
    announcer.start()
    announcer.announce(started(new_id()))
    await announcer.drain(timeout_ms=5_000)
    assert (journal.failures, len(journal)) == (0, 0)
    announcer.announce(started(new_id()))
    await announcer.drain(timeout_ms=5_000)
    assert len(journal) == 0
    await announcer.stop()
