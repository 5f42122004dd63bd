"""Waiting out an outage and isolating the bad message, with time that does not pass by itself."""

import asyncio
from collections.abc import Sequence

import pytest

from shared.bus.batches import Received
from shared.bus.consuming import (
    HOLD_MS_MAX,
    REASON_CHARS_MAX,
    RETRY_MS_MAX,
    RETRY_MS_MIN,
    BatchGivenUpError,
    HeldTooLongError,
    Processing,
    pausing,
    reason_of,
)
from shared.bus.interface import Delivery, Rejected, UnavailableError
from tests.harness.clock import ManualClock
from tests.shared.bus.story import Consumed, Step

BROKER_CONSUMER_TIMEOUT_MS = 30 * 60_000


class Pauses:
    """Lets the clock jump instead of waiting."""

    def __init__(self, clock: ManualClock) -> None:
        self._clock = clock
        self.waited_ms: list[int] = []
        self.ending = False

    async def __call__(self, wait_ms: int) -> bool:
        self.waited_ms.append(wait_ms)
        self._clock.advance(wait_ms)
        return not self.ending


@pytest.fixture
def pauses(clock: ManualClock) -> Pauses:
    return Pauses(clock)


def batch_of(count: int) -> list[Received]:
    return [Received(type="call.ended", message_id=str(n), body=b"{}", tag=n) for n in range(count)]


def failing_with(*poison: Received, error: Exception) -> Step:
    async def step(batch: Sequence[Delivery]) -> Sequence[Rejected]:
        if any(each in poison for each in batch):
            raise error
        return ()

    return step


async def test_a_batch_without_trouble_is_handled_once(clock: ManualClock, pauses: Pauses) -> None:
    handled = Consumed()
    batch = batch_of(3)
    assert await Processing(handled, pause=pauses, clock=clock).process(batch) == []
    assert handled.batches == [batch]


async def test_the_ones_that_fail_alone_are_rejected(clock: ManualClock, pauses: Pauses) -> None:
    """F3."""
    batch = batch_of(5)
    handled = Consumed(failing_with(batch[1], batch[4], error=ValueError("no such price")))
    rejected = await Processing(handled, pause=pauses, clock=clock).process(batch)
    assert rejected == [Rejected(each, "ValueError: no such price") for each in (batch[1], batch[4])]
    assert handled.done == [batch[0], batch[2], batch[3]]


async def test_a_batch_that_fails_only_together_is_done_one_by_one(clock: ManualClock, pauses: Pauses) -> None:
    async def too_many(batch: Sequence[Delivery]) -> Sequence[Rejected]:
        if len(batch) > 1:
            raise ValueError("deadlock")
        return [Rejected(batch[0], "late")] if batch[0].message_id == "1" else ()

    batch = batch_of(3)
    handled = Consumed(too_many)
    assert await Processing(handled, pause=pauses, clock=clock).process(batch) == [Rejected(batch[1], "late")]
    assert handled.done == batch


async def test_an_outage_is_waited_out_with_longer_and_longer_pauses(clock: ManualClock, pauses: Pauses) -> None:
    async def away(batch: Sequence[Delivery]) -> Sequence[Rejected]:
        if len(handled.batches) <= 10:
            raise UnavailableError("the database is away")
        return ()

    handled = Consumed(away)
    batch = batch_of(2)
    assert await Processing(handled, pause=pauses, clock=clock).process(batch) == []
    assert handled.batches == [batch] * 11
    assert pauses.waited_ms[:3] == [RETRY_MS_MIN, RETRY_MS_MIN * 2, RETRY_MS_MIN * 4]
    assert pauses.waited_ms[-1] == max(pauses.waited_ms) == RETRY_MS_MAX


async def test_an_outage_while_isolating_is_waited_out_too(clock: ManualClock, pauses: Pauses) -> None:
    async def away_between(batch: Sequence[Delivery]) -> Sequence[Rejected]:
        if len(batch) > 1:
            raise ValueError("poison inside")
        if len(handled.batches) in (3, 4):
            raise UnavailableError("the database is away")
        return ()

    handled = Consumed(away_between)
    batch = batch_of(2)
    assert await Processing(handled, pause=pauses, clock=clock).process(batch) == []
    assert handled.done == batch


async def test_nothing_is_held_as_long_as_the_broker_allows(clock: ManualClock, pauses: Pauses) -> None:
    handled = Consumed(failing_with(*batch_of(2), error=UnavailableError("the database is away")))
    began_ms = clock.monotonic_ms()
    with pytest.raises(HeldTooLongError):
        await Processing(handled, pause=pauses, clock=clock).process(batch_of(2))
    held_ms = clock.monotonic_ms() - began_ms
    assert HOLD_MS_MAX <= held_ms < BROKER_CONSUMER_TIMEOUT_MS * 2 // 3


async def test_an_ending_consumer_gives_the_batch_up(clock: ManualClock, pauses: Pauses) -> None:
    pauses.ending = True
    handled = Consumed(failing_with(*batch_of(2), error=UnavailableError("the database is away")))
    with pytest.raises(BatchGivenUpError):
        await Processing(handled, pause=pauses, clock=clock).process(batch_of(2))
    assert len(handled.batches) == 1


@pytest.mark.parametrize("size", [1, 3])
async def test_cancellation_is_never_swallowed(clock: ManualClock, pauses: Pauses, size: int) -> None:
    async def cancelled(batch: Sequence[Delivery]) -> Sequence[Rejected]:
        raise asyncio.CancelledError

    handled = Consumed(cancelled)
    with pytest.raises(asyncio.CancelledError):
        await Processing(handled, pause=pauses, clock=clock).process(batch_of(size))
    assert len(handled.batches) == 1


async def test_a_pause_ends_when_it_is_over() -> None:
    over = asyncio.Event()
    assert await pausing(over)(1) is True
    over.set()
    assert await pausing(over)(RETRY_MS_MAX * 100) is False


@pytest.mark.parametrize(
    ("error", "reason"),
    [
        (ValueError("no such price"), "ValueError: no such price"),
        (ValueError(), "ValueError"),
        (KeyError("price"), "KeyError: 'price'"),
        (RuntimeError("duplicate key\nDETAIL: Key (email)=(a@b)"), "RuntimeError: duplicate key"),
        (OSError("postgresql://app:hunter2@db:5432/x refused"), "OSError: postgresql://app:***@db:5432/x refused"),
        (ValueError("x" * 5_000), f"ValueError: {'x' * (REASON_CHARS_MAX - len('ValueError: '))}"),
    ],
)
def test_a_reason_is_one_bounded_line_without_secrets(error: Exception, reason: str) -> None:
    assert reason_of(error) == reason
