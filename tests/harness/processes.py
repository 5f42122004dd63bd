"""Watching processes that are not our children."""

import asyncio
import contextlib
import os
from pathlib import Path

GONE_SECONDS_MAX = 20


def runs(pid: int) -> bool:
    """Tell whether the process runs; one that has ended and waits for its parent does not."""
    if Path("/proc/self").exists():
        with contextlib.suppress(FileNotFoundError, ProcessLookupError):
            return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
        return False
    with contextlib.suppress(ProcessLookupError):
        os.kill(pid, 0)
        return True
    return False


async def gone(pid: int) -> None:
    """Return when the process has ended. Raises `TimeoutError`."""
    async with asyncio.timeout(GONE_SECONDS_MAX):
        while runs(pid):  # noqa: ASYNC110 - the kernel tells nobody but its parent
            await asyncio.sleep(0.01)
