"""Calls whose owner dies, or is asked first (D8, D12, C11)."""

from __future__ import annotations

import pytest

from shared.bus.interface import NoReplyError
from shared.messages.base import EndReason, Role, State
from shared.messages.events import CallEnded
from shared.messages.from_client import HangUp, Offer
from shared.messages.requests import Reply, Request
from shared.messages.to_client import (
    CallOver,
    CallStands,
    CloseCode,
    PeerLost,
    PeerOffer,
    PeerResumed,
    ToClient,
)
from tests.signaling.device import Device
from tests.signaling.manual_time import give_turns
from tests.signaling.resume.cluster import Cluster, cluster
from tests.signaling.stage import talks


async def pair(nodes: Cluster, *, caller_at: int, callee_at: int) -> tuple[Device, Device]:
    ann, ben = nodes.billing.account("ann"), nodes.billing.account("ben")
    return await nodes.device(ann, node=caller_at), await nodes.device(ben, node=callee_at)


async def ends(nodes: Cluster) -> list[tuple[EndReason, int]]:
    await give_turns()
    return [(event.reason, event.talk_ms) for event in nodes.billing.events if isinstance(event, CallEnded)]


async def hears_until(device: Device, kind: type[ToClient]) -> ToClient:
    while not isinstance(message := await device.hear(), kind):
        pass
    return message


async def test_a_call_goes_on_at_another_node_after_its_owner_died() -> None:
    """C11, D8: with its talk time, lease and parties; the time in between costs nothing."""
    async with cluster() as nodes:
        ann, ben = await pair(nodes, caller_at=0, callee_at=0)
        call_id = await talks(ann, ben)
        await nodes.time.pass_ms(20_000)
        await ann.hears_nothing()
        await ben.hears_nothing()
        await nodes.kill(0, ann, ben)
        await nodes.time.pass_ms(8_000)
        again = await nodes.comes_back(ann, node=1)
        call = again.welcome.call
        assert call is not None
        assert (call.call_id, call.state, call.role) == (call_id, State.RECONNECTING, Role.CALLER)
        assert (call.talk_ms, call.paid_ms) == (20_000, 60_000)
        assert again.welcome.device_id == ann.welcome.device_id
        await nodes.time.pass_ms(3_000)
        other = await nodes.comes_back(ben, node=1)
        assert other.welcome.call is not None
        assert (other.welcome.call.state, other.welcome.call.talk_ms) == (State.ACTIVE, 23_000)
        await again.expect(PeerResumed)
        await again.say(Offer(call_id=call_id, sdp="v=0"))
        await other.expect(PeerOffer)
        await nodes.time.pass_ms(30_000)
        await again.say(HangUp(call_id=call_id))
        assert (await hears_until(other, CallOver)).talk_ms == 53_000  # type: ignore[union-attr]
        assert await ends(nodes) == [(EndReason.HUNG_UP, 53_000)]


async def test_both_parties_come_to_different_nodes() -> None:
    """D12: the second one is sent to the one that was first, by billing."""
    async with cluster(nodes=3) as nodes:
        ann, ben = await pair(nodes, caller_at=0, callee_at=0)
        call_id = await talks(ann, ben)
        await nodes.time.pass_ms(10_000)
        await ann.hears_nothing()
        await ben.hears_nothing()
        await nodes.kill(0, ann, ben)
        again = await nodes.comes_back(ann, node=1)
        other = await nodes.comes_back(ben, node=2)
        assert other.welcome.call is not None
        assert (other.welcome.call.call_id, other.welcome.call.state) == (call_id, State.ACTIVE)
        await again.expect(PeerResumed)
        for speaker, hearer in ((again, other), (other, again)):
            await speaker.say(Offer(call_id=call_id, sdp="v=0"))
            await hearer.expect(PeerOffer)
        await other.say(HangUp(call_id=call_id))
        assert (await again.expect(CallOver)).reason is EndReason.HUNG_UP


async def test_the_second_ticket_counts_wherever_it_is_shown() -> None:
    """C11: the one that took the call over was older."""
    async with cluster(nodes=3) as nodes:
        ann, ben = await pair(nodes, caller_at=0, callee_at=0)
        await talks(ann, ben)
        await nodes.time.pass_ms(10_000)
        await ann.hears_nothing()
        old = ann.ticket
        await nodes.time.pass_ms(10_000)
        await ben.hears_nothing()
        await nodes.kill(0, ann, ben)
        again = await nodes.comes_back(ann, node=1, ticket=old)
        assert again.welcome.call is not None
        assert again.welcome.call.talk_ms == 10_000
        other = await nodes.comes_back(ben, node=2)
        assert other.welcome.call is not None
        assert (other.welcome.call.state, other.welcome.call.talk_ms) == (State.ACTIVE, 20_000)


async def test_a_home_takes_the_call_over_for_its_device() -> None:
    """D8: its socket is well, and it does not know that anything has happened."""
    async with cluster() as nodes:
        ann, ben = await pair(nodes, caller_at=0, callee_at=1)
        call_id = await talks(ann, ben)
        await nodes.time.pass_ms(20_000)
        await ann.hears_nothing()
        await ben.hears_nothing()
        await nodes.kill(0, ann)
        await nodes.time.pass_ms(8_000)
        stands = await hears_until(ben, CallStands)
        assert stands.call.call_id == call_id  # type: ignore[union-attr]
        assert nodes.calls_of(1) == 1
        again = await nodes.comes_back(ann, node=1)
        assert again.welcome.call is not None
        await hears_until(ben, PeerResumed)
        await again.say(HangUp(call_id=call_id))
        await hears_until(ben, CallOver)
        [(reason, talk_ms)] = await ends(nodes)
        assert reason is EndReason.HUNG_UP
        assert 20_000 <= talk_ms <= 28_000


async def test_nobody_comes_back() -> None:
    """C11: the node that took it over ends it at what was proven."""
    async with cluster() as nodes:
        ann, ben = await pair(nodes, caller_at=0, callee_at=1)
        await talks(ann, ben)
        await nodes.time.pass_ms(20_000)
        await ben.hears_nothing()
        await nodes.kill(0, ann, ben)
        for _ in range(40):
            await nodes.time.pass_ms(1_000)
        assert await ends(nodes) == [(EndReason.LOST, 20_000)]


async def test_where_nobody_can_take_it_over_the_device_hears_what_was_proven(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """C11: its node waits for billing for as long as a device may be away, then gives the call up."""

    async def answers_nobody(request: Request, *, timeout_ms: int) -> Reply:
        raise NoReplyError("billing is away")

    async with cluster() as nodes:
        ann, ben = await pair(nodes, caller_at=0, callee_at=1)
        await talks(ann, ben)
        await nodes.time.pass_ms(20_000)
        await nodes.kill(0, ann)
        monkeypatch.setattr(nodes.buses[1], "ask", answers_nobody)
        for _ in range(40):
            await nodes.time.pass_ms(1_000)
            await give_turns()
        over = await hears_until(ben, CallOver)
        assert (over.reason, over.talk_ms) == (EndReason.LOST, 20_000)  # type: ignore[union-attr]


async def test_a_process_that_starts_again_goes_on_with_its_own_calls() -> None:
    """D8: it has the same name and knows nothing any more."""
    async with cluster(nodes=1) as nodes:
        ann, ben = await pair(nodes, caller_at=0, callee_at=0)
        call_id = await talks(ann, ben)
        await nodes.time.pass_ms(20_000)
        await ann.hears_nothing()
        await ben.hears_nothing()
        await nodes.kill(0, ann, ben)
        await nodes.start(0)
        again = await nodes.comes_back(ben, node=0)
        assert again.welcome.call is not None
        assert (again.welcome.call.call_id, again.welcome.call.talk_ms) == (call_id, 20_000)
        other = await nodes.comes_back(ann, node=0)
        await again.expect(PeerResumed)
        await other.say(HangUp(call_id=call_id))
        assert (await again.expect(CallOver)).talk_ms == 20_000


async def test_an_owner_that_lives_keeps_its_call() -> None:
    """D8: whatever ticket is shown; it hears that its device is at another node now."""
    async with cluster() as nodes:
        ann, ben = await pair(nodes, caller_at=0, callee_at=0)
        call_id = await talks(ann, ben)
        await nodes.time.pass_ms(5_000)
        await ann.hears_nothing()
        old = ann.ticket
        await nodes.time.pass_ms(25_000)
        await ann.hears_nothing()
        again = await nodes.comes_back(ann, node=1, ticket=old)
        assert again.welcome.call is not None
        assert (again.welcome.call.talk_ms, again.welcome.device_id) == (30_000, ann.welcome.device_id)
        assert (nodes.calls_of(0), nodes.calls_of(1)) == (1, 0)
        assert (await ann.closed_with())[0] == 4409
        await again.say(Offer(call_id=call_id, sdp="v=0"))
        assert isinstance(await hears_until(ben, PeerOffer), PeerOffer)


async def test_without_a_ticket_there_is_no_call() -> None:
    """D8: the device is a new one, and the call waits for those who can prove their part."""
    async with cluster() as nodes:
        ann, ben = await pair(nodes, caller_at=0, callee_at=0)
        await talks(ann, ben)
        await nodes.kill(0, ann, ben)
        token = nodes.token(nodes.account_of(ann))
        for ticket in (None, "a.b.c", ben.ticket):
            device = await nodes.greets(token, ticket=ticket, node=1)
            assert device.welcome.call is None
            assert device.welcome.device_id != ann.welcome.device_id
        assert nodes.calls_of(1) == 0


async def test_the_old_owner_lets_go_when_it_hears_of_it() -> None:
    """D12: one that was away comes back, and billing tells it who owns the call; nothing ends twice."""
    async with cluster() as nodes:
        ann, ben = await pair(nodes, caller_at=0, callee_at=0)
        call_id = await talks(ann, ben)
        await nodes.time.pass_ms(20_000)
        for device in (ann, ben):
            await device.hears_nothing()
        await nodes.kill(0)
        again = await nodes.comes_back(ann, node=1)
        other = await nodes.comes_back(ben, node=1)
        nodes.buses[0].alive = True
        await nodes.time.pass_ms(45_000)
        for device in (again, other):
            heard = await device.hears_no_more_than()
            assert not [message for message in heard if isinstance(message, CallOver | PeerLost)], heard
        assert nodes.calls_of(0) == 0
        await again.say(HangUp(call_id=call_id))
        await other.expect(CallOver)
        assert len(await ends(nodes)) == 1


async def test_a_home_that_starts_again_ends_no_call() -> None:
    """D8, D12: it knows nothing of its devices any more, but they may come back for as long as any others."""
    async with cluster() as nodes:
        ann, ben = await pair(nodes, caller_at=0, callee_at=1)
        call_id = await talks(ann, ben)
        await nodes.time.pass_ms(5_000)
        await ben.hears_nothing()
        await nodes.kill(1, ben)
        await nodes.start(1)
        await nodes.time.pass_ms(6_000)
        assert await ends(nodes) == []
        again = await nodes.comes_back(ben, node=1)
        assert again.welcome.call is not None
        await hears_until(ann, PeerResumed)
        await again.say(HangUp(call_id=call_id))
        assert (await hears_until(ann, CallOver)).reason is EndReason.HUNG_UP  # type: ignore[union-attr]
        assert nodes.calls_of(0) == nodes.calls_of(1) == 0


async def test_a_home_that_starts_again_is_answered_at_once() -> None:
    """D12: not on a lane whose beginning the new process never saw, so that a living owner keeps its call."""
    async with cluster() as nodes:
        ann, ben = await pair(nodes, caller_at=0, callee_at=1)
        await talks(ann, ben)
        await nodes.kill(1, ben)
        await nodes.start(1)
        again = await nodes.comes_back(ben, node=1)
        assert again.welcome.call is not None
        assert (nodes.calls_of(0), nodes.calls_of(1)) == (1, 0)


async def test_an_old_socket_does_not_take_the_device_back() -> None:
    """D8: it is open still where the device has been, and its node looks for the call when the owner has died."""
    async with cluster(nodes=3) as nodes:
        ann, ben = await pair(nodes, caller_at=0, callee_at=1)
        call_id = await talks(ann, ben)
        await nodes.kill(0, ann)
        again = await nodes.comes_back(ben, node=2)
        assert nodes.calls_of(2) == 1
        await nodes.time.pass_ms(12_000)
        assert (await ben.closed_with())[0] == CloseCode.REPLACED
        assert not [message for message in await again.hears_no_more_than() if isinstance(message, CallOver)]
        await again.say(HangUp(call_id=call_id))
        assert (await hears_until(again, CallOver)).reason is EndReason.HUNG_UP  # type: ignore[union-attr]
