"""What signaling does all the time: it publishes how calls ended, asks billing, and takes notices."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Coroutine, Sequence
from contextlib import asynccontextmanager

from shared.bus.interface import Delivery, Envelope, NoReplyError, Outcome
from shared.bus.rabbit import RabbitBus
from shared.messages.notices import CallCharged, Notice
from shared.messages.registry import decode_notice, envelope_of
from shared.messages.requests import Admitted
from tests.billing_worker.town import Conversation, Resident, Town

ASK_TIMEOUT_MS = 1_000
PUBLISH_TIMEOUT_MS = 1_000
TOGETHER = 5
PACE_SECONDS = 0.02


@asynccontextmanager
async def connected(urls: str, *, node: str | None = None) -> AsyncIterator[RabbitBus]:
    """Hold a program's bus."""
    bus = RabbitBus(urls, publish_timeout_ms=PUBLISH_TIMEOUT_MS, node=node)
    await bus.start()
    try:
        yield bus
    finally:
        await bus.close()


@asynccontextmanager
async def going_on(work: Coroutine[object, object, None]) -> AsyncIterator[asyncio.Task[None]]:
    """Have something go on in the background; a failure of it is the test's."""
    task = asyncio.create_task(work)
    try:
        yield task
    finally:
        task.cancel()
        await asyncio.wait({task})
    if not task.cancelled():
        task.result()


class Signaling:
    """A node's traffic, with what became of it."""

    def __init__(self, bus: RabbitBus, town: Town) -> None:
        self.bus = bus
        self.notices: list[Notice] = []
        self.confirmed = 0
        """Events that the broker has taken."""
        self.answered_at: list[float] = []
        """When billing answered, by the monotonic clock."""
        self._town = town

    async def take(self, delivery: Delivery) -> None:
        """Take a notice."""
        self.notices.append(decode_notice(delivery.body))

    @property
    def charged(self) -> set[object]:
        """The calls that notices say are charged."""
        return {notice.call_id for notice in self.notices if isinstance(notice, CallCharged)}

    async def tell_ends(self, calls: Sequence[Conversation]) -> None:
        """Publish each call's start and end, each again with the same id until it is confirmed."""
        for begin in range(0, len(calls), TOGETHER):
            some = calls[begin : begin + TOGETHER]
            waiting = [envelope_of(said) for call in some for said in (call.started(), call.ended(60_001))]
            while waiting := await self._unconfirmed(waiting):  # noqa: ASYNC110 - brokers tell nobody
                await asyncio.sleep(PACE_SECONDS)
            await asyncio.sleep(PACE_SECONDS)

    async def ask_on_and_on(self, resident: Resident) -> None:
        """Ask whether somebody may connect, over and over."""
        admission = await self._town.admission_of(resident)
        while True:
            try:
                reply = await self.bus.ask(admission, timeout_ms=ASK_TIMEOUT_MS)
            except NoReplyError:
                await asyncio.sleep(PACE_SECONDS)
                continue
            assert isinstance(reply, Admitted)
            self.answered_at.append(time.monotonic())
            await asyncio.sleep(PACE_SECONDS)

    async def confirmed_more(self) -> None:
        """Return when the broker has taken some event from now on."""
        before = self.confirmed
        await until(lambda: self.confirmed > before)

    async def answered_since(self, moment: float) -> None:
        """Return when billing has answered after that moment."""
        await until(lambda: bool(self.answered_at) and self.answered_at[-1] > moment)

    async def _unconfirmed(self, envelopes: list[Envelope]) -> list[Envelope]:
        outcomes = await self.bus.publish(envelopes)
        left = [each for each, outcome in zip(envelopes, outcomes, strict=True) if outcome is not Outcome.CONFIRMED]
        self.confirmed += len(envelopes) - len(left)
        return left


async def until(met: Callable[[], bool], *, seconds_max: float = 30) -> None:
    """Return when that is so. Raises `TimeoutError`."""
    async with asyncio.timeout(seconds_max):
        while not met():  # noqa: ASYNC110 - brokers tell nobody
            await asyncio.sleep(0.01)


async def until_so(met: Callable[[], Awaitable[bool]], *, seconds_max: float = 30) -> None:
    """The same for what has to be asked for."""
    async with asyncio.timeout(seconds_max):
        while not await met():  # noqa: ASYNC110 - see above
            await asyncio.sleep(0.05)
