"""CPU of other processes, and figures made of many."""

from __future__ import annotations

import os
import statistics
import time
from collections.abc import Sequence

CPUCLOCK_SCHED = 2
"""Linux names the CPU clock of a process by its id (clock_getcpuclockid): all its threads, in nanoseconds."""


def cpu_seconds(pid: int) -> float:
    """Return the CPU time that a process has used so far, in user and kernel, without its children."""
    return time.clock_gettime((~pid << 3) | CPUCLOCK_SCHED)


def pin(pid: int, core: int) -> None:
    """Keep a process on one core, where there are two."""
    cores = sorted(os.sched_getaffinity(0))
    if len(cores) > 1:
        for thread in os.listdir(f"/proc/{pid}/task"):
            os.sched_setaffinity(int(thread), {cores[core % len(cores)]})


def median(figures: Sequence[float]) -> float:
    """Return the middle one."""
    return statistics.median(figures)


def percentile(figures: Sequence[float], percent: int) -> float:
    """Return the figure that so many percent of the figures do not exceed."""
    ordered = sorted(figures)
    return ordered[max(0, -(-len(ordered) * percent // 100) - 1)]
