"""Charges per second that PostgreSQL takes at one transaction each."""

from __future__ import annotations

import asyncio
import os
import re
import shutil
from asyncio.subprocess import PIPE, STDOUT
from pathlib import Path

from talktime.postgres_binaries import machine_folders, wheel_folders

CLIENTS = 8
THREADS = 2
SCRIPT = Path(__file__).with_name("charge.sql")
CALLS_A_RUN = 1_000_000_000


class PgbenchError(Exception):
    """pgbench is missing, or did not say what we asked for."""


def find_pgbench() -> Path | None:
    """Return the program, on the PATH or beside a PostgreSQL of this machine, or None."""
    folders = [*machine_folders(os.environ), *wheel_folders()]
    found = shutil.which("pgbench") or next(
        (str(path) for each in folders if (path := each / "pgbench").is_file()), None
    )
    return Path(found) if found else None


async def charges_per_second(database_url: str, *, people: int, run: int, seconds: int) -> float:
    """Charge people 1 to `people` at random, prepared statements, in 8 connections; `run` is used once."""
    program = find_pgbench()
    if program is None:
        raise PgbenchError("There is no pgbench here: it comes with PostgreSQL, on some systems in `contrib`")
    variables = {"people": people, "n": 0, "first": run * CALLS_A_RUN}
    process = await asyncio.create_subprocess_exec(
        *(program, "--no-vacuum", "--protocol=prepared", f"--file={SCRIPT}", f"--time={seconds}"),
        *(f"--client={CLIENTS}", f"--jobs={THREADS}"),
        *(f"--define={name}={value}" for name, value in variables.items()),
        database_url,
        stdout=PIPE,
        stderr=STDOUT,
    )
    said, _ = await process.communicate()
    found = re.search(r"tps = ([\d.]+)", said.decode())
    if process.returncode or found is None or "aborted" in said.decode():
        raise PgbenchError(said.decode())
    return float(found[1])
