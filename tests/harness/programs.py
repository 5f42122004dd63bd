"""Whole programs as real child processes: started, watched, stopped, killed."""

import asyncio
import contextlib
import os
import re
import shutil
import signal
import sys
from asyncio.subprocess import PIPE, STDOUT, Process
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

import httpx

from shared.settings_loading import PREFIX
from talktime.child import end_child, send_signal, start_child
from tests.harness.errors import TookTooLongError
from tests.harness.leaks.learning import learn_from_environment
from tests.harness.leaks.session import WATCH, hear_program
from tests.harness.leftovers import make_folder

ROOT = Path(__file__).parents[2]
READY_SECONDS_MAX = 60
STOP_SECONDS_MAX = 20
POLL_SECONDS = 0.02
LINE_BYTES_MAX = 2**20
TAIL_LINES = 40


class Program:
    """A running `talktime` command, or any other command, and everything it has said (both streams, in order)."""

    def __init__(self, name: str, process: Process) -> None:
        self.name = name
        self.lines: list[str] = []
        self._process = process
        self._said_more = asyncio.Condition()
        self._reader = asyncio.create_task(self._read())

    @property
    def pid(self) -> int:
        """Return its process id."""
        return self._process.pid

    @property
    def exit_status(self) -> int | None:
        """Return how it ended; negative for a signal, None while it runs."""
        return self._process.returncode

    @property
    def output(self) -> str:
        """Return everything it has said so far."""
        return "\n".join(self.lines)

    async def says(self, pattern: str, *, seconds_max: float = READY_SECONDS_MAX) -> re.Match[str]:
        """Return the first match of a line with the pattern, once there is one. Raises `TookTooLongError`."""
        with self._limit(f"a line like {pattern!r}", seconds_max):
            async with asyncio.timeout(seconds_max), self._said_more:
                while (found := self._find(pattern)) is None:
                    self._must_run(f"a line like {pattern!r}")
                    await self._said_more.wait()
                return found

    async def says_again(self, pattern: str, *, times: int, seconds_max: float = READY_SECONDS_MAX) -> None:
        """Return once so many lines have had the pattern. Raises `TookTooLongError`."""
        wanted = f"{times} lines like {pattern!r}"
        with self._limit(wanted, seconds_max):
            async with asyncio.timeout(seconds_max), self._said_more:
                while sum(1 for line in self.lines if re.search(pattern, line)) < times:
                    self._must_run(wanted)
                    await self._said_more.wait()

    async def answers(self, url: str, *, status: int = 200, seconds_max: float = READY_SECONDS_MAX) -> None:
        """Return once the URL answers with this status. Raises `TookTooLongError`."""
        with self._limit(f"{status} from {url}", seconds_max):
            async with asyncio.timeout(seconds_max), httpx.AsyncClient(trust_env=False) as client:
                while True:
                    with contextlib.suppress(httpx.TransportError):
                        if (await client.get(url)).status_code == status:
                            return
                    self._must_run(f"{status} from {url}")
                    await asyncio.sleep(POLL_SECONDS)

    async def ends(self, *, seconds_max: float = STOP_SECONDS_MAX) -> int:
        """Return the exit status once it has ended by itself. Raises `TookTooLongError`."""
        with self._limit("the end", seconds_max):
            async with asyncio.timeout(seconds_max):
                await self._process.wait()
        return await self._ended()

    async def stop(self, signal_number: signal.Signals = signal.SIGTERM) -> int:
        """Ask it to end, wait for that, and return the exit status. Raises `TookTooLongError`, having killed it."""
        send_signal(self._process, signal_number)
        try:
            return await self.ends()
        finally:
            await self.kill()

    async def kill(self) -> int:
        """End it as the kernel would, with any child it has, and return the exit status."""
        if not self._reader.done():
            await end_child(self._process)
        return await self._ended()

    def send(self, signal_number: signal.Signals) -> None:
        """Send a signal; SIGSTOP and SIGCONT freeze and thaw it."""
        send_signal(self._process, signal_number)

    async def _ended(self) -> int:
        await self._reader
        return await self._process.wait()

    async def _read(self) -> None:
        assert self._process.stdout is not None
        async for line in self._process.stdout:
            async with self._said_more:
                self.lines.append(line.decode(errors="replace").rstrip("\n"))
                hear_program(self.name, self.lines[-1])
                self._said_more.notify_all()
        await self._process.wait()
        async with self._said_more:
            self._said_more.notify_all()

    def _find(self, pattern: str) -> re.Match[str] | None:
        return next((found for line in self.lines if (found := re.search(pattern, line))), None)

    def _must_run(self, wanted: str) -> None:
        if self.exit_status is not None:
            raise TookTooLongError(f"{self.name} ended with {self.exit_status} before {wanted}:\n{self._tail()}")

    @contextlib.contextmanager
    def _limit(self, wanted: str, seconds_max: float) -> Iterator[None]:
        try:
            yield
        except TimeoutError:
            raise TookTooLongError(f"{self.name}: no {wanted} within {seconds_max} s:\n{self._tail()}") from None

    def _tail(self) -> str:
        return "\n".join(self.lines[-TAIL_LINES:])


class Programs:
    """Starts programs for a test, and lets none outlive it."""

    def __init__(self) -> None:
        self._started: list[Program] = []
        self._state = make_folder()
        """Not the developer's, in which programs of other installations may look for their own."""

    async def talktime(self, *arguments: str, env: Mapping[str, str] | None = None, cwd: Path = ROOT) -> Program:
        """Start `python -m talktime …`; settings come from `env` alone, never from the developer's environment."""
        return await self.run(sys.executable, "-m", "talktime", *arguments, env=env, cwd=cwd)

    async def run(self, *command: str, env: Mapping[str, str] | None = None, cwd: Path = ROOT) -> Program:
        """Start any command; its first word is an absolute path."""
        learn_from_environment(WATCH, env or {})
        process = await start_child(
            command,
            env={**inherited_environment(), "XDG_STATE_HOME": str(self._state), **(env or {})},
            cwd=cwd,
            stdout=PIPE,
            stderr=STDOUT,
        )
        program = Program(_name(command), process)
        self._started.append(program)
        return program

    async def close(self) -> None:
        """Kill what still runs and show what each one said."""
        for program in self._started:
            await program.kill()
            # pytest shows it if the test failed.
            sys.stdout.write(f"--- {program.name} (exit status {program.exit_status})\n{program.output}\n")
        self._started.clear()
        shutil.rmtree(self._state, ignore_errors=True)


def inherited_environment() -> dict[str, str]:
    """Return our environment without any setting of the product, and with output not held back."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith(PREFIX)}
    return {**kept, "PYTHONUNBUFFERED": "1"}


def _name(command: Sequence[str]) -> str:
    return " ".join(Path(word).name if word.startswith("/") else word for word in command)
