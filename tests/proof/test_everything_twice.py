"""The log of a busy day is heard again, and again: nothing moves."""

from typing import Any

from billing_worker.replay.replay import replaying
from shared.bus.rabbit.logged import Logged
from tests.proof.mixing import Mix
from tests.proof.stage import Stage
from tests.proof.test_concurrent_mixes import mixed

ROUNDS, SEED = 4, 14
TABLES = ["wallets", "calls", "ledger_entries", "payments", "payment_refunds", "price_changes", "audit_log"]
EVENTS = "SELECT * FROM outbox WHERE exchange IN ('calls', 'payments') ORDER BY id"
"""What would go into the log besides what signaling says, since no relay takes it away here."""


def test_the_queue_delivers_everything_twice_more(stage: Stage) -> None:
    """C9: to the last byte of every table about money."""
    stage.run(_again_by_the_queue(stage))


def test_a_replay_of_everything_twice(stage: Stage) -> None:
    """C14: on a healthy system it changes nothing, and says so."""
    stage.run(again_by_replay(stage))


async def _again_by_the_queue(stage: Stage) -> None:
    async with mixed(stage, seed=SEED) as mix:
        before = await _busy_day(stage, mix)
        for messages in (mix.log, mix.log[::-1]):
            assert not await mix.workers[0].hear(messages)
            assert await dump(stage) == before


async def again_by_replay(stage: Stage) -> None:
    """Replay the whole log twice. Raises `AssertionError` where anything moves, or is said to."""
    async with mixed(stage, seed=SEED) as mix:
        before = await _busy_day(stage, mix)
        log = await _log(stage, mix)
        assert {"call.started", "call.ended", "payment.settled", "balance.adjusted", "call.refunded"} <= {
            logged.type for logged in log
        }
        for _ in range(2):
            real = mix.workers[0]
            async with replaying(real.engine, terms=real.terms, clock=mix.clock, batch_max=50) as replay:
                await replay.take(log)
                tally = await replay.finish()
            assert (tally.total.newly_applied, tally.total.refused, tally.wallets_changed) == (0, 0, 0), tally
            assert await dump(stage) == before


async def dump(stage: Stage) -> dict[str, list[Any]]:
    """Return every row of every table about money."""
    return {table: await stage.rows(f"SELECT * FROM {table} ORDER BY 1, 2") for table in TABLES}


async def _log(stage: Stage, mix: Mix) -> list[Logged]:
    """Return the log: what the outbox had for it, then what signaling said; in no good order."""
    told = [
        (row["type"], str(row["message_id"]), row["body"].encode(), row["correlation_id"])
        for row in await stage.rows(EVENTS)
    ]
    told += [(said.type, said.message_id, said.body, said.correlation_id) for said in mix.log]
    return [
        Logged(type=kind, message_id=id_, body=body, correlation_id=call, offset=offset, published_at=None)
        for offset, (kind, id_, body, call) in enumerate(told)
    ]


async def _busy_day(stage: Stage, mix: Mix) -> dict[str, list[Any]]:
    for number in range(ROUNDS):
        await mix.play(number)
    await mix.finish()
    return await dump(stage)
