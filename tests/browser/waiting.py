"""Waiting for what no element of the page shows."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import TypeVar

from tests.harness.errors import TookTooLongError

WAIT_SECONDS_MAX = 30.0
POLL_SECONDS = 0.05

T = TypeVar("T")


async def until(
    question: Callable[[], Awaitable[T]],
    holds: Callable[[T], bool],
    what: str,
    *,
    seconds_max: float = WAIT_SECONDS_MAX,
) -> T:
    """Ask until the answer is right, and return it. Raises `TookTooLongError`."""
    answer: T | None = None
    try:
        async with asyncio.timeout(seconds_max):
            while True:
                answer = await question()
                if holds(answer):
                    return answer
                await asyncio.sleep(POLL_SECONDS)
    except TimeoutError:
        raise TookTooLongError(f"not within {seconds_max} s: {what}; the last answer was {answer!r}") from None
