"""A billing worker that the kernel kills after its first settlement is committed, before it is acknowledged."""

from __future__ import annotations

import asyncio
import os
import signal
from collections.abc import Sequence

import shared.bus.rabbit
import talktime.programs
from shared.bus.interface import Delivery, HandleBatch, Rejected, Subscription
from shared.messages.events import CallEnded
from shared.messages.registry import type_of
from shared.settings_loading import load_settings
from talktime.logs import log_to_stderr


class DoomedBus(shared.bus.rabbit.RabbitBus):
    """The real bus, but for one moment."""

    async def consume(self, queue: str, handle: HandleBatch, *, batch_max: int, gather_ms: int = 0) -> Subscription:
        """Consume as ever; the process is gone once a batch with an end has been handled."""

        async def handle_and_die(batch: Sequence[Delivery]) -> Sequence[Rejected]:
            rejected = await handle(batch)
            if any(delivery.type == type_of(CallEnded) for delivery in batch):
                os.kill(os.getpid(), signal.SIGKILL)
            return rejected

        return await super().consume(queue, handle_and_die, batch_max=batch_max, gather_ms=gather_ms)


if __name__ == "__main__":
    settings = load_settings(os.environ)
    log_to_stderr(settings.log_level)
    setattr(talktime.programs, "RabbitBus", DoomedBus)  # noqa: B010 - the one thing this worker does otherwise
    asyncio.run(talktime.programs.run_worker(settings))
