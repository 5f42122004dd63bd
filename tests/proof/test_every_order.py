"""C9: the messages of a call, in every order, number and batch, with a worker that dies after each commit."""

from itertools import permutations

import pytest

from tests.proof.histories import Histories, Renewal, Step, Takeover
from tests.proof.model import Model
from tests.proof.orders import ENDED, ENDED_EARLIER, LATER, MINUTES, PROOF_MS, STARTED, every_order, said, shuffled
from tests.proof.registers import FIRST, Owner, Terms
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


SECOND = Owner("node-2", 2)
OF_TWO_OWNERS = (
    STARTED,
    said("end", 80_000, owner=FIRST),
    said("sweep", owner=FIRST),
    said("end", 120_001, owner=SECOND),
)


def test_what_two_owners_say(stage: Stage) -> None:
    """C9 with a takeover in the middle: whatever the first owner says behind it, and how often, is idle."""
    orders = [*every_order(times_max=5, messages=OF_TWO_OWNERS), *shuffled(300, messages=OF_TWO_OWNERS)]
    histories: list[list[Step]] = [[Takeover("node-2", 1, PROOF_MS), *order] for order in orders]
    model = Histories(stage).play(histories, minutes=MINUTES, proof_ms=PROOF_MS)
    assert outcomes(model) == {(70, 15, LATER, 120_001, 3, 30, 15)}


def test_a_takeover_anywhere(stage: Stage) -> None:
    """Before an end it moves the call, behind it there is nothing to move; a later owner's end needs none."""
    steps: list[Step] = [Takeover("node-2", 1, PROOF_MS), *((each,) for each in OF_TWO_OWNERS)]
    histories = list(permutations([*steps, Takeover("node-3", 1, 0)]))
    model = Histories(stage).play(histories, minutes=MINUTES, proof_ms=PROOF_MS)
    owners = {(call.owner.node, call.talk_ms) for call in model.calls.values()}
    assert owners == {("node-2", 80_000), ("node-2", 120_001), ("node-3", 120_001)}
