"""The product is broken on purpose, one bug at a time, and the proofs must notice.

| proof | what it is |
|---|---|
| tale | `tale.tell_the_tale`: one story with a place for every rule |
| stories | `telling.tell`: the first stories of `test_money_machine`, by its seed |
| orders | `histories` over `orders.every_order`: C9, as `test_every_order` |
| twice | a replay of everything on a healthy database, as `test_everything_twice` |
| mix | `mixing`: many tasks on few wallets at once, as `test_concurrent_mixes` |
| queue | `acknowledging`: an end whose worker dies before the commit, as `test_acknowledging` |

`NOTICED_BY` is the table: which of them notice which bug.
"""

from collections.abc import Callable
from contextlib import suppress

import pytest
from sqlalchemy.exc import IntegrityError

from shared.ledger import LedgerError
from tests.proof import planted
from tests.proof.acknowledging import an_end_survives_a_power_cut
from tests.proof.histories import Histories
from tests.proof.orders import MINUTES, PROOF_MS, every_order
from tests.proof.planted import Plant
from tests.proof.stage import Stage
from tests.proof.tale import tell_the_tale
from tests.proof.telling import tell
from tests.proof.test_concurrent_mixes import everything_at_once
from tests.proof.test_everything_twice import again_by_replay
from tests.proof.test_money_machine import SEED

STORIES = 12
"""So many are told at most; each bug that they are to notice is in one of the first."""

ROUNDS = 3

NOTICED = (AssertionError, IntegrityError, LedgerError)
"""The model says otherwise; or the database or the ledger refuse what should have been possible."""


def orders(stage: Stage) -> None:
    """C9 in short: every order, cut in every way, each batch twice."""
    Histories(stage).play(every_order(times_max=2), minutes=MINUTES, proof_ms=PROOF_MS)


def stories(stage: Stage) -> None:
    """The first random stories."""
    tell(stage, seed=SEED, stories=STORIES, shortened=False)


def queue(stage: Stage) -> None:
    """An end on the bus in memory."""
    stage.run(an_end_survives_a_power_cut(stage, None))


def mix(stage: Stage) -> None:
    """A few rounds of everything at once."""
    stage.run(everything_at_once(stage, seed=SEED, rounds=ROUNDS))


def twice(stage: Stage) -> None:
    """A replay of what happened already."""
    stage.run(again_by_replay(stage))


PROOFS: dict[str, Callable[[Stage], object]] = {
    "tale": tell_the_tale,
    "orders": orders,
    "stories": stories,
    "queue": queue,
    "mix": mix,
    "twice": twice,
}

NOTICED_BY: dict[Plant, str] = {
    planted.double_posting: "tale orders stories",
    planted.missing_guard: "tale stories",
    planted.first_end_wins: "tale orders stories",
    planted.charge_without_hold: "tale stories",
    planted.a_minute_too_many: "tale stories",
    planted.more_instead_of_enough: "tale",
    planted.refund_above_charge: "tale",
    planted.hold_never_released: "tale orders stories",
    planted.claim_left: "tale orders stories",
    planted.share_rounded_up: "tale",
    planted.double_earnings: "tale orders",
    planted.earnings_kept: "tale orders stories",
    planted.sweep_overtakes_a_renewal: "tale",
    planted.sweep_overtakes_a_takeover: "tale",
    planted.stale_end_settles: "tale",
    planted.stale_owner_renews: "tale",
    planted.everybody_takes_over: "tale",
    planted.free_and_grace_mixed_up: "tale stories",
    planted.refunds_forgotten: "tale",
    planted.todays_price: "tale",
    planted.never_blocked: "tale",
    planted.never_too_late: "tale",
    planted.nothing_is_known: "twice",
    planted.nobody_waits: "mix",
    planted.acknowledged_before_the_commit: "queue",
}
ROWS = [(plant, proof) for plant, proofs in NOTICED_BY.items() for proof in proofs.split()]


@pytest.mark.parametrize("proof", PROOFS)
def test_sound_is_what_is_not_broken(stage: Stage, proof: str) -> None:
    """Else nothing here would mean anything."""
    PROOFS[proof](stage)


@pytest.mark.parametrize(("plant", "proof"), ROWS, ids=[f"{plant.__name__}-{proof}" for plant, proof in ROWS])
def test_it_is_noticed(stage: Stage, monkeypatch: pytest.MonkeyPatch, plant: Plant, proof: str) -> None:
    """Each bug, by each proof that the table names."""
    with monkeypatch.context() as patch:
        plant(patch)
        with pytest.raises(NOTICED):
            PROOFS[proof](stage)


def test_acknowledging_before_the_commit_is_noticed_on_rabbitmq(
    stage: Stage, monkeypatch: pytest.MonkeyPatch, vhost_url: str
) -> None:
    """The other transport of `acknowledged_before_the_commit`."""
    planted.acknowledged_before_the_commit(monkeypatch)
    with pytest.raises(AssertionError, match="the end is lost"):
        stage.run(an_end_survives_a_power_cut(stage, vhost_url))


def test_a_key_that_is_not_unique_is_noticed(stage: Stage) -> None:
    """Without the primary key, whose columns are an operation and its leg, an adjustment is booked twice."""
    stage.run(stage.alter("ALTER TABLE ledger_entries DROP CONSTRAINT pk_ledger_entries"))
    try:
        with pytest.raises(AssertionError, match="adjustments: should be False, is True"):
            tell_the_tale(stage)
    finally:
        stage.run(stage.empty())
        stage.run(
            stage.alter("ALTER TABLE ledger_entries ADD CONSTRAINT pk_ledger_entries PRIMARY KEY (operation, leg)")
        )


def test_the_table_names_every_bug() -> None:
    """No bug is planted in vain."""
    made = {each for each in vars(planted).values() if getattr(each, "__module__", "") == planted.__name__}
    with suppress(KeyError):
        made.remove(Plant)
    assert made == NOTICED_BY.keys()
