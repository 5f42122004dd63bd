"""Has the machine tell stories from a seed."""

from __future__ import annotations

from typing import Any, cast

import hypothesis
from hypothesis import HealthCheck, Phase
from hypothesis.stateful import run_state_machine_as_test

from tests.proof.machine import MoneyMachine
from tests.proof.stage import Stage

STEPS = 40


def tell(stage: Stage, *, seed: int, stories: int, shortened: bool = True) -> None:
    """Tell stories until one is wrong, and then, where it is to be `shortened`, the shortest like it.

    The same seed tells the same stories. Raises what was wrong, with the story in its notes.
    """
    settings = hypothesis.settings(
        max_examples=stories,
        stateful_step_count=STEPS,
        database=None,
        deadline=None,
        print_blob=False,
        report_multiple_bugs=False,
        phases=[Phase.generate, *([Phase.shrink] if shortened else [])],
        suppress_health_check=list(HealthCheck),
    )
    machine = hypothesis.seed(seed)(lambda: MoneyMachine(stage))
    run_state_machine_as_test(cast(Any, machine), settings=settings)
