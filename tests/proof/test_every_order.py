"""C9: the messages of a call, in every order, number and batch, with a worker that dies after each commit."""

import random
from collections.abc import Iterator, Sequence
from datetime import timedelta
from itertools import pairwise, permutations, product

import pytest

from tests.harness.clock import START
from tests.harness.databases import Database
from tests.proof.histories import Histories, Renewal, Step
from tests.proof.model import Event, Model, Terms
from tests.proof.stage import opened_stage

MINUTES = 3
PROOF_MS = 120_005
SEED = 9
LATER = START + timedelta(seconds=100)


def said(kind: str, talk_ms: int = 0, *, minutes: int = MINUTES) -> Event:
    """Return what is said of a call; whose it is comes with the history."""
    return Event(kind, "", "", "", LATER, talk_ms, "hung_up" if kind == "end" else "", minutes)  # type: ignore[arg-type]


STARTED, ENDED, ENDED_EARLIER, SWEPT = said("start"), said("end", 120_001), said("end", 80_000), said("sweep")
MESSAGES = (STARTED, ENDED, ENDED_EARLIER, SWEPT)


def cuts(order: Sequence[Event]) -> Iterator[list[Sequence[Event]]]:
    """Yield every way to cut the messages into batches."""
    for borders in product([False, True], repeat=len(order) - 1):
        places = [0, *(place for place, border in enumerate(borders, 1) if border), len(order)]
        yield [order[begin:end] for begin, end in pairwise(places)]


def every_order(*, times_max: int = 5) -> list[list[Sequence[Event]]]:
    """Return every order, cut in every way, each batch delivered once up to so many times."""
    return [
        [batch for batch in batches for _ in range(times)]
        for order in permutations(MESSAGES)
        for batches in cuts(order)
        for times in range(1, times_max + 1)
    ]


def shuffled(count: int) -> list[list[Sequence[Event]]]:
    """Return histories in which each message comes one to five times, wherever it likes."""
    chance, histories = random.Random(SEED), []
    for _ in range(count):
        all_of_them = [message for message in MESSAGES for _ in range(chance.randint(1, 5))]
        chance.shuffle(all_of_them)
        histories.append([*chance.choice(list(cuts(all_of_them[:8]))), all_of_them[8:], MESSAGES])
    return histories


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
def test_every_order_cut_and_number(database: Database, terms: Terms, minutes: int) -> None:
    """C9: whatever came first, 80 s are charged in the end, and half of that is the callee's."""
    with opened_stage(database) as stage:
        model = Histories(stage, terms=terms).play(
            [*every_order(), *shuffled(300)], minutes=MINUTES, proof_ms=PROOF_MS
        )
    charge, earned = 10 * minutes, 5 * minutes
    assert outcomes(model) == {(100 - charge, earned, LATER, 80_000, minutes, charge, earned)}


def test_renewals_among_the_messages(database: Database) -> None:
    """Renewals, ends, and a sweep that was decided before a renewal or after it: as the model says."""
    steps: list[Step] = [Renewal(2, 45_000), Renewal(3, 105_000), (STARTED,), (ENDED,), (ENDED_EARLIER,)]
    histories = [order for sweep in (2, 3) for order in permutations([*steps, (said("sweep", minutes=sweep),)])]
    with opened_stage(database) as stage:
        model = Histories(stage).play(histories, minutes=1)
    charged = {(call.minutes_held, call.minutes, call.charge) for call in model.calls.values()}
    assert charged == {(1, 1, 10), (2, 1, 10), (2, 2, 20), (3, 2, 20)}
