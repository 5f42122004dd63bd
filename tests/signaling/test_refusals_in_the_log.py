"""Who is refused at the door, or is sent away, stands in the log."""

import pytest
from websockets.exceptions import InvalidStatus

from shared.messages.from_client import Authenticate, Hello, Pong
from shared.messages.requests import NotAdmitted
from shared.messages.to_client import CloseCode, Error
from signaling.door.endpoint import MALFORMED_MAX
from signaling.door.pace import STRIKES_MAX
from tests.signaling.device import open_device
from tests.signaling.stage import Stage, staged


def door(caplog: pytest.LogCaptureFixture) -> list[str]:
    """Return what the door wrote."""
    return [record.getMessage() for record in caplog.records if record.name == "signaling.door.endpoint"]


async def test_who_does_not_get_in(stage: Stage, caplog: pytest.LogCaptureFixture) -> None:
    """ASVS 16.3.1 to 16.3.3: where from and why; never with what."""
    caplog.set_level("INFO")
    with pytest.raises(InvalidStatus):
        await open_device(stage.url, origin="https://evil.example")
    for token in ("a.forged.token", "another"):
        device = await stage.open()
        await device.say(Hello(token=token))
        await device.closed_with()
    assert door(caplog) == [
        "Socket from 127.0.0.1 refused: its page is of a foreign origin",
        f"Socket from 127.0.0.1 turned away: {CloseCode.TOKEN_REFUSED:d} the token is refused",
        f"Socket from 127.0.0.1 turned away: {CloseCode.TOKEN_REFUSED:d} the token is refused",
    ]


async def test_whose_account_or_session_does_not_get_in(stage: Stage, caplog: pytest.LogCaptureFixture) -> None:
    """G8: a token that proves somebody who may not come in says who that is."""
    caplog.set_level("INFO")
    ann = stage.billing.account("ann")
    for refusal in (NotAdmitted(reason="disabled"), NotAdmitted(reason="session_ended")):
        stage.billing.not_admitted[ann.id] = refusal
        device = await stage.open()
        await device.say(Hello(token=stage.token(ann)))
        await device.closed_with()
    assert door(caplog) == [
        f"Socket of account {ann.id} from 127.0.0.1 turned away: {CloseCode.NOT_ADMITTED:d} {reason}"
        for reason in ("disabled", "session_ended")
    ]


async def test_who_is_sent_away(caplog: pytest.LogCaptureFixture) -> None:
    """ASVS 16.3.3: floods, nonsense and tokens of others; whose device it was."""
    caplog.set_level("INFO")
    async with staged(messages_per_second_max=1, messages_burst_max=2 * MALFORMED_MAX) as stage:
        fast, wild = await stage.pair()
        await wild.say(Authenticate(token="a.forged.token"))
        await wild.expect(Error)
        for _ in range(MALFORMED_MAX):
            await wild.say_raw("nonsense")
        await wild.closed_with()
        for _ in range(2 * MALFORMED_MAX + STRIKES_MAX + 1):
            await fast.say(Pong())
        assert (await fast.closed_with())[0] == CloseCode.TOO_FAST
    assert [line.rpartition(" account ")[2].partition(" ")[2] for line in door(caplog)] == [
        "sent a token that is refused",
        "is closed: nothing but nonsense",
        "is closed: too fast",
    ]
