"""What bus tests are told with: messages, and handlers that remember."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from datetime import UTC, datetime
from typing import TypeVar
from uuid import UUID

from shared.bus.interface import Delivery, Envelope, Rejected
from shared.ids import new_id
from shared.messages.events import PaymentSettled, SweepDue
from shared.messages.notices import SessionEnded
from shared.messages.registry import envelope_of
from shared.messages.requests import Admit, NotAdmitted, Reply, Request

WAIT_SECONDS_MAX = 30.0
CALLS = "billing.calls"

Result = TypeVar("Result")
Step = Callable[[Sequence[Delivery]], Awaitable[Sequence[Rejected]]]


def call_event() -> Envelope:
    """Return an event of some call."""
    return envelope_of(SweepDue(event_id=new_id(), call_id=new_id(), minutes_held=1))


def call_events(count: int) -> list[Envelope]:
    """Return events of as many calls."""
    return [call_event() for _ in range(count)]


def payment_event() -> Envelope:
    """Return an event that only the log wants."""
    return envelope_of(
        PaymentSettled(
            event_id=new_id(),
            payment_id=new_id(),
            account_id=new_id(),
            amount_minor=1_000,
            currency="EUR",
            provider="sandbox",
            provider_ref="p-1",
            settled_at=datetime(2030, 1, 1, tzinfo=UTC),
        )
    )


def notice_to(account_id: UUID) -> Envelope:
    """Return a notice for one account."""
    return envelope_of(SessionEnded(notice_id=new_id(), account_id=account_id))


def admission() -> Admit:
    """Return a request."""
    return Admit(node="node-1", account_id=new_id(), session_id=new_id())


def ids_of(messages: Sequence[Envelope | Delivery]) -> list[str]:
    """Return the ids as a consumer sees them."""
    return [str(message.message_id) for message in messages]


async def in_time(what: Awaitable[Result]) -> Result:
    """Await something that must happen."""
    async with asyncio.timeout(WAIT_SECONDS_MAX):
        return await what


async def nothing_wrong(batch: Sequence[Delivery]) -> Sequence[Rejected]:
    """Process everything."""
    return ()


class Consumed:
    """A batch handler that remembers what it was given, and does with it what the test says."""

    def __init__(self, step: Step = nothing_wrong) -> None:
        self.step = step
        self.batches: list[list[Delivery]] = []
        """Every batch it was called with."""
        self.done: list[Delivery] = []
        """What it processed without an error, rejected messages included."""
        self._changed = asyncio.Condition()

    async def __call__(self, batch: Sequence[Delivery]) -> Sequence[Rejected]:
        self.batches.append(list(batch))
        await self._tell()
        rejected = await self.step(batch)
        self.done += batch
        await self._tell()
        return rejected

    async def calls(self, count: int) -> None:
        """Return when it was called so often."""
        await self._until(lambda: len(self.batches) >= count)

    async def messages(self, count: int) -> list[Delivery]:
        """Return when so many messages are processed."""
        await self._until(lambda: len(self.done) >= count)
        return self.done

    async def all_of(self, envelopes: Sequence[Envelope]) -> None:
        """Return when each of these is processed, at least once."""
        wanted = set(ids_of(envelopes))
        await self._until(lambda: wanted <= set(ids_of(self.done)))

    async def _until(self, enough: Callable[[], bool]) -> None:
        async with self._changed:
            await in_time(self._changed.wait_for(enough))

    async def _tell(self) -> None:
        async with self._changed:
            self._changed.notify_all()


class Noticed(Consumed):
    """A mailbox handler that remembers."""

    async def take(self, notice: Delivery) -> None:
        """Take one notice."""
        await self([notice])


async def deny(requests: Sequence[Request]) -> Sequence[Reply]:
    """Answer every request."""
    return [NotAdmitted(reason="unknown_account") for _ in requests]


DENIED = NotAdmitted(reason="unknown_account")
