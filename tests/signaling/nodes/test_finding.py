"""The callee's devices are looked for at all nodes, and for no longer than that takes (D12, D4)."""

from collections.abc import AsyncIterator

import pytest

from shared.messages.base import EndReason
from shared.messages.events import CallEnded
from shared.messages.from_client import Invite
from shared.messages.to_client import CallAuthorizing, CallIncoming, CallOver, CallRinging
from tests.signaling.device import Device
from tests.signaling.nodes.bus_between_nodes import BusBetweenNodes
from tests.signaling.stage import Stage, staged

FIND_MS = 1_000


@pytest.fixture
async def bus(anyio_backend: str) -> BusBetweenNodes:
    return BusBetweenNodes()


@pytest.fixture
async def stage(bus: BusBetweenNodes) -> AsyncIterator[Stage]:
    async with staged(bus=bus, nodes=2, find_ms_max=FIND_MS, presence_report_ms=14_000) as stage:
        yield stage


async def calls_somebody_lost(stage: Stage) -> tuple[Device, Device]:
    """Return the caller and the lost device of the callee, whom billing believes to be there."""
    ann = await stage.device(stage.billing.account("ann"), node=0)
    ben = await stage.device(stage.billing.account("ben"), node=1)
    await ben.connection.close()
    await ben.connection.wait_closed()
    await stage.time.pass_ms(10)
    await ann.say(Invite(callee_id=ben.account_id))
    await ann.expect(CallAuthorizing)
    return ann, ben


async def test_nobody_is_there_once_the_time_to_answer_is_over(stage: Stage) -> None:
    """Not a moment earlier; and the hold is released."""
    ann, _ = await calls_somebody_lost(stage)
    await stage.time.pass_ms(FIND_MS - 100)
    await ann.hears_nothing()
    await stage.time.pass_ms(100)
    assert (await ann.expect(CallOver)).reason is EndReason.UNREACHABLE
    await ann.hears_nothing()
    [ended] = [event for event in stage.billing.events if isinstance(event, CallEnded)]
    assert ended.talk_ms == 0
    assert stage.account_of(ann).held_minor == 0


async def test_who_comes_back_in_time_rings(stage: Stage) -> None:
    """Its node has not forgotten that somebody asked."""
    ann, ben = await calls_somebody_lost(stage)
    await stage.time.pass_ms(FIND_MS - 100)
    back = await stage.device(stage.account_of(ben), resume_token=ben.welcome.resume_token)
    incoming = await back.expect(CallIncoming)
    assert (await ann.expect(CallRinging)).call_id == incoming.call_id


async def test_who_is_nowhere_is_not_waited_for(stage: Stage, bus: BusBetweenNodes) -> None:
    """No node holds the account any more: the broker says so at once."""
    ann = await stage.device(stage.billing.account("ann"), node=0)
    ben = await stage.device(stage.billing.account("ben"), node=1)
    await ben.connection.close()
    await stage.time.pass_ms(stage.settings.resume_ms_max + 1_000)
    stage.billing.present.add((ben.account_id, "node-2"))
    await ann.say(Invite(callee_id=ben.account_id))
    await ann.expect(CallAuthorizing)
    assert (await ann.expect(CallOver)).reason is EndReason.UNREACHABLE
    assert len(bus.broadcasts) == 1
