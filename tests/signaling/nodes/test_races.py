"""Opposite words at the same moment, at different nodes: the owner's loop decides, and all agree (D8, D12)."""

import asyncio
import random

from shared.messages.base import EndReason
from shared.messages.from_client import Accept, Cancel, Decline
from shared.messages.to_client import (
    CallAccepted,
    CallAnsweredElsewhere,
    CallOver,
    Error,
    ErrorCode,
    ToClient,
)
from tests.signaling.device import Device
from tests.signaling.manual_time import give_turns
from tests.signaling.stage import Stage, rings, staged

ROUNDS = 60


async def test_cancel_against_accept_against_decline() -> None:
    """D5: three devices on three nodes, each told of one outcome, the same one, however the words crossed."""
    chance = random.Random(6)
    async with staged(nodes=3) as stage:
        ann = await stage.device(stage.billing.account("ann", balance_minor=10_000), node=0)
        ben = await stage.device(stage.billing.account("ben"), node=1)
        tablet = await stage.device(stage.account_of(ben), node=2)
        outcomes = {await one_race(stage, chance, ann, ben, tablet) for _ in range(ROUNDS)}
    assert outcomes >= {"accepted, then cancelled", "cancelled", "declined"}


async def one_race(stage: Stage, chance: random.Random, ann: Device, ben: Device, tablet: Device) -> str:
    call_id = await rings(ann, ben, tablet)
    words = [
        (ann, Cancel(call_id=call_id)),
        (ben, Accept(call_id=call_id)),
        (tablet, Decline(call_id=call_id)),
    ]
    chance.shuffle(words)
    for device, word in words:
        await device.say(word)
        for _ in range(chance.choice([0, 0, 1, 5, 20])):
            await asyncio.sleep(0)
    heard = {device: await until_over(device) for device in (ann, ben, tablet)}
    await give_turns()
    for device in heard:
        late = await device.hears_no_more_than()
        assert all(isinstance(message, Error) and message.code is ErrorCode.NOT_IN_CALL for message in late), late
    return outcome_of(heard[ann], heard[ben], heard[tablet])


async def until_over(device: Device) -> list[ToClient]:
    """Return what the device hears until it has no part any more; errors are answers to late words."""
    heard: list[ToClient] = []
    while not heard or not isinstance(heard[-1], CallOver | CallAnsweredElsewhere):
        message = await device.hear()
        if not isinstance(message, Error):
            heard.append(message)
    return heard


def outcome_of(ann: list[ToClient], ben: list[ToClient], tablet: list[ToClient]) -> str:
    [end] = {message.reason for heard in (ann, ben) for message in heard if isinstance(message, CallOver)}
    accepted = [any(isinstance(message, CallAccepted) for message in heard) for heard in (ann, ben)]
    assert accepted[0] == accepted[1], "both or neither know of the accept"
    assert isinstance(tablet[-1], CallAnsweredElsewhere) == accepted[0]
    if accepted[0]:
        assert end is EndReason.CANCELLED
        return "accepted, then cancelled"
    assert end in {EndReason.CANCELLED, EndReason.DECLINED}
    return end.value
