"""The product is broken on purpose, one bug at a time, and a run of the short size must notice."""

from typing import NamedTuple

import pytest

from shared.ledger import LedgerError
from tests.simulation import planted
from tests.simulation.inspector import WrongError
from tests.simulation.odds import Odds
from tests.simulation.planted import Plant
from tests.simulation.world import simulate

MINUTES = 500


class World(NamedTuple):
    """A run of the short size."""

    seed: int
    odds: Odds

    def run(self) -> None:
        """Raise what is wrong."""
        simulate(self.seed, minutes=MINUTES, odds=self.odds)


USUAL = World(3, Odds(people=60, trouble_ms=8_000, poor=0.5))
HARSH = World(5, Odds(people=60, trouble_ms=6_000, poor=0.5, nodes=2))
QUIET = World(1, Odds(people=60, trouble_ms=90_000, poor=0.9))
NOTICED = (WrongError, LedgerError)
"""The inspector says so, or the ledger's own rules."""
NOTICED_IN: dict[Plant, World] = {
    planted.stale_end_accepted: USUAL,
    planted.stale_sweep_accepted: HARSH,
    planted.takeover_without_fence: USUAL,
    planted.stale_owner_renews: USUAL,
    planted.renewed_while_lost: USUAL,
    planted.talk_runs_on_without_proof: USUAL,
    planted.end_announced_twice: USUAL,
    planted.lease_not_cut: HARSH,
    planted.renewal_counted_twice: USUAL,
    planted.talk_of_the_wall_clock: USUAL,
    planted.meter_begins_anew: USUAL,
    planted.hold_not_released: USUAL,
    planted.claim_left: USUAL,
    planted.talks_on_after_the_lease: QUIET,
    planted.refused_is_paid: USUAL,
}


@pytest.mark.parametrize("world", [USUAL, HARSH, QUIET], ids=["usual", "harsh", "quiet"])
def test_sound_is_what_is_not_broken(world: World) -> None:
    """Else nothing here would mean anything."""
    world.run()


@pytest.mark.parametrize(("plant", "world"), NOTICED_IN.items(), ids=[plant.__name__ for plant in NOTICED_IN])
def test_it_is_noticed(monkeypatch: pytest.MonkeyPatch, plant: Plant, world: World) -> None:
    """Each bug, by a run that is right without it."""
    with monkeypatch.context() as patch:
        plant(patch)
        with pytest.raises(NOTICED):
            world.run()


def test_the_table_names_every_bug() -> None:
    """No bug is planted in vain."""
    made = {each for each in vars(planted).values() if getattr(each, "__module__", "") == planted.__name__}
    assert made - {Plant} == NOTICED_IN.keys()
