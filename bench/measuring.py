"""CPU of other processes, and figures made of many."""

from __future__ import annotations

import os
import statistics
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager

CPUCLOCK_SCHED = 2
"""Linux names the CPU clock of a process by its id (clock_getcpuclockid): all its threads, in nanoseconds."""


def cpu_seconds(pid: int) -> float:
    """Return the CPU time that a process has used so far, in user and kernel, without its children."""
    return time.clock_gettime((~pid << 3) | CPUCLOCK_SCHED)


SERVER_CORE, CLIENT_CORE = 0, -1


def pin_server(pid: int) -> None:
    """Keep a server on the first core."""
    _pin(pid, {sorted(os.sched_getaffinity(0))[SERVER_CORE]})


@contextmanager
def pinned_client() -> Iterator[None]:
    """Keep ourselves, who make the load, on the last core meanwhile: not the server's, if there are two."""
    cores = os.sched_getaffinity(0)
    _pin(os.getpid(), {sorted(cores)[CLIENT_CORE]})
    try:
        yield
    finally:
        _pin(os.getpid(), cores)


def _pin(pid: int, cores: set[int]) -> None:
    for thread in os.listdir(f"/proc/{pid}/task"):
        os.sched_setaffinity(int(thread), cores)


def median(figures: Sequence[float]) -> float:
    """Return the middle one."""
    return statistics.median(figures)


def percentile(figures: Sequence[float], percent: int) -> float:
    """Return the figure that so many percent of the figures do not exceed."""
    ordered = sorted(figures)
    return ordered[max(0, -(-len(ordered) * percent // 100) - 1)]
