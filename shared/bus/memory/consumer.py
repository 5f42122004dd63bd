"""Delivers one queue in memory to one handler."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence

import msgspec

from shared.bus.batches import Received, Waiting
from shared.bus.consuming import BatchGivenUpError, HandleReceived, Processing, pausing
from shared.bus.interface import Rejected
from shared.clock import Clock

Park = Callable[[Rejected], None]


class MemoryConsumer:
    """A running consumer; see `shared.bus.interface.Subscription`."""

    def __init__(
        self,
        waiting: Waiting,
        handle: HandleReceived,
        *,
        park: Park,
        clock: Clock,
        batch_max: int,
        gather_ms: int = 0,
    ) -> None:
        self._waiting = waiting
        self._park = park
        self._batch_max = batch_max
        self._gather_ms = gather_ms
        self._over = asyncio.Event()
        self._processing = Processing(handle, pause=pausing(self._over), clock=clock)
        self._task = asyncio.create_task(self._run())

    async def stop(self) -> None:
        """Take no more messages, finish the batch at hand, and return."""
        self._over.set()
        self._waiting.wake()
        await asyncio.wait({self._task})

    async def _run(self) -> None:
        while batch := await self._waiting.take(
            batch_max=self._batch_max, gather_ms=self._gather_ms, over=self._over
        ):
            await self._deliver(batch)

    async def _deliver(self, batch: Sequence[Received]) -> None:
        try:
            for rejected in await self._processing.process(batch):
                self._park(rejected)
        except BatchGivenUpError:
            self._waiting.put_back(_redelivered(batch))
        except BaseException:
            self._waiting.put_back(_redelivered(batch))
            raise


def _redelivered(batch: Sequence[Received]) -> list[Received]:
    return [msgspec.structs.replace(received, redelivered=True) for received in batch]
