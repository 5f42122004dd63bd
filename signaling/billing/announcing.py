"""Tells billing what happened to calls, again and again until the broker has it safely."""

from __future__ import annotations

import asyncio
import contextlib
import logging
from collections.abc import Sequence

from shared.bus.backoff import Backoff
from shared.bus.interface import Bus, Envelope, Outcome
from shared.failpoints import Failpoint, failpoint, failpoint_now
from shared.messages.events import CallEnded, CallStarted
from shared.messages.registry import envelope_of
from signaling.billing.journal import Journal

BATCH_MAX = 200
"""Events published together."""
WAITING_MAX = 10_000
"""With so many unconfirmed events no new call is taken, so that they cannot pile up without end."""
RETRY_MS_FIRST = 100
RETRY_MS_MAX = 5_000

log = logging.getLogger(__name__)


class Announcer:
    """Publishes events in the order of each call, with the same id at every attempt."""

    def __init__(self, bus: Bus, journal: Journal, *, backoff: Backoff | None = None) -> None:
        self._bus = bus
        self._journal = journal
        self._backoff = backoff or Backoff(first_ms=RETRY_MS_FIRST, longest_ms=RETRY_MS_MAX)
        self._wake = asyncio.Event()
        self._empty = asyncio.Event()
        self._empty.set()
        self._task: asyncio.Task[None] | None = None

    @property
    def overfull(self) -> bool:
        """Whether no more calls should be begun: too many events wait, or they could not be kept safely."""
        return len(self._journal) >= WAITING_MAX or not self._journal.fit

    def announce(self, event: CallStarted | CallEnded) -> None:
        """Have the event published; returns at once."""
        self._empty.clear()
        self._wake.set()
        self._journal.keep(envelope_of(event))
        failpoint_now(Failpoint.ANNOUNCER_KEPT)

    def start(self) -> None:
        """Begin publishing, with what an earlier process left in the journal."""
        if len(self._journal):
            self._empty.clear()
        self._task = asyncio.create_task(self._run())
        self._wake.set()

    async def drain(self, *, timeout_ms: int) -> None:
        """Return when all events are confirmed or the time is over."""
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(timeout_ms / 1_000):
                await self._empty.wait()
        if len(self._journal):
            log.error("%d call events could not be published before the end", len(self._journal))

    async def stop(self) -> None:
        """Publish no more."""
        if self._task is not None:
            self._task.cancel()
            await asyncio.wait({self._task})

    async def _run(self) -> None:
        while True:
            await self._wake.wait()
            self._wake.clear()
            try:
                while batch := self._journal.oldest(BATCH_MAX):
                    await self._publish(batch)
            except Exception:
                # Events must not wait for the next process, whatever it was: each is safe to publish again.
                log.exception("Publishing call events failed; again later")
                await asyncio.sleep(self._backoff.next_ms() / 1_000)
                self._wake.set()
            else:
                self._empty.set()

    async def _publish(self, batch: Sequence[Envelope]) -> None:
        """Publish a batch, and wait a while if not all of it is confirmed."""
        unconfirmed = 0
        outcomes = await self._outcomes(batch)
        await failpoint(Failpoint.ANNOUNCER_CONFIRMED)
        for envelope, outcome in zip(batch, outcomes, strict=True):
            if outcome is Outcome.CONFIRMED:
                self._journal.forget(envelope.message_id)
            else:
                unconfirmed += 1
                log.warning("Call %s: %s is %s, again later", envelope.correlation_id, envelope.type, outcome)
        if unconfirmed:
            await asyncio.sleep(self._backoff.next_ms() / 1_000)
        else:
            self._backoff.reset()

    async def _outcomes(self, batch: Sequence[Envelope]) -> Sequence[Outcome]:
        try:
            return await self._bus.publish(batch)
        except Exception:
            log.exception("Publishing failed in a way that the bus does not promise")
            return [Outcome.UNKNOWN] * len(batch)
