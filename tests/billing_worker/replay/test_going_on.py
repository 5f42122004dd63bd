"""A replay that meets an outage, or a long wait, goes on."""

import asyncio

import pytest
from msgspec import structs

from billing_worker.replay.replay import replaying
from shared.bus.rabbit.logged import Logged
from shared.database import DatabaseUnavailableError, create_engine
from shared.ids import new_id
from shared.messages.registry import encode
from tests.billing_worker.books import audit
from tests.billing_worker.line import line_to
from tests.billing_worker.replay.conftest import BackUp
from tests.billing_worker.replay.history import History, counts, replay
from tests.harness.databases import Database


async def test_what_waits_is_tried_again_before_it_fills_the_memory(
    history: History, back_up: BackUp, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Each start waits for the end of its call, which may be thousands of events away."""
    monkeypatch.setattr("billing_worker.replay.replay.RETRY_AT", 2)
    town = history.town
    ann, ben = await town.moves_in(100), await town.moves_in()
    restored = await back_up()
    for _ in range(2):
        await history.talk(ann, ben, talk_ms=1)
    started, ended, started_later, _ = history.log.messages
    async with replaying(restored, terms=town.terms, clock=town.clock, batch_max=1) as going:
        for message in (started, ended, started_later):
            await going.take([message])
        assert going.tally.types["call.started"].newly_applied == 1
        assert counts(await going.finish()) == (3, 0, 2, 1)


async def test_a_database_that_is_away_for_a_moment_is_waited_for(
    history: History, database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("billing_worker.replay.trying.PAUSE_SECONDS", 0.1)
    town = history.town
    ann = await town.moves_in()
    paid = await history.pay(ann, 10)
    other = structs.replace(paid, payment_id=new_id(), provider_ref="another")
    lost = Logged(type="payment.settled", message_id="m", body=encode(other), offset=0, published_at=None)
    async with line_to(database.app_url) as (line, url):
        engine = create_engine(url, connections_max=2)
        try:
            await line.cut()
            going = asyncio.create_task(replay(engine, [lost], clock=town.clock, terms=town.terms))
            await asyncio.wait({going}, timeout=0.3)
            assert not going.done()
            await line.mend()
            assert counts(await going) == (1, 0, 1, 0)
            monkeypatch.setattr("billing_worker.replay.trying.ATTEMPTS_MAX", 2)
            await line.cut()
            with pytest.raises(DatabaseUnavailableError):
                await replay(engine, [lost], clock=town.clock, terms=town.terms)
        finally:
            await engine.dispose()
    await audit(town.engine)
