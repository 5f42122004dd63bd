"""`python -m tests.simulation --minutes 1000000`: a long run, in pieces of their own seeds, on all processors."""

from __future__ import annotations

import argparse
import os
import sys
import time
from collections import Counter
from concurrent.futures import ProcessPoolExecutor
from functools import partial

from tests.simulation.world import Done, simulate

PIECE_MINUTES = 10_000


def main() -> int:
    """Run, and say what it came to."""
    parser = argparse.ArgumentParser(prog="simulate", description=__doc__)
    parser.add_argument("--seed", type=int, default=int(os.environ.get("SIMULATION_SEED", "1")))
    parser.add_argument(
        "--minutes", type=int, default=int(os.environ.get("SIMULATION_MINUTES", str(PIECE_MINUTES)))
    )
    parser.add_argument("--processes", type=int, default=os.cpu_count() or 1)
    asked = parser.parse_args()
    pieces = -(-asked.minutes // PIECE_MINUTES)
    began = time.monotonic()
    if pieces == 1:
        done = [simulate(asked.seed, minutes=asked.minutes)]
    else:
        seeds = range(asked.seed, asked.seed + pieces)
        with ProcessPoolExecutor(asked.processes) as pool:
            done = list(pool.map(partial(simulate, minutes=PIECE_MINUTES), seeds))
    _tell(done, seconds=time.monotonic() - began)
    return 0


def _tell(done: list[Done], *, seconds: float) -> None:
    seen: Counter[str] = Counter()
    for each in done:
        seen.update(each.seen)
    minutes, calls = sum(each.talked_minutes for each in done), sum(each.calls for each in done)
    days = sum(each.simulated_ms for each in done) / 86_400_000
    lines = [f"{minutes} minutes of talk in {calls} calls, {days:.1f} simulated days, in {seconds:.1f} s"]
    lines += [f"{times:10} {what}" for what, times in sorted(seen.items())]
    lines.append(f"trace {' '.join(each.trace_hash for each in done[:3])}")
    sys.stdout.write("\n".join(lines) + "\n")


if __name__ == "__main__":
    sys.exit(main())
