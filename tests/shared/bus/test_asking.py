"""The two sides of a request without a transport between them."""

import pytest

from shared.bus import asking
from shared.bus.asking import PendingReplies, answering
from shared.bus.batches import Received
from shared.bus.interface import NoReplyError
from shared.messages.registry import encode
from shared.messages.requests import Reply
from tests.harness.clock import ManualClock
from tests.shared.bus.story import DENIED, Consumed, admission, deny


def asked(body: bytes, *, stale_at_ms: int | None = None) -> Received:
    return Received(type="admit", message_id="m", body=body, correlation_id="c", stale_at_ms=stale_at_ms)


class Replies:
    """Where replies are sent to."""

    def __init__(self) -> None:
        self.sent: list[tuple[Received, Reply]] = []

    async def send(self, received: Received, reply: Reply) -> None:
        self.sent.append((received, reply))


async def test_unreadable_and_stale_requests_are_left_out(clock: ManualClock) -> None:
    replies = Replies()
    answer = answering(deny, send=replies.send, clock=clock)
    now_ms = clock.monotonic_ms()
    good = asked(encode(admission()), stale_at_ms=now_ms + 1)
    stale = asked(encode(admission()), stale_at_ms=now_ms)
    assert await answer([asked(b"{"), stale, good, asked(b'{"type":"pay"}')]) == ()
    assert replies.sent == [(good, DENIED)]


async def test_a_batch_of_unreadable_requests_bothers_nobody(clock: ManualClock) -> None:
    handled = Consumed()
    answer = answering(handled, send=Replies().send, clock=clock)  # type: ignore[arg-type]
    assert await answer([asked(b"\xff")]) == ()
    assert handled.batches == []


async def test_too_few_replies_are_a_failure_and_not_a_mix_up(clock: ManualClock) -> None:
    async def forgetful(requests: object) -> list[Reply]:
        return [DENIED]

    replies = Replies()
    with pytest.raises(ValueError, match="shorter"):
        await answering(forgetful, send=replies.send, clock=clock)([asked(encode(admission()))] * 2)


async def test_a_reply_that_cannot_be_read_is_no_reply() -> None:
    pending = PendingReplies()
    with pending.expect() as (correlation_id, reply):
        pending.answer(correlation_id, b'{"type":"maybe"}')
        with pytest.raises(NoReplyError, match="cannot be read"):
            await reply


async def test_late_unknown_and_second_replies_are_ignored() -> None:
    pending = PendingReplies()
    pending.answer(None, encode(DENIED))
    pending.answer("nobody", encode(DENIED))
    with pending.expect() as (correlation_id, reply):
        pending.answer(correlation_id, encode(DENIED))
        pending.answer(correlation_id, b"{")
        assert await reply == DENIED
    pending.answer(correlation_id, encode(DENIED))


async def test_whoever_waits_hears_that_no_reply_can_come() -> None:
    pending = PendingReplies()
    with pending.expect() as (_, reply):
        pending.abandon("the connection is gone")
        with pytest.raises(NoReplyError, match="the connection is gone"):
            await reply


async def test_the_number_of_waiting_requests_is_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(asking, "ASKED_MAX", 1)
    pending = PendingReplies()
    with pending.expect(), pytest.raises(NoReplyError, match="1 requests wait"), pending.expect():
        pass
    with pending.expect():
        pass
