"""Effects of calls, when something goes wrong with one of them."""

import pytest

from shared.messages.base import EndReason
from shared.messages.from_client import Accept, Connected
from shared.messages.to_client import CallAccepted, CallActive, CallOver, ToClient
from signaling.devices.post import Post
from tests.signaling.stage import Stage, rings


async def test_a_message_that_cannot_be_sent_does_not_keep_the_call_from_ending(
    stage: Stage, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    """C6: whatever fails when talk time starts, the lease's timer is set: nobody talks on what is not paid."""
    ann, ben = await stage.pair(balance_minor=10)
    call_id = await rings(ann, ben)
    await ben.say(Accept(call_id=call_id))
    for device in (ann, ben):
        await device.expect(CallAccepted)
    text = Post._text

    def broken(post: Post, message: ToClient) -> bytes:
        _ = 1 // (not isinstance(message, CallActive))
        return text(post, message)

    monkeypatch.setattr(Post, "_text", broken)
    for device in (ann, ben):
        await device.say(Connected(call_id=call_id))
        await device.hears_nothing()
    assert "Send failed" in caplog.text
    await stage.time.pass_ms(stage.settings.minute_ms)
    for device in (ann, ben):
        over = next(message for message in await device.hears_no_more_than() if isinstance(message, CallOver))
        assert (over.reason, over.talk_ms) == (EndReason.OUT_OF_FUNDS, stage.settings.minute_ms)
