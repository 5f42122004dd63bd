"""Two people call each other at the same moment, at two nodes (D10)."""

import pytest

from shared.messages.base import EndReason, RefusalReason
from shared.messages.events import CallEnded
from shared.messages.from_client import Accept, Candidate, Connected, HangUp, Invite
from shared.messages.to_client import (
    CallAccepted,
    CallActive,
    CallAuthorizing,
    CallIncoming,
    CallOver,
    CallRefused,
    CallRinging,
    PeerCandidate,
)
from tests.signaling.device import Device
from tests.signaling.manual_time import give_turns
from tests.signaling.nodes.bus_between_nodes import BusBetweenNodes
from tests.signaling.stage import Stage, rings, staged


async def call_each_other(stage: Stage) -> tuple[Device, Device]:
    """Both have invited before billing answers either."""
    ann = await stage.device(stage.billing.account("ann"), node=0)
    ben = await stage.device(stage.billing.account("ben"), node=1)
    stage.billing.answering.clear()
    for caller, callee in ((ann, ben), (ben, ann)):
        await caller.say(Invite(callee_id=callee.account_id, ref="glare"))
        await caller.expect(CallAuthorizing)
        await give_turns()
    return ann, ben


@pytest.mark.parametrize("first_is_slow", [False, True], ids=["in time", "its owner hears last that it may ring"])
async def test_there_is_one_call(first_is_slow: bool) -> None:
    """Whoever billing authorizes first owns the call; the other invite accepts it, though it may not ring yet."""
    bus = BusBetweenNodes()
    async with staged(bus=bus, nodes=2) as stage:
        if first_is_slow:
            bus.slow_authorizations = {"node-1"}
        ann, ben = await call_each_other(stage)
        stage.billing.answering.set()
        if first_is_slow:
            await give_turns()
            bus.go_on.set()
        await ann.expect(CallRinging)
        incoming = await ben.expect(CallIncoming)
        for device in (ann, ben):
            assert (await device.expect(CallAccepted)).call_id == incoming.call_id
            await device.say(Connected(call_id=incoming.call_id))
        for device in (ann, ben):
            await device.expect(CallActive)
        await ben.say(Candidate(call_id=incoming.call_id, candidate=None))
        await ann.expect(PeerCandidate)
        holds = [account.held_minor for account in stage.billing.accounts.values()]
        assert sorted(holds) == [0, 10]
        await ben.say(HangUp(call_id=incoming.call_id))
        for device in (ann, ben):
            assert (await device.expect(CallOver)).reason is EndReason.HUNG_UP
        await give_turns()
        assert len([event for event in stage.billing.events if isinstance(event, CallEnded)]) == 1


async def test_an_invite_that_comes_too_late_is_refused() -> None:
    """Another device of the account has taken the call meanwhile."""
    bus = BusBetweenNodes()
    async with staged(bus=bus, nodes=2) as stage:
        ann = await stage.device(stage.billing.account("ann"), node=0)
        ben = await stage.device(stage.billing.account("ben"), node=1)
        tablet = await stage.device(stage.account_of(ben), node=1)
        bus.slow_authorizations = {"node-2"}
        call_id = await rings(ann, ben, tablet)
        await tablet.say(Invite(callee_id=ann.account_id, ref="late"))
        await tablet.expect(CallAuthorizing)
        await ben.say(Accept(call_id=call_id))
        await ben.expect(CallAccepted)
        await ann.expect(CallAccepted)
        heard = await tablet.hear()
        bus.go_on.set()
        refused = await tablet.expect(CallRefused)
        assert refused.reason is RefusalReason.BUSY
        assert heard is not None
        await ann.hears_nothing()
        await ben.hears_nothing()
