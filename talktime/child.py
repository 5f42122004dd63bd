"""Child processes that end when we do, however we end."""

from __future__ import annotations

import asyncio
import contextlib
import os
import signal
import sys
from asyncio.subprocess import DEVNULL, Process
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import IO

LEASH = Path(__file__).with_name("leash.py")


async def start_child(
    command: Sequence[str | Path],
    *,
    env: Mapping[str, str],
    cwd: Path | None = None,
    user: str | None = None,
    death_signal: signal.Signals = signal.SIGKILL,
    stdout: int | IO[bytes] = DEVNULL,
    stderr: int | IO[bytes] = DEVNULL,
) -> Process:
    """Start a program, as `user` if given (root only), that gets `death_signal` should the calling thread end.

    It has a session of its own, so that Ctrl-C in our terminal reaches us alone and we end it in order.
    The first word of `command` is an absolute path. Raises `OSError`.
    """
    return await asyncio.create_subprocess_exec(
        *(sys.executable, "-I", "-S", str(LEASH)),
        *(str(os.getpid()), str(int(death_signal)), user or "-"),
        *map(str, command),
        env=dict(env),
        cwd=cwd,
        stdin=DEVNULL,
        stdout=stdout,
        stderr=stderr,
        start_new_session=True,
    )


async def end_child(process: Process, *steps: tuple[signal.Signals, float]) -> int:
    """Send each signal in turn, waiting so many seconds for the end; then kill. Returns the exit status.

    Children that it left behind are killed too. Cancelling kills at once.
    """
    try:
        for signal_number, seconds_max in steps:
            send_signal(process, signal_number)
            with contextlib.suppress(TimeoutError):
                return await asyncio.wait_for(process.wait(), seconds_max)
    finally:
        # It leads a group of its own; a child it left would hold its output open, and our wait with it.
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.killpg(process.pid, signal.SIGKILL)
    return await process.wait()


def send_signal(process: Process, signal_number: signal.Signals) -> None:
    """Signal the process if it still runs."""
    if process.returncode is None:
        with contextlib.suppress(ProcessLookupError):
            process.send_signal(signal_number)
