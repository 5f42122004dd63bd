"""Who may have a part in another node's call from where, and what reaches its owner all the same (D12)."""

from collections.abc import AsyncIterator
from uuid import UUID

import pytest

from shared.ids import new_id
from shared.messages.base import EndReason, Role
from shared.messages.events import CallEnded
from shared.messages.from_client import Accept, HangUp
from shared.messages.nodes import Attached, NotMine
from shared.messages.notices import CallEndAsked
from shared.messages.to_client import (
    CallAccepted,
    CallAnsweredElsewhere,
    CallIncoming,
    CallLease,
    CallOver,
    CloseCode,
)
from signaling.nodes import outgoing
from signaling.nodes.home import Home
from signaling.nodes.lanes import Answer
from tests.signaling.device import Device
from tests.signaling.nodes.bus_between_nodes import BusBetweenNodes
from tests.signaling.stage import Stage, rings, staged, talks

OWNER, HOME = 0, 1


@pytest.fixture
async def bus(anyio_backend: str) -> BusBetweenNodes:
    return BusBetweenNodes()


@pytest.fixture
async def stage(bus: BusBetweenNodes) -> AsyncIterator[Stage]:
    async with staged(bus=bus, nodes=3) as stage:
        yield stage


def home_at(stage: Stage, node: int) -> Home:
    return stage.apps[node].service._nodes.home


async def attach(
    stage: Stage, call_id: UUID, device: Device, *, account_id: UUID, role: Role | None
) -> Answer | None:
    return await home_at(stage, HOME).attach(
        "node-1", call_id=call_id, device_id=device.welcome.device_id, account_id=account_id, role=role
    )


async def test_a_device_of_a_call_is_told_at_its_new_home(stage: Stage) -> None:
    """The socket that it had at the owner is closed, and the call goes on without a loss."""
    ann = await stage.device(stage.billing.account("ann"), node=OWNER)
    ben = await stage.device(stage.billing.account("ben"), node=OWNER)
    call_id = await talks(ann, ben)
    answer = await attach(stage, call_id, ben, account_id=ben.account_id, role=Role.CALLEE)
    assert isinstance(answer, Attached)
    assert answer.snapshot is not None
    assert (answer.snapshot.call_id, answer.role, answer.epoch) == (call_id, Role.CALLEE, 1)
    assert (await ben.closed_with())[0] == CloseCode.REPLACED
    await ann.hears_nothing()


@pytest.mark.parametrize("who", ["a stranger", "the other party's account", "another device in a talk"])
async def test_nobody_else_has_a_part(stage: Stage, who: str) -> None:
    """D6: the owner asks whose device it is, and what that account is in the call."""
    ann = await stage.device(stage.billing.account("ann"), node=OWNER)
    ben = await stage.device(stage.billing.account("ben"), node=OWNER)
    other_of_ben = await stage.device(stage.account_of(ben), node=HOME)
    call_id = await rings(ann, ben, other_of_ben)
    await ben.say(Accept(call_id=call_id))
    await other_of_ben.expect(CallAnsweredElsewhere)
    answer = {
        "a stranger": attach(stage, call_id, ben, account_id=new_id(), role=Role.CALLEE),
        "the other party's account": attach(stage, call_id, ben, account_id=ann.account_id, role=Role.CALLEE),
        "another device in a talk": attach(stage, call_id, other_of_ben, account_id=ben.account_id, role=None),
    }
    for name, asked in answer.items():
        if name == who:
            assert isinstance(await asked, NotMine)
        else:
            asked.close()
    for device in (ann, ben):
        await device.expect(CallAccepted)
        await device.hears_nothing()


async def test_a_new_device_of_the_callee_rings_wherever_it_connects(stage: Stage) -> None:
    """D9: also at a node that never heard of the account before."""
    ann = await stage.device(stage.billing.account("ann"), node=OWNER)
    ben = await stage.device(stage.billing.account("ben"), node=OWNER)
    call_id = await rings(ann, ben)
    late = await stage.device(stage.account_of(ben), node=HOME)
    assert (await late.expect(CallIncoming)).call_id == call_id
    await late.say(Accept(call_id=call_id))
    await late.expect(CallAccepted)
    assert (await ben.expect(CallAnsweredElsewhere)).call_id == call_id


async def test_what_is_told_to_the_payer_reaches_the_owner(stage: Stage) -> None:
    """The owner has the caller's account bound though no device of it is there: an operator can end the call."""
    ann = await stage.device(stage.billing.account("ann"), node=OWNER)
    ben = await stage.device(stage.billing.account("ben"), node=2)
    call_id = await talks(ann, ben)
    answer = await attach(stage, call_id, ann, account_id=ann.account_id, role=Role.CALLER)
    assert isinstance(answer, Attached)
    await ann.closed_with()
    ended = CallEndAsked(notice_id=new_id(), account_id=ann.account_id, call_id=call_id)
    await stage.billing.tell(ended)
    assert (await ben.expect(CallOver)).reason is EndReason.OPERATOR


async def test_a_former_owner_lets_the_call_go_without_a_word(stage: Stage) -> None:
    """What billing says at the next renewal counts: nobody is told of an end, billing least of all."""
    ann = await stage.device(stage.billing.account("ann"), node=OWNER)
    ben = await stage.device(stage.billing.account("ben"), node=HOME)
    call_id = await talks(ann, ben)
    row = stage.billing.calls[call_id]
    row.epoch, row.node = 2, "node-3"
    await stage.time.pass_ms(stage.settings.minute_ms - stage.settings.renew_lead_ms)
    heard = await ann.hears_no_more_than() + await ben.hears_no_more_than()
    assert not any(isinstance(message, CallOver | CallLease) for message in heard)
    assert not any(isinstance(event, CallEnded) for event in stage.billing.events)
    assert stage.apps[OWNER].service._switchboard.calls_live == 0


async def test_a_lane_that_fills_slows_down_who_fills_it(
    stage: Stage, bus: BusBetweenNodes, monkeypatch: pytest.MonkeyPatch
) -> None:
    """D11: what a device says waits in its own socket, not in the process; a little goes a long way round."""
    monkeypatch.setattr(outgoing, "MESSAGES_MAX", 20)
    ann = await stage.device(stage.billing.account("ann"), node=OWNER)
    ben = await stage.device(stage.billing.account("ben"), node=HOME)
    call_id = await talks(ann, ben)
    bus.refusing = True
    for _ in range(100):
        await ben.say(HangUp(call_id=new_id()))
        await ben.say(HangUp(call_id=call_id))
    await stage.time.pass_ms(100)
    waiting = stage.apps[HOME].service._nodes.lanes.crowded("node-1")
    assert waiting is not None
    bus.refusing = False
    await stage.time.pass_ms(2_000)
    assert (await ann.expect(CallOver)).reason is EndReason.HUNG_UP
