"""A node that stops while others go on (D16)."""

from __future__ import annotations

import asyncio

from shared.messages.base import EndReason, State
from shared.messages.events import CallEnded
from shared.messages.from_client import Accept, Connected, HangUp, Invite, Offer
from shared.messages.requests import Renew
from shared.messages.to_client import (
    CallAccepted,
    CallActive,
    CallLease,
    CallOver,
    CloseCode,
    Error,
    ErrorCode,
    Moving,
    PeerOffer,
    PeerResumed,
)
from tests.signaling.manual_time import give_turns
from tests.signaling.resume.cluster import cluster
from tests.signaling.resume.test_takeover import ends, hears_until, pair
from tests.signaling.stage import rings, talks


async def test_a_call_moves_with_its_devices() -> None:
    """D16: nobody is told of an end, talk time and lease go on, and the charge is right to the millisecond."""
    async with cluster() as nodes:
        ann, ben = await pair(nodes, caller_at=0, callee_at=0)
        call_id = await talks(ann, ben)
        await nodes.time.pass_ms(50_000)
        for device in (ann, ben):
            await device.expect(CallLease)
        draining = asyncio.create_task(nodes.apps[0].service.drain())
        delays = [(await device.expect(Moving)).delay_ms for device in (ann, ben)]
        assert sorted(delays) == [0, 1_500]
        await ann.say(Invite(callee_id=ben.account_id))
        refused = await hears_until(ann, Error)
        assert refused.code is ErrorCode.DRAINING  # type: ignore[union-attr]
        again = await nodes.comes_back(ann, node=1)
        assert again.welcome.call is not None
        assert (again.welcome.call.talk_ms, again.welcome.call.paid_ms) == (50_000, 120_000)
        assert (await ann.closed_with())[0] == CloseCode.REPLACED
        # The other party is still there, and what it says goes on to the new owner.
        await ben.say(Offer(call_id=call_id, sdp="v=0"))
        assert (await hears_until(again, PeerOffer)).sdp == "v=0"  # type: ignore[union-attr]
        other = await nodes.comes_back(ben, node=1)
        await draining
        assert other.welcome.call is not None
        assert other.welcome.call.state is State.ACTIVE
        await nodes.time.pass_ms(15_000)
        await other.say(HangUp(call_id=call_id))
        assert (await hears_until(again, CallOver)).reason is EndReason.HUNG_UP  # type: ignore[union-attr]
        assert await ends(nodes) == [(EndReason.HUNG_UP, 65_000)]


async def test_a_ringing_call_moves_too() -> None:
    """D16: and is taken at the new node."""
    async with cluster() as nodes:
        ann, ben = await pair(nodes, caller_at=0, callee_at=0)
        call_id = await rings(ann, ben)
        draining = asyncio.create_task(nodes.apps[0].service.drain())
        await ann.expect(Moving)
        again = await nodes.comes_back(ann, node=1)
        assert again.welcome.call is not None
        assert again.welcome.call.state is State.RINGING
        other = await nodes.comes_back(ben, node=1)
        await draining
        await other.say(Accept(call_id=call_id))
        for device in (again, other):
            await hears_until(device, CallAccepted)
            await device.say(Connected(call_id=call_id))
        for device in (again, other):
            await hears_until(device, CallActive)


async def test_an_owner_whose_devices_are_elsewhere_hands_over_at_once() -> None:
    """D16: none of them would come and ask."""
    async with cluster(nodes=3) as nodes:
        ann, ben = await pair(nodes, caller_at=0, callee_at=1)
        call_id = await talks(ann, ben)
        await nodes.time.pass_ms(10_000)
        draining = asyncio.create_task(nodes.apps[0].service.drain())
        await hears_until(ann, Moving)
        again = await nodes.comes_back(ann, node=2)
        await draining
        assert again.welcome.call is not None
        assert again.welcome.call.call_id == call_id
        assert (nodes.calls_of(0), nodes.calls_of(1)) == (0, 1)
        await ben.say(Offer(call_id=call_id, sdp="v=0"))
        await hears_until(again, PeerOffer)
        await again.say(HangUp(call_id=call_id))
        await hears_until(ben, CallOver)
        assert await ends(nodes) == [(EndReason.HUNG_UP, 10_000)]


async def test_whoever_does_not_move_comes_with_a_ticket_later() -> None:
    """D16: an old client, or one without a network at this moment; its talk is proven once more at the end."""
    async with cluster(drain_ms_max=800) as nodes:
        ann, ben = await pair(nodes, caller_at=0, callee_at=0)
        call_id = await talks(ann, ben)
        await nodes.time.pass_ms(9_000)
        for device in (ann, ben):
            await device.hears_nothing()
        old = ann.ticket, ben.ticket
        await nodes.apps[0].service.drain()
        for device in (ann, ben):
            assert await device.closed_with() == (CloseCode.GOING_AWAY, "the server is shutting down")
        proofs = [asked for asked in nodes.billing.asked if isinstance(asked, Renew)]
        assert [(proof.minute, proof.talk_ms) for proof in proofs] == [(1, 9_000)]
        assert await ends(nodes) == []
        await nodes.kill(0)
        again = await nodes.comes_back(ann, node=1, ticket=old[0])
        other = await nodes.comes_back(ben, node=1, ticket=old[1])
        await again.expect(PeerResumed)
        assert other.welcome.call is not None
        await other.say(HangUp(call_id=call_id))
        assert (await again.expect(CallOver)).talk_ms == 9_000


async def test_nothing_that_is_not_authorized_is_left_behind() -> None:
    """D16, C10: there is no ticket for it, and a minute may be held."""
    async with cluster(drain_ms_max=800) as nodes:
        ann, ben = await pair(nodes, caller_at=0, callee_at=0)
        nodes.billing.answering.clear()
        await ann.say(Invite(callee_id=ben.account_id))
        await give_turns()
        await nodes.apps[0].service.drain()
        await give_turns()
        nodes.billing.answering.set()
        assert [event.reason for event in nodes.billing.events if isinstance(event, CallEnded)] == [
            EndReason.SHUTDOWN
        ]


async def test_whoever_does_not_read_keeps_nobody_from_stopping() -> None:
    """D16: within the time to drain, nothing of it is left for the server to wait for."""
    async with cluster(drain_ms_max=800, messages_burst_max=1_000) as nodes:
        ann, ben = await pair(nodes, caller_at=0, callee_at=0)
        call_id = await talks(ann, ben)
        ben.connection.transport.pause_reading()
        for _ in range(250):
            await ann.say(Offer(call_id=call_id, sdp="v" * 30_000))
        await ann.hears_no_more_than()
        began = asyncio.get_running_loop().time()
        await nodes.apps[0].service.drain()
        await give_turns()
        assert nodes.apps[0].service.sockets_open == 0
        assert asyncio.get_running_loop().time() - began < 5


async def test_who_is_sent_away_has_talked_until_it_says_goodbye() -> None:
    """D16, C11: nothing is given away for a device on its way, and nobody pays for one that only broke."""
    for says_goodbye, talk_ms in ((True, 3_000), (False, 0)):
        async with cluster(drain_ms_max=800) as nodes:
            ann, ben = await pair(nodes, caller_at=0, callee_at=0)
            await talks(ann, ben)
            await nodes.time.pass_ms(3_000)
            await ann.hears_nothing()
            draining = asyncio.create_task(nodes.apps[0].service.drain())
            await ben.expect(Moving)
            if says_goodbye:
                await ben.connection.close()
            else:
                ben.connection.transport.abort()
            again = await nodes.comes_back(ann, node=1)
            assert again.welcome.call is not None
            assert again.welcome.call.talk_ms == talk_ms
            await draining
