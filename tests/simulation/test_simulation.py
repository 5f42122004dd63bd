"""Months of calls with everything going wrong, from a seed: C10 to C12, F3 and F4 on a virtual clock.

`make simulate ARGS="--minutes 1000000"` for a long run, `SIMULATION_SEED=5 SIMULATION_MINUTES=800` for another one
here, or the very one that failed.
"""

import os
import subprocess
import sys

import pytest

from tests.simulation.odds import Odds
from tests.simulation.world import simulate

SEED = int(os.environ.get("SIMULATION_SEED", "1"))
MINUTES = int(os.environ.get("SIMULATION_MINUTES", "1000"))
HAPPENS = {
    "takeovers",
    "sweeps",
    "NotTakenOver over",
    "NotTakenOver taken_over",
    "RenewalRefused insufficient_funds",
    "RenewalRefused taken_over",
    "ended billing_unavailable",
    "ended hung_up",
    "ended lost",
    "ended out_of_funds",
    "Refused blocked",
    "Refused busy",
}
"""What a run of some length must have seen, to have meant anything."""


def test_whatever_goes_wrong_money_is_right() -> None:
    """Every call is charged once and for what was truly talked; nothing stays open."""
    done = simulate(SEED, minutes=MINUTES)
    assert done.talked_minutes >= MINUTES
    if MINUTES >= 1_000:
        assert done.seen.keys() >= HAPPENS


@pytest.mark.parametrize(
    "odds",
    [Odds(people=40, free_ms=30_000, grace_ms=5_000), Odds(people=40, nodes=1), Odds(people=40, trouble_ms=6_000)],
)
def test_in_other_worlds_as_well(odds: Odds) -> None:
    """With free talk, on one node alone, and where hardly anything works for long."""
    simulate(SEED, minutes=min(MINUTES, 200), odds=odds)


def test_a_seed_is_a_run() -> None:
    """The same seed, in this process and in one that hashes otherwise, does the same to the last event."""
    one, other = simulate(7, minutes=100), simulate(7, minutes=100)
    assert one == other
    assert one.trace_hash != simulate(8, minutes=100).trace_hash
    assert elsewhere(7, minutes=100) == one.trace_hash


def elsewhere(seed: int, *, minutes: int) -> str:
    """Return the trace's hash of a run in another process."""
    command = [sys.executable, "-m", "tests.simulation", "--seed", str(seed), "--minutes", str(minutes)]
    said = subprocess.run(command, check=True, capture_output=True, text=True, env={"PYTHONHASHSEED": "3"}).stdout
    return said.split("trace ")[1].split()[0]


def test_a_failing_run_says_how_to_run_it_again(monkeypatch: pytest.MonkeyPatch) -> None:
    """With the seed, and the last that happened."""
    monkeypatch.setattr("tests.simulation.inspector.Truth.due_minutes", lambda *_: 99)
    with pytest.raises(AssertionError) as failed:
        simulate(3, minutes=50)
    story, again = failed.value.__notes__
    assert "billing hears CallEnded" in story
    assert again == "Once more: SIMULATION_SEED=3 SIMULATION_MINUTES=50"
