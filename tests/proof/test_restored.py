"""C14: from a backup of the first day and the log, the replay makes what the model says."""

from __future__ import annotations

from collections.abc import Coroutine
from typing import Any

from billing_worker.replay.replay import replaying
from shared.bus.rabbit.logged import Logged
from tests.proof.comparing import Facts, of_books, of_model, unlike
from tests.proof.machine import MoneyMachine
from tests.proof.registers import Event
from tests.proof.stage import Stage
from tests.proof.story import PEOPLE
from tests.proof.tale import tell_the_tale

TOLD = """
    SELECT id, type, message_id, body FROM outbox WHERE exchange IN ('calls', 'payments') AND id > {} ORDER BY id
"""
NO_FACTS_OF_MONEY = {"barred", "limit_a_call", "limit_a_day", "blocked", "held, proven", "settled"}
"""What the log does not tell: operators' blocks, owners' wishes, proofs; blocks for lack of money anew."""


class LoggingMachine(MoneyMachine):
    """A machine that writes the log of all events, in the order of their publication."""

    def __init__(self, stage: Stage) -> None:
        super().__init__(stage)
        self.log: list[Logged] = []
        self._last_told = 0

    def happens(self, what: str, story: str, expected: object, doing: Coroutine[Any, Any, object]) -> None:
        """Let time pass between all that happens, and take what it left in the outbox."""
        super().happens(what, story, expected, doing)
        self.real.clock.advance(1_000)
        for row in self.stage.run(self.stage.rows(TOLD.format(self._last_told))):
            self._last_told = row["id"]
            self._write(row["type"], str(row["message_id"]), row["body"].encode())

    def _said(self, event: Event) -> Event:
        said = self.bag[super()._said(event)]
        self._write(said.type, said.message_id, said.body)
        return event

    def _write(self, kind: str, message_id: str, body: bytes) -> None:
        self.log.append(
            Logged(
                type=kind,
                message_id=message_id,
                body=body,
                offset=len(self.log),
                published_at=self.real.clock.now(),
            )
        )


def test_everything_comes_back(stage: Stage) -> None:
    """Every wallet, call and entry, each under its old name."""
    stage.run(_restore(stage, tell_the_tale(stage, LoggingMachine)))


async def _restore(stage: Stage, told: MoneyMachine) -> None:
    assert isinstance(told, LoggingMachine)
    await stage.empty()
    await told.office.open()
    for person in PEOPLE:
        await told.real.open_account(person, price=10)
    async with replaying(told.real.engine, terms=told.real.terms, clock=told.real.clock, batch_max=7) as replay:
        await replay.take(told.log)
        tally = await replay.finish()
    assert [refused.reason.partition(":")[0] for refused in tally.refused] == ["too late"]  # as in its time
    books = await stage.look()
    assert not list(unlike(_of_money(of_model(told.model)), _of_money(of_books(books, told.names))))


def _of_money(facts: Facts) -> Facts:
    """Leave out what is not in the log, and when what was given back was, which is when it is booked."""
    kept: Facts = {}
    for what, fact in facts.items():
        if isinstance(fact, dict):
            kept[what] = {part: value for part, value in fact.items() if part not in NO_FACTS_OF_MONEY}
        else:
            kept[what] = [leg[:3] for leg in fact] if what.startswith("entry refund") else fact
    return kept
