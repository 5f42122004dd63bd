"""Work that is done again and again, with a pause in between."""

from __future__ import annotations

import asyncio
import contextlib
import logging
from collections.abc import Awaitable, Callable

from shared.bus.interface import UnavailableError

log = logging.getLogger(__name__)


class Rounds:
    """A task that does its work once a pause until it is stopped; a round that fails is followed by the next."""

    def __init__(self, name: str, work: Callable[[], Awaitable[object]], *, pause_ms: int) -> None:
        self._name = name
        self._work = work
        self._pause_ms = pause_ms
        self._stopping = asyncio.Event()
        self._task: asyncio.Task[None] | None = None

    def start(self, *, after_a_pause: bool = False) -> None:
        """Begin with a first round, at once or after a pause."""
        self._task = asyncio.create_task(self._run(after_a_pause), name=self._name)

    async def stop(self) -> None:
        """Finish the round at hand and return."""
        self._stopping.set()
        if self._task is not None:
            await asyncio.wait({self._task})

    async def _run(self, after_a_pause: bool) -> None:  # noqa: FBT001 - its only caller is above
        if after_a_pause:
            await self._pause()
        while not self._stopping.is_set():
            try:
                await self._work()
            except UnavailableError as error:
                log.warning("%s has to wait: %s", self._name, error)
            except Exception:
                log.exception("A round of %s failed", self._name)
            await self._pause()

    async def _pause(self) -> None:
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(self._pause_ms / 1_000):
                await self._stopping.wait()
