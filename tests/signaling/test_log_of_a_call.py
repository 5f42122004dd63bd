"""What an operator can read about a call afterwards."""

import pytest

from shared.messages.from_client import HangUp, Invite
from shared.messages.to_client import CallAuthorizing, CallOver, CallRefused
from tests.signaling.stage import Stage, staged, talks


def said_of(call_id: object, caplog: pytest.LogCaptureFixture) -> list[str]:
    """Return what was logged of a call, in order."""
    begin = f"Call {call_id}: "
    return [text[len(begin) :] for record in caplog.records if (text := record.getMessage()).startswith(begin)]


async def test_a_call_is_followed_by_its_id(stage: Stage, caplog: pytest.LogCaptureFixture) -> None:
    """G8: who called, that they talked, how it ended."""
    caplog.set_level("INFO")
    ann, ben = await stage.pair()
    call_id = await talks(ann, ben)
    await stage.time.pass_ms(1_500)
    await ben.say(HangUp(call_id=call_id))
    await ann.expect(CallOver)
    assert said_of(call_id, caplog) == [
        f"invited by account {ann.account_id}",
        "talk time runs",
        "ended, hung_up, after 1500 ms",
    ]


async def test_a_refusal_says_to_whom_and_why(stage: Stage, caplog: pytest.LogCaptureFixture) -> None:
    """G8: billing's own reason, whatever the caller is told."""
    caplog.set_level("INFO")
    ann, ben = await stage.pair(balance_minor=9)
    await ann.say(Invite(callee_id=ben.account_id))
    call_id = (await ann.expect(CallAuthorizing)).call_id
    await ann.expect(CallRefused)
    assert said_of(call_id, caplog)[-1] == f"refused to account {ann.account_id}, insufficient_funds"


async def test_a_lost_device_says_whose_it_was(caplog: pytest.LogCaptureFixture) -> None:
    """G8, D8."""
    caplog.set_level("INFO")
    async with staged(ping_ms=1_000, silence_ms_max=3_000, access_token_seconds=60) as stage:
        ann = await stage.device(stage.billing.account("ann"))
        ann.answers_pings = False
        await stage.time.pass_ms(4_000)
        await ann.closed_with()
        about = f"Device {ann.welcome.device_id} of account {ann.account_id} is lost: it is silent"
        assert [record.getMessage() for record in caplog.records].count(about) == 1
