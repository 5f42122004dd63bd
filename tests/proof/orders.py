"""The messages of one call, in every order."""

from __future__ import annotations

import random
from collections.abc import Iterator, Sequence
from datetime import timedelta
from itertools import pairwise, permutations, product

from tests.harness.clock import START
from tests.proof.registers import FIRST, Event, Owner

MINUTES = 3
PROOF_MS = 120_005
SEED = 9
LATER = START + timedelta(seconds=100)


def said(kind: str, talk_ms: int = 0, *, minutes: int = MINUTES, owner: Owner = FIRST) -> Event:
    """Return what an owner says of a call; whose call it is comes with the history."""
    return Event(kind, "", "", "", LATER, talk_ms, "hung_up" if kind == "end" else "", minutes, owner)  # type: ignore[arg-type]


STARTED, ENDED, ENDED_EARLIER, SWEPT = said("start"), said("end", 120_001), said("end", 80_000), said("sweep")
MESSAGES = (STARTED, ENDED, ENDED_EARLIER, SWEPT)


def cuts(order: Sequence[Event]) -> Iterator[list[Sequence[Event]]]:
    """Yield every way to cut the messages into batches."""
    for borders in product([False, True], repeat=len(order) - 1):
        places = [0, *(place for place, border in enumerate(borders, 1) if border), len(order)]
        yield [order[begin:end] for begin, end in pairwise(places)]


def every_order(*, times_max: int = 5, messages: Sequence[Event] = MESSAGES) -> list[list[Sequence[Event]]]:
    """Return every order, cut in every way, each batch delivered once up to so many times."""
    return [
        [batch for batch in batches for _ in range(times)]
        for order in permutations(messages)
        for batches in cuts(order)
        for times in range(1, times_max + 1)
    ]


def shuffled(count: int, *, messages: Sequence[Event] = MESSAGES) -> list[list[Sequence[Event]]]:
    """Return histories in which each message comes one to five times, wherever it likes."""
    chance, histories = random.Random(SEED), []
    for _ in range(count):
        all_of_them = [message for message in messages for _ in range(chance.randint(1, 5))]
        chance.shuffle(all_of_them)
        histories.append([*chance.choice(list(cuts(all_of_them[:8]))), all_of_them[8:], messages])
    return histories
