"""What it costs the event loop of a signaling node to keep an event in its journal, at each policy.

`python -m bench.journal [FOLDER]` measures the disk that the folder is on, or that of temporary files.
"""

from __future__ import annotations

import asyncio
import statistics
import sys
import tempfile
import time
from datetime import UTC, datetime
from pathlib import Path
from typing import get_args

from shared.ids import new_id
from shared.messages.base import EndReason
from shared.messages.events import CallEnded
from shared.messages.registry import envelope_of
from signaling.billing.journal_file import FileJournal, FsyncPolicy

EVENTS = 2_000
TOGETHER = 20
"""Events that are kept before the loop gets on with something else."""


async def measure(folder: Path, fsync: FsyncPolicy) -> tuple[float, float, float]:
    """Return microseconds: median and 99th percentile of `keep`, and the median of `forget`."""
    journal = FileJournal(folder, "bench", brokers=["bench"], fsync=fsync, fsync_ms=100)
    await journal.open()
    kept_us: list[float] = []
    forgotten_us: list[float] = []
    for _ in range(EVENTS // TOGETHER):
        events = [envelope_of(_ended()) for _ in range(TOGETHER)]
        for event in events:
            began = time.perf_counter()
            journal.keep(event)
            kept_us.append((time.perf_counter() - began) * 1e6)
        await asyncio.sleep(0)
        for event in events:
            began = time.perf_counter()
            journal.forget(event.message_id)
            forgotten_us.append((time.perf_counter() - began) * 1e6)
        await asyncio.sleep(0)
    await journal.close()
    return statistics.median(kept_us), statistics.quantiles(kept_us, n=100)[98], statistics.median(forgotten_us)


def _ended() -> CallEnded:
    now = datetime.now(UTC)
    return CallEnded(
        event_id=new_id(),
        call_id=new_id(),
        caller_id=new_id(),
        callee_id=new_id(),
        node="bench",
        reason=EndReason.HUNG_UP,
        talk_ms=61_000,
        price_minor=10,
        started_at=now,
        ended_at=now,
        minutes_held=2,
    )


async def main() -> None:
    """Print a row for each policy."""
    with tempfile.TemporaryDirectory(dir=sys.argv[1] if len(sys.argv) > 1 else None) as folder:
        print(f"{'policy':10}{'keep, median':>16}{'keep, p99':>14}{'forget, median':>18}   (µs of the event loop)")
        for fsync in get_args(FsyncPolicy):
            median, p99, forgotten = await measure(Path(folder), fsync)
            print(f"{fsync:10}{median:16.0f}{p99:14.0f}{forgotten:18.0f}")


if __name__ == "__main__":
    asyncio.run(main())
