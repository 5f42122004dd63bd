"""Calls whose end never came."""

from datetime import timedelta

from billing_worker.supervision import Supervision
from shared.bus.interface import Outcome
from shared.messages.base import EndReason
from shared.messages.events import SweepDue
from shared.messages.registry import decode_call_event
from tests.billing_worker.town import MINUTE_MS, Conversation, Town
from tests.billing_worker.wire import Wire


class Watch:
    """Supervision over a wire, and its sweeps."""

    @classmethod
    async def begins(cls, town: Town) -> "Watch":
        """Return it as it is when the broker has been there for long."""
        watch = cls(town, Wire())
        assert await watch.finds() == []
        return watch

    def __init__(self, town: Town, wire: Wire) -> None:
        self.wire = wire
        self._grace_ms = town.settings.sweep_grace_ms
        self._supervision = Supervision(town.engine, bus=self.wire.bus, clock=town.clock, grace_ms=self._grace_ms)
        self._town = town

    async def finds(self) -> list[SweepDue]:
        """Return the sweeps of one round."""
        seen = len(self.wire.published)
        await self._supervision.look()
        events = [decode_call_event(envelope.body) for envelope, _ in self.wire.published[seen:]]
        return [said for said in events if isinstance(said, SweepDue)]

    async def lease_and_grace_pass(self, call: Conversation) -> None:
        """Move the clock to the last moment at which the call is left alone."""
        deadline = (await call.record()).lease_ends_at + timedelta(milliseconds=self._grace_ms)
        self._town.clock.advance((deadline - self._town.clock.now()) // timedelta(milliseconds=1))


async def test_a_silent_call_is_closed_at_its_last_proof(town: Town) -> None:
    """C11: the parties were proven alive in the second minute; the third, held already, is given back."""
    watch, caller = await Watch.begins(town), await town.moves_in(100)
    call = await town.calls(caller, await town.moves_in())
    await town.hears(started := call.started())
    await town.asks(call.renewal(2), call.renewal(3, MINUTE_MS + 45_000))
    await watch.lease_and_grace_pass(call)
    assert await watch.finds() == []
    town.clock.advance(1)

    (sweep,) = await watch.finds()
    await town.hears(sweep)

    wallet, record = await town.wallet(caller), await call.record()
    assert (wallet.balance_minor, wallet.held_minor, wallet.in_call_id) == (80, 0, None)
    assert (record.reason, record.talk_ms, record.minutes) == ("lost", MINUTE_MS + 45_000, 2)
    assert record.ended_at == started.started_at + timedelta(milliseconds=MINUTE_MS + 45_000)
    assert await watch.finds() == []


async def test_a_call_that_never_started_costs_nothing(town: Town) -> None:
    """C1, C10: its node died while it rang."""
    watch, caller = await Watch.begins(town), await town.moves_in(10)
    call = await town.calls(caller, await town.moves_in())
    await watch.lease_and_grace_pass(call)
    town.clock.advance(1)

    await town.hears(*await watch.finds())

    wallet, record = await town.wallet(caller), await call.record()
    assert (wallet.balance_minor, wallet.held_minor, wallet.in_call_id) == (10, 0, None)
    assert (record.reason, record.minutes, record.ended_at) == ("lost", 0, town.clock.now())


async def test_a_sweep_overtakes_no_delayed_end(town: Town) -> None:
    """The end was in the queue already: it counts, and the sweep behind it finds the call over."""
    watch, caller = await Watch.begins(town), await town.moves_in(100)
    call = await town.calls(caller, await town.moves_in())
    await watch.lease_and_grace_pass(call)
    town.clock.advance(1)
    sweeps = await watch.finds()

    await town.hears(call.ended(50_000, EndReason.HUNG_UP), *sweeps)
    await town.hears(*sweeps)

    record = await call.record()
    assert (record.reason, record.talk_ms, record.charge_minor) == ("hung_up", 50_000, 10)


async def test_a_call_renewed_meanwhile_is_left_alone(town: Town) -> None:
    """It lives: more minutes are held than when the sweep was decided."""
    call = await town.calls(await town.moves_in(100), await town.moves_in())
    await call.renewed(2)

    assert await town.hears(call.sweep(1)) == []
    assert (await call.record()).settled_at is None


async def test_an_end_after_the_sweep_may_only_shrink(town: Town) -> None:
    """A node comes back with its journal: what it knows better in the caller's favour is refunded."""
    caller = await town.moves_in(100)
    call = await town.calls(caller, await town.moves_in(), minutes=3)
    await town.hears(call.sweep(3))
    assert (await call.record()).minutes == 2

    await town.hears(call.ended(3 * MINUTE_MS))
    assert (await town.wallet(caller)).balance_minor == 80
    await town.hears(call.ended(1))
    assert (await town.wallet(caller)).balance_minor == 90


async def test_what_the_bus_did_not_take_is_found_again(town: Town) -> None:
    """Every round looks afresh."""
    watch, caller = await Watch.begins(town), await town.moves_in(100)
    call = await town.calls(caller, await town.moves_in())
    await watch.lease_and_grace_pass(call)
    town.clock.advance(1)
    watch.wire.fate = lambda _: Outcome.REFUSED

    first, second = await watch.finds(), await watch.finds()

    assert [sweep.call_id for sweep in first] == [sweep.call_id for sweep in second] == [call.id]
    assert first[0].event_id != second[0].event_id


async def test_ends_that_the_broker_could_not_take_come_before_the_sweep(town: Town) -> None:
    """C12: the broker was away for longer than the grace; signaling is given time to publish what it kept."""
    watch, caller = await Watch.begins(town), await town.moves_in(100)
    call = await town.calls(caller, await town.moves_in())
    await watch.lease_and_grace_pass(call)
    watch.wire.connected = False
    town.clock.advance(town.settings.sweep_grace_ms)
    assert await watch.finds() == []

    watch.wire.connected = True
    assert await watch.finds() == []
    town.clock.advance(town.settings.sweep_grace_ms - 1)
    assert await watch.finds() == []
    town.clock.advance(1)
    assert [sweep.call_id for sweep in await watch.finds()] == [call.id]


async def test_a_worker_that_starts_gives_ends_the_same_time(town: Town) -> None:
    """C12: it cannot know how long the broker was away before."""
    call = await town.calls(await town.moves_in(100), await town.moves_in())
    watch = Watch(town, Wire())
    await watch.lease_and_grace_pass(call)
    town.clock.advance(1)

    assert await watch.finds() == []
    town.clock.advance(town.settings.sweep_grace_ms)
    assert [sweep.call_id for sweep in await watch.finds()] == [call.id]
