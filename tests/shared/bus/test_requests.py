"""Asking and answering, on both transports."""

import asyncio
from collections.abc import Sequence

import pytest

from shared.bus.interface import Bus, NoReplyError, UnavailableError
from shared.messages.requests import Admit, NotAdmitted, Reply, Request
from tests.shared.bus.story import DENIED, admission, deny, in_time

SOON_MS = 10_000
AT_ONCE_MS = 50


async def test_every_asker_gets_the_reply_to_its_own_request(bus: Bus) -> None:
    async def answer(requests: Sequence[Request]) -> Sequence[Reply]:
        assert len(requests) <= 4
        return [_reply_to(request) for request in requests]

    await bus.serve(answer, batch_max=4)
    requests = [admission() for _ in range(20)]
    replies = await asyncio.gather(*(bus.ask(request, timeout_ms=SOON_MS) for request in requests))
    assert replies == [_reply_to(request) for request in requests]


async def test_nobody_there_is_no_reply_in_time(bus: Bus) -> None:
    with pytest.raises(NoReplyError, match="No reply to admit within 50 ms"):
        await in_time(bus.ask(admission(), timeout_ms=AT_ONCE_MS))


async def test_a_late_reply_reaches_nobody(bus: Bus) -> None:
    may_answer = asyncio.Event()

    async def slow(requests: Sequence[Request]) -> Sequence[Reply]:
        await may_answer.wait()
        return [_reply_to(request) for request in requests]

    await bus.serve(slow, batch_max=4)
    with pytest.raises(NoReplyError):
        await bus.ask(admission(), timeout_ms=AT_ONCE_MS)
    may_answer.set()
    request = admission()
    assert await bus.ask(request, timeout_ms=SOON_MS) == _reply_to(request)


async def test_an_unavailable_server_answers_nobody_and_goes_on(bus: Bus) -> None:
    available = False

    async def sometimes(requests: Sequence[Request]) -> Sequence[Reply]:
        if not available:
            raise UnavailableError("the database is away")
        return await deny(requests)

    await bus.serve(sometimes, batch_max=4)
    with pytest.raises(NoReplyError):
        await bus.ask(admission(), timeout_ms=AT_ONCE_MS)
    available = True
    assert await bus.ask(admission(), timeout_ms=SOON_MS) == DENIED


async def test_a_request_that_fails_takes_no_other_with_it(bus: Bus) -> None:
    """F3: for requests, the one that cannot be answered times out alone."""
    poison = admission()

    async def choke(requests: Sequence[Request]) -> Sequence[Reply]:
        if poison in requests:
            raise ValueError("unanswerable")
        return await deny(requests)

    await bus.serve(choke, batch_max=4)
    asked = [poison, admission(), admission()]
    replies = await asyncio.gather(
        *(bus.ask(request, timeout_ms=AT_ONCE_MS * 20) for request in asked), return_exceptions=True
    )
    assert isinstance(replies[0], NoReplyError)
    assert replies[1:] == [DENIED, DENIED]


async def test_nobody_is_answered_after_the_server_stopped(bus: Bus) -> None:
    subscription = await bus.serve(deny, batch_max=4)
    assert await bus.ask(admission(), timeout_ms=SOON_MS) == DENIED
    await subscription.stop()
    with pytest.raises(NoReplyError):
        await bus.ask(admission(), timeout_ms=AT_ONCE_MS)


def _reply_to(request: Request) -> Reply:
    assert isinstance(request, Admit)
    reasons = ("unknown_account", "disabled", "session_ended")
    return NotAdmitted(reason=reasons[request.account_id.int % len(reasons)])  # type: ignore[arg-type]
