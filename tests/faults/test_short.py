"""The short form of the fault suite: what is nearest to money. `make faults` does all of it (docs/faults.md)."""

import sys

import pytest

from shared.failpoints import Failpoint, Way
from tests.faults.campaign import Campaign
from tests.faults.checking import Damage, Kind
from tests.faults.injecting import faults_of
from tests.faults.stage import NODES, Stage
from tests.faults.table import Row, as_json, show
from tests.faults.trials import TRIALS, Trials

SEED = 6
PAIRS = 4
FAULTS = (
    "worker killed",
    "signaling-1 killed",
    "poisoned messages",
    "link worker-database cut",
    "messages twice and in any order",
    "signaling-2 told to end",
    "broker killed",
    "database killed",
)
NEAREST_TO_MONEY = {
    Failpoint.SETTLE_LEDGER_SAVED: Way.EXCEPTION,
    Failpoint.SETTLE_COMMITTED: Way.KILL,
    Failpoint.ADMISSION_COMMITTED: Way.KILL,
    Failpoint.RELAY_PUBLISHED: Way.KILL,
    Failpoint.ANNOUNCER_KEPT: Way.KILL,
    Failpoint.ANNOUNCER_CONFIRMED: Way.EXCEPTION,
    Failpoint.PAYMENT_CREDITED: Way.STALL,
    Failpoint.PAYMENT_COMMITTED: Way.KILL,
    Failpoint.ONCE_ASKED: Way.KILL,
}


def test_every_failpoint_has_a_trial() -> None:
    """A new one without would never be tried."""
    assert set(TRIALS) == set(Failpoint)
    assert set(NEAREST_TO_MONEY) < set(TRIALS)


def test_every_fault_of_the_short_form_is_one() -> None:
    assert set(FAULTS) < set(faults_of(("api", "worker", *NODES)))


@pytest.mark.parametrize("planted", ["damage", "too slow", "failed"])
def test_a_row_tells_what_did_not_survive(planted: str, capsys: pytest.CaptureFixture[str]) -> None:
    """The table cannot look well where something is not."""
    row = {
        "damage": Row("worker killed", damage=[Damage(Kind.LOST, "a call is gone")]),
        "too slow": Row("worker killed", worst_seconds=31),
        "failed": Row("worker killed", failure="it could not be killed"),
    }[planted]
    show([Row("api killed", times=1), row])
    said = capsys.readouterr().out
    assert "1 of 2 survived" in said
    assert not row.survived
    assert '"survived":1' in as_json([Row("api killed"), row], seed=1)


async def test_nothing_is_lost_and_nothing_doubled_whatever_dies(fault_stage: Stage) -> None:
    """C9, C11, C12, D12, D16, F1, F3, F4: under load; a look after each fault, all promises at the end."""
    campaign = Campaign(fault_stage, seed=SEED, pairs=PAIRS)
    try:
        await campaign.begin()
        faults = faults_of(fault_stage.names)
        await campaign.suffer([faults[name] for name in FAULTS])
        await campaign.end()
    finally:
        await campaign.close()
    _all_survived(list(campaign.rows.values()))


async def test_failpoints_nearest_to_money(fault_stage: Stage) -> None:
    """B4, C9, F1: the process dies, errs or waits between two writes that belong together."""
    trials = Trials(fault_stage)
    try:
        await trials.begin()
        for point, way in NEAREST_TO_MONEY.items():
            await trials.try_all([point], [way])
        await trials.end()
    finally:
        await trials.close()
    _all_survived(list(trials.rows.values()))


def _all_survived(rows: list[Row]) -> None:
    show(rows)
    sys.stdout.write(as_json(rows, seed=SEED) + "\n")
    assert [(row.fault, row.damage, row.failure, row.worst_seconds) for row in rows if not row.survived] == []
