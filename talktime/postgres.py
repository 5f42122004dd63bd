"""A PostgreSQL of our own: made, started, watched and stopped as a child of this process."""

from __future__ import annotations

import asyncio
import contextlib
import logging
import os
import shutil
import signal
import tempfile
from asyncio.subprocess import Process
from pathlib import Path
from typing import Self
from urllib.parse import quote

import asyncpg

from talktime.child import end_child, start_child
from talktime.postgres_binaries import Binaries, PostgresError, copied, find_binaries
from talktime.postgres_data import OWNER, check_data_dir, data_major, make_data_dir, neutral_environment
from talktime.postgres_user import barrier, reachable_data_dir, running_user

__all__ = ["Binaries", "ManagedPostgres", "PostgresError", "find_binaries"]

log = logging.getLogger(__name__)

PORT = 5432
"""Only names the socket: nothing listens on the network."""
SOCKET_PATH_BYTES_MAX = 100
"""The kernel's own limit is 104 or 108."""
START_SECONDS_MAX = 60
STOP_SECONDS_MAX = 10
QUIT_SECONDS_MAX = 5
READY_POLL_SECONDS = 0.01
LOG_NAME = "server.log"
LOG_LINES_SHOWN = 8
SETTINGS = {
    "listen_addresses": "",
    "port": str(PORT),
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
        self._user: str | None = None
        self._process: Process | None = None
        self._socket_folder = self._data_dir
        self._borrowed_folder: Path | None = None

    @classmethod
    def in_folder(cls, folder: Path) -> Self:
        """Return the server for a folder, with the binaries its data needs, or the best there are if it has none.

        As root, where PostgreSQL may not enter that folder, its data is kept elsewhere. Raises `PostgresError`.
        """
        data_dir = reachable_data_dir(folder)
        if data_dir != folder:
            log.warning("The database is in %s, since PostgreSQL may not enter %s", data_dir, folder)
        major = data_major(data_dir)
        try:
            return cls(data_dir, find_binaries(major=major))
        except PostgresError as error:
            raise (
                PostgresError(f"{data_dir} was made by PostgreSQL {major}. {error}") if major else error
            ) from None

    @property
    def pid(self) -> int | None:
        """Return the server's process id while it runs."""
        return self._process.pid if self._process is not None and self._process.returncode is None else None

    @property
    def socket_folder(self) -> Path:
        """Return the folder of the socket, while the server runs."""
        return self._socket_folder

    def url(self, database: str = "postgres", *, user: str = OWNER) -> str:
        """Return the address of a database; the default user is the superuser, who may create others."""
        return database_url(self.socket_folder, database, user=user)

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
        check_data_dir(self._data_dir, self._binaries)
        self._choose_user()
        if data_major(self._data_dir) is None:
            await make_data_dir(self._data_dir, self._binaries, user=self._user, disposable=self._disposable)
        self._choose_socket_folder()
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
            steps = ((signal.SIGINT, STOP_SECONDS_MAX), (signal.SIGQUIT, QUIT_SECONDS_MAX))
            await end_child(self._process, *steps)
            self._process = None
        if self._borrowed_folder is not None:
            shutil.rmtree(self._borrowed_folder, ignore_errors=True)
            self._borrowed_folder = None

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
        """Return the exit status when the server ends by itself. Raises `PostgresError` if it does not run."""
        if self._process is None:
            raise PostgresError("PostgreSQL is not running")
        return await self._process.wait()

    def _choose_user(self) -> None:
        """As root, take another user, and see to it that he can reach both data and programs."""
        account = running_user(self._data_dir)
        if account is None:
            return
        closed = barrier(self._data_dir, account)
        if closed is not None:
            raise PostgresError(
                f"PostgreSQL does not run as root, and the user {account.pw_name!r} may not enter {closed}: "
                "choose a data folder elsewhere, or run this as an ordinary user"
            )
        self._user = account.pw_name
        if barrier(self._binaries.folder / "postgres", account) is not None:
            self._binaries = copied(self._binaries, self._data_dir.with_name(self._data_dir.name + ".programs"))

    def _choose_socket_folder(self) -> None:
        """The data directory is private already and leaves nothing to clean up, if its path is short enough."""
        socket = self._data_dir / f".s.PGSQL.{PORT}"
        if len(os.fsencode(socket)) <= SOCKET_PATH_BYTES_MAX:
            return
        self._borrowed_folder = Path(tempfile.mkdtemp(prefix="talktime-", dir="/tmp"))
        if self._user is not None:
            shutil.chown(self._borrowed_folder, self._user)
        self._socket_folder = self._borrowed_folder

    async def _launch(self) -> Process:
        settings = {
            **SETTINGS,
            **(DISPOSABLE_SETTINGS if self._disposable else {}),
            "unix_socket_directories": str(self.socket_folder),
        }
        program: list[str | Path] = [self._binaries.folder / "postgres", "-D", self._data_dir]
        with (self._data_dir / LOG_NAME).open("ab") as log:
            return await start_child(
                [*program, *(f"--{name}={value}" for name, value in settings.items())],
                env=neutral_environment(),
                cwd=self._data_dir,
                user=self._user,
                death_signal=signal.SIGQUIT,
                stdout=log,
                stderr=log,
            )

    async def _until_ready(self, process: Process) -> None:
        """Return when line 8 of `postmaster.pid`, written by our child, says so."""
        while True:
            if process.returncode is not None:
                raise PostgresError(self._why_it_ended())
            with contextlib.suppress(OSError):
                lines = (self._data_dir / "postmaster.pid").read_text().splitlines()
                if len(lines) >= 8 and lines[0] == str(process.pid) and lines[7].strip() == "ready":
                    return
            await asyncio.sleep(READY_POLL_SECONDS)

    def _why_it_ended(self) -> str:
        said = self._log_tail()
        if 'lock file "postmaster.pid" already exists' in said:
            return f"Another Talktime uses {self._data_dir}: stop it, or choose another data folder."
        return f"PostgreSQL ended as it was starting.{said}"

    def _log_tail(self) -> str:
        with contextlib.suppress(OSError):
            lines = (self._data_dir / LOG_NAME).read_text(errors="replace").splitlines()
            return "\nIt said:\n" + "\n".join(lines[-LOG_LINES_SHOWN:])
        return ""


def database_url(socket_folder: Path, database: str, *, user: str) -> str:
    """Return the address of a database behind the socket in this folder."""
    return f"postgresql://{quote(user)}@/{quote(database)}?host={quote(str(socket_folder))}"
