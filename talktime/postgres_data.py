"""A PostgreSQL data directory: whose it is, and making one."""

from __future__ import annotations

import os
import shutil
import sys
from asyncio.subprocess import PIPE, STDOUT
from pathlib import Path

from talktime.child import end_child, start_child
from talktime.postgres_binaries import Binaries, PostgresError

OWNER = "postgres"
"""The superuser of what we make."""
BUILTIN_LOCALE_MAJOR = 17
"""From here on PostgreSQL brings its own Unicode, the same on every machine."""


def data_major(data_dir: Path) -> int | None:
    """Return the major version that a data directory is bound to, or None if it is not made yet.

    Raises `PostgresError`.
    """
    try:
        return int((data_dir / "PG_VERSION").read_text())
    except FileNotFoundError:
        return None
    except ValueError:
        raise PostgresError(f"{data_dir / 'PG_VERSION'} is damaged: move the folder away to start afresh") from None


def check_data_dir(data_dir: Path, binaries: Binaries) -> None:
    """Raise `PostgresError` unless the directory is absent, empty, or made by this major version."""
    major = data_major(data_dir)
    if major is None and data_dir.exists() and any(data_dir.iterdir()):
        raise PostgresError(f"{data_dir} has files in it that are not PostgreSQL's: choose another data folder")
    if major not in (None, binaries.major):
        raise PostgresError(
            f"{data_dir} was made by PostgreSQL {major}, and {binaries.folder} is version {binaries.version}, "
            f"which cannot read it. Install PostgreSQL {major}, or move the folder away to start afresh."
        )


async def make_data_dir(data_dir: Path, binaries: Binaries, *, user: str | None, disposable: bool) -> None:
    """Make it beside its place and move it there when whole, since a half-made one never starts again.

    Only the machine's users who can reach its socket get in. Raises `PostgresError`.
    """
    making = data_dir.with_name(data_dir.name + ".new")
    shutil.rmtree(making, ignore_errors=True)
    making.mkdir(parents=True, mode=0o700)
    if user is not None:
        shutil.chown(making, user)
    process = await start_child(
        [binaries.folder / "initdb", "-D", making, *_options(binaries, disposable=disposable)],
        env=neutral_environment(),
        cwd=making,
        user=user,
        stdout=PIPE,
        stderr=STDOUT,
    )
    try:
        said, _ = await process.communicate()
    finally:
        await end_child(process)
    if process.returncode != 0:
        shutil.rmtree(making, ignore_errors=True)
        raise PostgresError(f"initdb could not make {data_dir}:\n{said.decode(errors='replace').strip()}")
    making.rename(data_dir)  # takes the place of an empty folder too


def neutral_environment() -> dict[str, str]:
    """Return what PostgreSQL's programs run with: our own PG variables and locale would change what they do."""
    return {"PATH": os.environ.get("PATH", os.defpath), "LC_MESSAGES": "C", "TZ": "UTC"}


def _options(binaries: Binaries, *, disposable: bool) -> list[str]:
    options = ["-U", OWNER, "--encoding=UTF8", "--auth-local=trust", "--auth-host=reject", "--no-instructions"]
    if binaries.major >= BUILTIN_LOCALE_MAJOR:
        options += ["--locale=C", "--locale-provider=builtin", "--builtin-locale=C.UTF-8"]
    else:
        options += ["--locale=en_US.UTF-8" if sys.platform == "darwin" else "--locale=C.UTF-8"]
    return [*options, "--no-sync"] if disposable else options
