"""What both transports do with a batch: try it, wait out an outage, isolate the message that fails alone."""

from __future__ import annotations

import asyncio
import logging
import re
from collections.abc import Awaitable, Callable, Sequence

from shared.bus.backoff import Backoff
from shared.bus.batches import Received
from shared.bus.interface import HandleNotice, Rejected, UnavailableError
from shared.clock import Clock

RETRY_MS_MIN = 100
RETRY_MS_MAX = 10_000
HOLD_MS_MAX = 15 * 60_000
"""How long a batch is held unacknowledged through an outage: half of what RabbitMQ allows a consumer."""
REASON_CHARS_MAX = 300

HandleReceived = Callable[[Sequence[Received]], Awaitable[Sequence[Rejected]]]
Pause = Callable[[int], Awaitable[bool]]
"""Wait so many milliseconds and return True; return False at once where the consumer is ending."""

log = logging.getLogger(__name__)

_PASSWORD = re.compile(r"(://[^:/@\s]*):[^@\s]*@")


class BatchGivenUpError(Exception):
    """The batch is neither processed nor rejected: it must not be acknowledged."""


class HeldTooLongError(BatchGivenUpError):
    """The outage outlasts what the broker lets a consumer hold: give the batch back and take it again."""


class Processing:
    """Gives batches to a handler until each message is either processed or rejected."""

    def __init__(self, handle: HandleReceived, *, pause: Pause, clock: Clock) -> None:
        self._handle = handle
        self._pause = pause
        self._clock = clock

    async def process(self, batch: Sequence[Received]) -> list[Rejected]:
        """Return what was rejected; all else is done. Raises `BatchGivenUpError`."""
        hold_until_ms = self._clock.monotonic_ms() + HOLD_MS_MAX
        try:
            return await self._waiting_out(batch, hold_until_ms=hold_until_ms)
        except BatchGivenUpError:
            raise
        except Exception:
            # One bad message must not reject its neighbours: each is tried alone, also where it was alone before.
            log.exception("A batch of %d failed; its messages are tried one by one", len(batch))
        rejected: list[Rejected] = []
        for received in batch:
            rejected += await self._alone(received, hold_until_ms=hold_until_ms)
        return rejected

    async def _alone(self, received: Received, *, hold_until_ms: int) -> list[Rejected]:
        try:
            return await self._waiting_out([received], hold_until_ms=hold_until_ms)
        except BatchGivenUpError:
            raise
        except Exception as error:
            log.exception("%s %s is rejected", received.type, received.message_id)
            return [Rejected(received, reason_of(error))]

    async def _waiting_out(self, batch: Sequence[Received], *, hold_until_ms: int) -> list[Rejected]:
        """Call the handler again and again while it is unavailable."""
        backoff = Backoff(first_ms=RETRY_MS_MIN, longest_ms=RETRY_MS_MAX)
        while True:
            try:
                return list(await self._handle(batch))
            except UnavailableError as error:
                log.warning("Holding %d messages: %s", len(batch), reason_of(error))
            if self._clock.monotonic_ms() >= hold_until_ms:
                raise HeldTooLongError
            if not await self._pause(backoff.next_ms()):
                raise BatchGivenUpError


def reason_of(error: BaseException) -> str:
    """Return type and text of an error for people: one line, bounded, without a URL's password."""
    # The first line only: what follows in database errors are statements and their parameters.
    text = _PASSWORD.sub(r"\1:***@", str(error).partition("\n")[0]).strip()
    return f"{type(error).__name__}: {text}"[:REASON_CHARS_MAX] if text else type(error).__name__


def pausing(over: asyncio.Event) -> Pause:
    """Return a pause that ends early when it is over."""

    async def pause(wait_ms: int) -> bool:
        try:
            async with asyncio.timeout(wait_ms / 1_000):
                await over.wait()
        except TimeoutError:
            return True
        return False

    return pause


def noticing(handle: HandleNotice) -> HandleReceived:
    """Return a handler that takes notices one after another; they are hints, so one that fails is only logged."""

    async def take(batch: Sequence[Received]) -> Sequence[Rejected]:
        for received in batch:
            try:
                await handle(received)
            except Exception:
                log.exception("Notice %s %s is lost", received.type, received.message_id)
        return ()

    return take
