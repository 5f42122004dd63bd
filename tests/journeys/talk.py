"""What people do on the telephone, in the words of the tests."""

from __future__ import annotations

from typing import TypeVar, cast
from uuid import UUID

from msgspec import UNSET
from msgspec.structs import replace

from shared.messages import from_client, to_client
from talktime.demo import SDP
from talktime.person import Device, Person

M = TypeVar("M", bound=to_client.ToClient)


async def ring(caller: Device, callee: Person, *callee_devices: Device) -> UUID:
    """Call somebody and return the call's id once all of the callee's devices ring."""
    await caller.send(from_client.Invite(callee_id=callee.id))
    ringing = await caller.expect(to_client.CallRinging)
    for device in callee_devices:
        assert (await device.expect(to_client.CallIncoming)).call_id == ringing.call_id
    return ringing.call_id


async def answer(call_id: UUID, caller: Device, callee: Device) -> to_client.CallActive:
    """Take the call, exchange descriptions and candidates, connect both sides."""
    await callee.send(from_client.Accept(call_id=call_id))
    await caller.expect(to_client.CallAccepted)
    await caller.send(from_client.Offer(call_id=call_id, sdp=SDP))
    await callee.expect(to_client.PeerOffer)
    await callee.send(from_client.Answer(call_id=call_id, sdp=SDP))
    await caller.expect(to_client.PeerAnswer)
    await callee.send(from_client.Candidate(call_id=call_id, candidate=None))
    await caller.expect(to_client.PeerCandidate)
    for device in (caller, callee):
        await device.send(from_client.Connected(call_id=call_id))
    await callee.expect(to_client.CallActive)
    return await caller.expect(to_client.CallActive)


async def talk_for_a_moment(caller: Device) -> None:
    """Return when surely more than no time was talked: the next minute is bought before the first one is over.

    Or cannot be, which the caller hears just then.
    """
    await caller.expect(cast(type[to_client.ServerMessage], to_client.CallLease | to_client.CallLowFunds))


async def over(*devices: Device) -> to_client.CallOver:
    """Return how the call ended, the same for everybody."""
    ends = [replace(await device.expect(to_client.CallOver), seq=UNSET) for device in devices]
    assert all(end == ends[0] for end in ends)
    return ends[0]


def heard(device: Device, kind: type[M]) -> list[M]:
    """Return all messages of a kind that the device ever received."""
    return [message for message in device.seen if isinstance(message, kind)]
