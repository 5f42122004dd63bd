"""A PostgreSQL of the suite's own, which it may kill, freeze and start again; what was committed outlives that."""

from __future__ import annotations

import asyncio
import contextlib
import os
import shutil
import signal
from pathlib import Path

from talktime.migrate import migrate
from talktime.postgres import PORT, ManagedPostgres, PostgresError, find_binaries
from tests.harness.leftovers import make_folder
from tests.harness.postgres import APP_PASSWORD, APP_ROLE
from tests.harness.sql import execute

NAME = "talktime"
RESTARTS_MAX = 20
RESTART_PAUSE_SECONDS = 0.3
"""Who is left of a killed server notices that it is gone, and lets go of its memory."""


class PrivateDatabase:
    """Safe against its own death, unlike those of other tests: a commit that was answered is on disk."""

    def __init__(self) -> None:
        self._folder = make_folder()
        self._server = ManagedPostgres(self._folder / "data", find_binaries(os.environ))

    @property
    def socket(self) -> Path:
        """Return where it listens."""
        return self._server.socket_folder / f".s.PGSQL.{PORT}"

    @property
    def owner_url(self) -> str:
        """Return its address for who may do everything, past any proxy."""
        return self._server.url(NAME)

    def app_url(self, port: int) -> str:
        """Return its address for the programs, behind a proxy on this port."""
        return f"postgresql://{APP_ROLE}:{APP_PASSWORD}@127.0.0.1:{port}/{NAME}"

    async def start(self) -> None:
        """Start it for the first time, and make its schema."""
        await self._server.start()
        await execute(self._server.url(), f'CREATE DATABASE "{NAME}"')
        await migrate(self.owner_url, self._server.url(NAME, user=APP_ROLE))

    async def kill(self) -> None:
        """End the server and all its processes as the kernel would, with no warning."""
        for pid in self._pids():
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
        with contextlib.suppress(PostgresError):
            await self._server.wait()

    async def start_again(self) -> None:
        """Start it after a kill; it recovers what was committed."""
        for left in reversed(range(RESTARTS_MAX)):
            try:
                await self._server.stop()
                await self._server.start()
            except PostgresError:
                if not left:
                    raise
                await asyncio.sleep(RESTART_PAUSE_SECONDS)
            else:
                return

    def freeze(self) -> None:
        """Stop the server and all its processes in their tracks."""
        self._signal(signal.SIGSTOP)

    def thaw(self) -> None:
        """Let them go on."""
        self._signal(signal.SIGCONT)

    async def remove(self) -> None:
        """End it and delete all it had."""
        self.thaw()
        await self._server.stop()
        shutil.rmtree(self._folder, ignore_errors=True)

    def _signal(self, number: signal.Signals) -> None:
        for pid in self._pids():
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, number)

    def _pids(self) -> list[int]:
        """Return the server's process and its children: each of these is a session of its own."""
        if (server := self._server.pid) is None:
            return []
        children = Path(f"/proc/{server}/task/{server}/children")
        return [server, *map(int, children.read_text().split())] if children.exists() else [server]
