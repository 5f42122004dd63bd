"""A process that stops."""

import asyncio

import pytest
from websockets.exceptions import InvalidStatus

from shared.bus.interface import Outcome
from shared.messages.base import EndReason
from shared.messages.events import CallEnded
from shared.messages.from_client import Hello, Invite
from shared.messages.requests import Authorize
from shared.messages.to_client import CallAuthorizing, CallOver, CloseCode
from tests.signaling.bus_with_outages import BusWithOutages
from tests.signaling.device import open_device
from tests.signaling.manual_time import give_turns
from tests.signaling.stage import Stage, staged, talks


async def test_calls_end_sockets_close_and_events_are_published(stage: Stage) -> None:
    """D16: everybody is told why, in this order."""
    ann, ben = await stage.pair()
    await talks(ann, ben)
    await stage.time.pass_ms(5_000)
    await stage.app.service.drain()
    for device in (ann, ben):
        over = await device.expect(CallOver)
        assert (over.reason, over.talk_ms) == (EndReason.SHUTDOWN, 5_000)
        assert await device.closed_with() == (CloseCode.GOING_AWAY, "the server is shutting down")
    await give_turns()
    ended = stage.billing.events[-1]
    assert isinstance(ended, CallEnded)
    assert (ended.reason, ended.talk_ms) == (EndReason.SHUTDOWN, 5_000)
    with pytest.raises(InvalidStatus) as refused:
        await open_device(stage.url)
    assert refused.value.response.status_code == 503


async def test_a_socket_that_is_let_in_just_now_is_told_too(stage: Stage) -> None:
    """D16."""
    account = stage.billing.account("ann")
    stage.billing.answering.clear()
    device = await stage.open()
    await device.say(Hello(token=stage.token(account)))
    await give_turns()
    silent = await stage.open()
    draining = asyncio.create_task(stage.app.service.drain())
    for socket in (device, silent):
        assert (await socket.closed_with())[0] == CloseCode.GOING_AWAY
    await draining
    stage.billing.answering.set()


async def test_events_are_waited_for() -> None:
    """D16: as long as it takes, up to the limit."""
    bus = BusWithOutages()
    async with staged(bus=bus) as stage:
        ann, ben = await stage.pair()
        await talks(ann, ben)
        bus.outcomes.extend([Outcome.UNKNOWN] * 2)
        await stage.app.service.drain()
        assert bus.published[-1].type == "call.ended"
        assert bus.published[-1].message_id == bus.published[-3].message_id
        assert not bus.outcomes


async def test_an_invite_that_waits_becomes_no_call(stage: Stage) -> None:
    """D16, C10: a call that begins while all others are ended would be left behind with its minute held."""
    ann, ben = await stage.pair()
    stage.billing.answering.clear()
    await ann.say(Invite(callee_id=ben.account_id))
    await ann.expect(CallAuthorizing)
    await ben.say(Invite(callee_id=ann.account_id))
    await ben.hears_nothing()
    await stage.app.service.drain()
    stage.billing.answering.set()
    await give_turns()
    assert [request.caller_id for request in stage.billing.asked if isinstance(request, Authorize)] == [
        ann.account_id
    ]
    assert stage.account_of(ben).held_minor == 0
