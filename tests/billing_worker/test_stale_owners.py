"""F4: what earlier owners of a call still say of it ends nothing, in whatever order it comes."""

from itertools import permutations

import pytest

from shared.messages.events import CallEnded, CallEvent
from tests.billing_worker.town import MINUTE_MS, PRICE, Conversation, Town, delivery

OWNER = {"node": "node-2", "epoch": 2}


async def taken_over(town: Town, *, minutes: int = 2) -> Conversation:
    """Return a call that node-2 owns, of a caller with 100."""
    call = await town.calls(await town.moves_in(100), await town.moves_in(), minutes=minutes)
    await call.moves()
    return call


async def test_the_end_of_an_earlier_owner_is_ignored(town: Town) -> None:
    """It is no dead letter: nobody has to look at it."""
    call = await taken_over(town)
    assert await town.hears(call.ended(1)) == []
    record = await call.record()
    assert (record.talk_ms, record.settled_at, record.started_at) == (None, None, None)
    assert (await town.wallet(call.caller)).held_minor == 2 * PRICE


async def test_neither_does_it_shrink_what_is_settled(town: Town) -> None:
    call = await taken_over(town)
    await town.hears(call.ended(MINUTE_MS + 1, node="node-2", epoch=2))
    assert await town.hears(call.ended(0), call.ended(1)) == []
    assert ((await call.record()).charge_minor, (await town.wallet(call.caller)).balance_minor) == (20, 80)


async def test_every_order_and_repetition_is_the_same(town: Town) -> None:
    """C9 with a takeover before: both starts, the stale end, the end and a stale sweep, each up to three times."""
    town.audited = False
    for order in permutations(range(5)):
        call = await taken_over(town)
        said: list[CallEvent] = [
            call.started(),
            call.started(node="node-2", epoch=2),
            call.ended(1),
            call.ended(MINUTE_MS + 1, node="node-2", epoch=2),
            call.sweep(2),
        ]
        assert await town.receives(*(delivery(said[place]) for place in order for _ in range(1 + place % 3))) == []
        record = await call.record()
        assert (record.talk_ms, record.charge_minor, record.node, record.epoch) == (60_001, 20, "node-2", 2)
        assert record.started_at == town.clock.now()
        assert ((await town.wallet(call.caller)).balance_minor, (await town.wallet(call.caller)).held_minor) == (
            80,
            0,
        )
    town.audited = True
    await town.check()


async def test_the_start_is_a_register_whoever_tells_it(town: Town) -> None:
    call = await taken_over(town)
    started = call.started()
    await town.hears(started)
    record = await call.record()
    assert (record.started_at, record.node, record.epoch) == (started.started_at, "node-2", 2)


@pytest.mark.parametrize("epoch", [1, 3])
async def test_a_sweep_is_for_the_owner_that_was_silent(town: Town, epoch: int) -> None:
    call = await taken_over(town)
    assert await town.hears(call.sweep(2, epoch=epoch)) == []
    assert (await call.record()).talk_ms is None
    await town.hears(call.sweep(2, epoch=2))
    assert (await call.record()).reason == "lost"
    (ended,) = [event for event in await town.events() if isinstance(event, CallEnded)]
    assert (ended.node, ended.epoch) == ("node-2", 2)


async def test_on_a_restored_database_the_end_of_a_later_owner_counts(town: Town) -> None:
    """And the earlier one's no more, whichever comes first behind it."""
    call = await town.calls(await town.moves_in(100), await town.moves_in(), minutes=2)
    assert await town.hears(call.ended(MINUTE_MS + 1, node="node-3", epoch=3), call.ended(1)) == []
    record = await call.record()
    assert (record.talk_ms, record.charge_minor, record.node, record.epoch) == (60_001, 20, "node-3", 3)
