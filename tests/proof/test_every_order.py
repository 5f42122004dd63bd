"""C9: the messages of a call, in every order, number and batch, with a worker that dies after each commit."""

from itertools import permutations

import pytest

from tests.proof.histories import Histories, Renewal, Step
from tests.proof.model import Model
from tests.proof.orders import ENDED, ENDED_EARLIER, LATER, MINUTES, PROOF_MS, STARTED, every_order, said, shuffled
from tests.proof.registers import Terms
from tests.proof.stage import Stage


def outcomes(model: Model) -> set[tuple[object, ...]]:
    """Return what is left of all calls in the end: of money and of the call, whatever the way there."""
    return {
        (
            model.wallets[call.caller].balance,
            model.wallets[call.callee].earned,
            call.started,
            call.talk_ms,
            call.minutes,
            call.charge,
            call.earned,
        )
        for call in model.calls.values()
    }


@pytest.mark.parametrize(
    ("terms", "minutes"),
    [(Terms(), 2), (Terms(free_ms=30_000, grace_ms=5_000), 1)],
    ids=["plain", "free and grace"],
)
def test_every_order_cut_and_number(stage: Stage, terms: Terms, minutes: int) -> None:
    """C9: whatever came first, 80 s are charged in the end, and half of that is the callee's."""
    histories = [*every_order(times_max=5 if terms == Terms() else 2), *shuffled(300)]
    model = Histories(stage, terms=terms).play(histories, minutes=MINUTES, proof_ms=PROOF_MS)
    charge, earned = 10 * minutes, 5 * minutes
    assert outcomes(model) == {(100 - charge, earned, LATER, 80_000, minutes, charge, earned)}


def test_renewals_among_the_messages(stage: Stage) -> None:
    """Renewals, ends, and a sweep that was decided before a renewal or after it: as the model says."""
    steps: list[Step] = [Renewal(2, 45_000), Renewal(3, 105_000), (STARTED,), (ENDED,), (ENDED_EARLIER,)]
    histories = [order for sweep in (2, 3) for order in permutations([*steps, (said("sweep", minutes=sweep),)])]
    model = Histories(stage).play(histories, minutes=1)
    charged = {(call.minutes_held, call.minutes, call.charge) for call in model.calls.values()}
    assert charged == {(1, 1, 10), (2, 1, 10), (2, 2, 20), (3, 2, 20)}
