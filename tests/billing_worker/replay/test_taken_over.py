"""C14 with calls that moved: what an earlier owner said of the end is as idle in a replay as it was in its time."""

from itertools import permutations

import pytest
from sqlalchemy.ext.asyncio import AsyncEngine

from shared.messages.events import CallTakenOver, Event
from tests.billing_worker.books import audit
from tests.billing_worker.replay.conftest import BackUp
from tests.billing_worker.replay.history import History, counts
from tests.billing_worker.replay.sameness import dump, state
from tests.billing_worker.town import MINUTE_MS, Conversation

STALE_MS = 1_000
TALK_MS = 2 * MINUTE_MS + 1


async def moved(history: History, call: Conversation) -> list[Event]:
    """Have a call start, be taken over and end, while its first owner says that it ended long before.

    Returns the start, the stale end, the takeover and the end.
    """
    await call.renewed(2)
    started = call.started()
    stale = await history.end_of(call, STALE_MS, started=started)
    await history.town.hears(started)
    await call.moves(talk_ms=30_000)
    taken = next(event for event in reversed(await history.town.events()) if isinstance(event, CallTakenOver))
    await history.town.hears(stale)
    await history.town.asks(call.renewal(3, epoch=2))
    ended = await history.end_of(call, TALK_MS, started=started)
    await history.town.hears(ended)
    return [started, stale, taken, ended]


@pytest.mark.parametrize("batch_max", [1, 500])
@pytest.mark.parametrize("known", [True, False], ids=["it rang at the backup", "nobody knew of it"])
async def test_charges_are_the_original_ones_in_every_order(
    history: History, engine: AsyncEngine, back_up: BackUp, *, known: bool, batch_max: int
) -> None:
    """Six calls; of each the stale end, the takeover and the end stand in the log in another order."""
    town = history.town
    people = [(await town.moves_in(100), await town.moves_in()) for _ in range(6)]
    calls = [await town.calls(*pair) for pair in people] if known else []
    restored = await back_up()
    calls = calls or [await town.calls(*pair) for pair in people]
    for call, order in zip(calls, permutations(range(3)), strict=True):
        started, *others = await moved(history, call)
        history.log.write(started, *(others[place] for place in order))
    before = await state(engine)
    assert [row["charge_minor"] for row in before["calls"]] == [30] * 6

    tally = await history.replay(restored, batch_max=batch_max)

    ended = tally.types["call.ended"]
    assert (ended.already_applied, ended.newly_applied, tally.total.refused) == (6, 6, 0)
    assert without_announcements(await state(restored)) == without_announcements(before)
    await audit(restored)
    again = await dump(restored)
    assert counts(await history.replay(restored)) == (24, 24, 0, 0)
    assert await dump(restored) == again


async def test_on_a_healthy_database_nothing_happens(history: History, engine: AsyncEngine) -> None:
    call = await history.town.calls(await history.town.moves_in(100), await history.town.moves_in())
    history.log.write(*await moved(history, call))
    before = await dump(engine)
    assert counts(await history.replay(engine)) == (4, 4, 0, 0)
    assert await dump(engine) == before


async def test_a_call_that_goes_on_gets_its_owner_back(history: History, back_up: BackUp) -> None:
    """The next renewal of the earlier owner, or its end, must not find the database as it was."""
    call = await history.town.calls(await history.town.moves_in(100), await history.town.moves_in())
    restored = await back_up()
    stale = await history.end_of(call, STALE_MS)
    await call.moves()
    (taken,) = await history.town.events()
    history.log.write(stale, taken)
    assert counts(await history.replay(restored)) == (2, 1, 1, 0)
    (row,) = (await dump(restored))["calls"]
    assert (row["node"], row["epoch"], row["talk_ms"]) == ("node-2", 2, None)


async def test_a_takeover_that_was_never_published_is_known_by_what_followed(
    history: History, engine: AsyncEngine, back_up: BackUp
) -> None:
    """The outbox was lost with the database; the end of the later owner says that there was one."""
    call = await history.town.calls(await history.town.moves_in(100), await history.town.moves_in())
    restored = await back_up()
    started, stale, _, ended = await moved(history, call)
    history.log.write(started, stale, ended)
    before = await state(engine)
    assert counts(await history.replay(restored)) == (3, 1, 2, 0)
    assert without_announcements(await state(restored)) == without_announcements(before)


def without_announcements(tables: dict[str, list[dict[str, object]]]) -> dict[str, list[dict[str, object]]]:
    """A replay tells nobody."""
    return {name: rows for name, rows in tables.items() if name != "outbox"}
