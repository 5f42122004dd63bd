"""Calls that are over, or another node's by now: nothing old brings them back, or ends them (D8, D12, C11)."""

from __future__ import annotations

import pytest
from websockets.exceptions import ConnectionClosed

from shared.messages.base import EndReason, State
from shared.messages.from_client import Accept, Connected, HangUp, Hello
from shared.messages.to_client import CallAccepted, CallOver, CallStands, CloseCode, PeerResumed, Welcome
from signaling.devices.registry import DEVICES_PER_ACCOUNT_MAX
from signaling.nodes.owner import Owner
from tests.signaling.device import Device
from tests.signaling.manual_time import give_turns
from tests.signaling.resume.cluster import cluster
from tests.signaling.resume.test_takeover import ends, hears_until, pair
from tests.signaling.stage import rings, talks


async def test_who_has_hung_up_cannot_have_the_call_back() -> None:
    """C2: billing is slow, and the ticket as old as the call; what was talked is paid, and nobody is claimed."""
    for node in (0, 1):
        async with cluster() as nodes:
            ann, ben = await pair(nodes, caller_at=0, callee_at=0)
            call_id = await talks(ann, ben)
            await ann.hears_nothing()
            old = ann.ticket
            await nodes.time.pass_ms(44_000)
            await ann.hears_nothing()
            nodes.billing.settling.clear()
            await ann.say(HangUp(call_id=call_id))
            await hears_until(ben, CallOver)
            again = await nodes.comes_back(ann, node=node, ticket=old)
            assert again.welcome.call is None
            assert (nodes.calls_of(0), nodes.calls_of(1)) == (0, 0)
            nodes.billing.settling.set()
            assert await ends(nodes) == [(EndReason.HUNG_UP, 44_000)]
            assert nodes.billing.calls == {}


async def test_the_end_of_an_old_owner_ends_nothing() -> None:
    """D12: it slept while its call was taken over, and tells the device at the new owner that the call is lost."""
    async with cluster() as nodes:
        ann, ben = await pair(nodes, caller_at=0, callee_at=1)
        call_id = await talks(ann, ben)
        await nodes.time.pass_ms(20_000)
        await nodes.kill(0)
        await nodes.time.pass_ms(8_000)
        await hears_until(ben, CallStands)
        again = await nodes.comes_back(ann, node=1)
        await hears_until(ben, PeerResumed)
        nodes.buses[0].alive = True
        await nodes.time.pass_ms(25_000)
        for device in (again, ben):
            assert not [heard for heard in await device.hears_no_more_than() if isinstance(heard, CallOver)]
        assert (nodes.calls_of(0), nodes.calls_of(1)) == (0, 1)
        await again.say(HangUp(call_id=call_id))
        assert (await hears_until(ben, CallOver)).reason is EndReason.HUNG_UP  # type: ignore[union-attr]


async def test_an_old_owner_that_wakes_lets_go_at_once() -> None:
    """D12: it was told, and did not have to wait for its next renewal; its device goes on from there."""
    async with cluster() as nodes:
        ann, ben = await pair(nodes, caller_at=0, callee_at=0)
        call_id = await talks(ann, ben)
        await nodes.time.pass_ms(20_000)
        for device in (ann, ben):
            await device.hears_nothing()
        await nodes.kill(0, ann)
        again = await nodes.comes_back(ann, node=1)
        await nodes.buses[0].wake()
        await hears_until(again, PeerResumed)
        assert (nodes.calls_of(0), nodes.calls_of(1)) == (0, 1)
        assert isinstance(await hears_until(ben, CallStands), CallStands)
        await ben.say(HangUp(call_id=call_id))
        assert (await hears_until(again, CallOver)).reason is EndReason.HUNG_UP  # type: ignore[union-attr]


async def test_a_device_goes_on_at_the_new_owner_though_the_old_one_knows_it(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """D8: the old one knows the call, too, and was never told; but billing says whose the call is by now."""
    monkeypatch.setattr(Owner, "tell_moved", lambda *_: None)
    async with cluster() as nodes:
        ann, ben = await pair(nodes, caller_at=0, callee_at=0)
        call_id = await talks(ann, ben)
        await nodes.time.pass_ms(20_000)
        for device in (ann, ben):
            await device.hears_nothing()
        await nodes.kill(0, ann)
        again = await nodes.comes_back(ann, node=1)
        await nodes.buses[0].wake()
        ben.connection.transport.abort()
        await give_turns()
        other = await nodes.comes_back(ben, node=0)
        await hears_until(again, PeerResumed)
        assert nodes.calls_of(0) == 0
        assert other.welcome.call is not None or await hears_until(other, CallStands)
        await other.say(HangUp(call_id=call_id))
        assert (await hears_until(again, CallOver)).reason is EndReason.HUNG_UP  # type: ignore[union-attr]


async def test_who_has_no_part_any_more_takes_nothing_over() -> None:
    """D9: one device's accept was lost with its owner, another one has taken the call since."""
    async with cluster(nodes=4) as nodes:
        ann, ben = await pair(nodes, caller_at=0, callee_at=0)
        call_id = await rings(ann, ben)
        await ann.hears_nothing()
        ringing = ann.ticket
        await ben.say(Accept(call_id=call_id))
        await ben.expect(CallAccepted)
        await nodes.kill(0, ann, ben)
        again = await nodes.comes_back(ann, node=1, ticket=ringing)
        assert again.welcome.call is not None
        assert again.welcome.call.state is State.RINGING
        other = await nodes.device(nodes.account_of(ben), node=2)
        await other.say(Accept(call_id=call_id))
        for device in (again, other):
            await hears_until(device, CallAccepted)
            await device.say(Connected(call_id=call_id))
        late = await nodes.comes_back(ben, node=3)
        assert late.welcome.call is None
        assert [nodes.calls_of(number) for number in (1, 2, 3)] == [1, 0, 0]


async def test_the_next_owner_dies_as_well() -> None:
    """D8: the device's own node learns of the second owner when that is gone, too, and goes on from there."""
    async with cluster(nodes=3) as nodes:
        ann, ben = await pair(nodes, caller_at=0, callee_at=2)
        call_id = await talks(ann, ben)
        await nodes.time.pass_ms(20_000)
        await ann.hears_nothing()
        await nodes.kill(0, ann)
        again = await nodes.comes_back(ann, node=1)
        assert nodes.calls_of(1) == 1
        await nodes.kill(1, again)
        for _ in range(15):
            await nodes.time.pass_ms(1_000)
        assert nodes.calls_of(2) == 1
        last = await nodes.comes_back(again, node=2)
        await hears_until(ben, PeerResumed)
        await last.say(HangUp(call_id=call_id))
        assert (await hears_until(ben, CallOver)).reason is EndReason.HUNG_UP  # type: ignore[union-attr]


async def test_devices_that_wait_for_a_dead_owner_count_as_well() -> None:
    """D11: of an account that is in a call, each is asked for at its owner first, and none is let in meanwhile."""
    async with cluster() as nodes:
        ann, ben = await pair(nodes, caller_at=0, callee_at=0)
        await talks(ann, ben)
        await nodes.kill(0)
        token = nodes.token(nodes.account_of(ben))
        coming = [await nodes.open(port=nodes.ports[1]) for _ in range(DEVICES_PER_ACCOUNT_MAX + 3)]
        for device in coming:
            await device.say(Hello(token=token))
        while sum(said.type == "node.attach" for said in nodes.buses[1].said) < len(coming):
            await give_turns()
        await nodes.time.pass_ms(nodes.settings.attach_ms_max)
        closed = [device for device in coming if not await is_welcome(device)]
        assert len(closed) == 3
        assert {device.connection.close_code for device in closed} == {CloseCode.TRY_LATER}


async def is_welcome(device: Device) -> bool:
    try:
        return isinstance(await device.hear(), Welcome)
    except ConnectionClosed:
        return False
