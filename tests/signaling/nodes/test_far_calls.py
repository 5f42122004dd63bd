"""What a call causes between nodes, and what becomes of it when one of them is silent (D12)."""

from collections import Counter
from collections.abc import AsyncIterator
from uuid import UUID

import pytest

from shared.messages.base import EndReason
from shared.messages.from_client import Accept, Candidate, HangUp, IceCandidate
from shared.messages.to_client import (
    CallAccepted,
    CallAnsweredElsewhere,
    CallOver,
    CallStands,
    Error,
    ErrorCode,
    PeerCandidate,
    PeerLost,
    PeerResumed,
    ToClient,
)
from tests.signaling.device import Device
from tests.signaling.nodes.bus_between_nodes import BusBetweenNodes
from tests.signaling.stage import Stage, rings, staged, talks

SILENCE_MS = 9_000
RESUME_MS = 20_000
BEAT_MS = 1_000
OWNER, HOME = 0, 1


@pytest.fixture
async def bus(anyio_backend: str) -> BusBetweenNodes:
    return BusBetweenNodes()


@pytest.fixture
async def stage(bus: BusBetweenNodes) -> AsyncIterator[Stage]:
    async with staged(bus=bus, nodes=3, silence_ms_max=SILENCE_MS, ping_ms=4_000) as stage:
        yield stage


async def people(stage: Stage, *, ann: int, ben: int) -> tuple[Device, Device]:
    return (
        await stage.device(stage.billing.account("ann"), node=ann),
        await stage.device(stage.billing.account("ben"), node=ben),
    )


async def test_a_call_on_one_node_says_nothing_to_others(stage: Stage, bus: BusBetweenNodes) -> None:
    """Only the callee is asked for, once, by the account's own exchange."""
    ann, ben = await people(stage, ann=OWNER, ben=OWNER)
    call_id = await talks(ann, ben)
    await say_candidates(call_id, ann, ben)
    await stage.time.pass_ms(3 * BEAT_MS)
    await ann.say(HangUp(call_id=call_id))
    await ben.expect(CallOver)
    assert bus.letters == []
    assert len(bus.broadcasts) == 1


async def test_what_is_said_in_a_call_costs_one_message_between_nodes(stage: Stage, bus: BusBetweenNodes) -> None:
    """The owner is one of the two nodes: whatever is said goes from one to the other, and no third one hears."""
    ann, ben = await people(stage, ann=OWNER, ben=HOME)
    call_id = await talks(ann, ben)
    bus.letters.clear()
    await say_candidates(call_id, ann, ben)
    await say_candidates(call_id, ben, ann)
    assert Counter(letter.type for letter in bus.letters) == {"node.to_device": 10, "node.from_device": 10}
    assert {letter.routing_key for letter in bus.letters} == {"node-1", "node-2"}


async def test_a_node_whose_devices_rang_in_vain_hears_no_more_of_the_call(
    stage: Stage, bus: BusBetweenNodes
) -> None:
    """One device won, at the owner itself: from then on it is a call on one node."""
    ann, ben = await people(stage, ann=OWNER, ben=OWNER)
    other_of_ben = await stage.device(stage.account_of(ben), node=HOME)
    call_id = await rings(ann, ben, other_of_ben)
    await ben.say(Accept(call_id=call_id))
    for device in (ann, ben):
        await device.expect(CallAccepted)
    await other_of_ben.expect(CallAnsweredElsewhere)
    await stage.time.pass_ms(BEAT_MS)
    bus.letters.clear()
    await stage.time.pass_ms(3 * BEAT_MS)
    await ann.say(HangUp(call_id=call_id))
    for device in (ann, ben):
        await device.expect(CallOver)
    assert bus.letters == []


async def test_a_device_that_is_lost_elsewhere_comes_back(stage: Stage) -> None:
    """D8: at its home, with everything that it missed."""
    ann, ben = await people(stage, ann=OWNER, ben=HOME)
    call_id = await talks(ann, ben)
    await ben.connection.close()
    assert (await ann.expect(PeerLost)).resume_ms == RESUME_MS
    await ann.say(Candidate(call_id=call_id, candidate=None))
    await ann.hears_nothing()
    back = await stage.resumed(ben)
    assert (await back.expect(PeerCandidate)).candidate is None
    await ann.expect(PeerResumed)
    await back.say(HangUp(call_id=call_id))
    assert (await ann.expect(CallOver)).reason is EndReason.HUNG_UP


async def test_a_device_that_is_lost_elsewhere_talked_until_it_was_last_heard(stage: Stage) -> None:
    """C11: proven by the beats that it outlived, in the owner's own time, and by nothing else."""
    ann, ben = await people(stage, ann=OWNER, ben=HOME)
    call_id = await talks(ann, ben)
    await stage.time.pass_ms(3 * BEAT_MS)
    await ben.hears_no_more_than()
    await stage.time.pass_ms(BEAT_MS)
    await ben.connection.close()
    await ann.expect(PeerLost)
    over = await over_of(ann, stage)
    assert over.reason is EndReason.LOST
    assert 3 * BEAT_MS - BEAT_MS <= over.talk_ms <= 3 * BEAT_MS
    assert call_id == over.call_id


async def test_a_silent_home_is_noticed(stage: Stage, bus: BusBetweenNodes) -> None:
    """D8: its devices are lost as if they were silent themselves; nobody pays for what is not proven."""
    ann, ben = await people(stage, ann=OWNER, ben=HOME)
    await talks(ann, ben)
    await stage.time.pass_ms(2 * BEAT_MS)
    await ben.hears_no_more_than()
    await stage.time.pass_ms(BEAT_MS)
    bus.cut_off = {"node-1", "node-2"}
    lost_after_ms = 0
    while not any(isinstance(heard, PeerLost) for heard in await ann.hears_no_more_than()):
        assert lost_after_ms <= SILENCE_MS + 2 * BEAT_MS
        await stage.time.pass_ms(BEAT_MS)
        lost_after_ms += BEAT_MS
    assert lost_after_ms > SILENCE_MS - BEAT_MS
    over = await over_of(ann, stage)
    assert over.reason is EndReason.LOST
    assert over.talk_ms <= 3 * BEAT_MS


async def test_strangers_elsewhere_have_no_part(stage: Stage) -> None:
    """D6: whoever knows the id of a call, at whatever node."""
    ann, ben = await people(stage, ann=OWNER, ben=HOME)
    call_id = await talks(ann, ben)
    carol = await stage.device(stage.billing.account("carol"), node=2)
    other_of_ann = await stage.device(stage.account_of(ann), node=HOME)
    for stranger in (carol, other_of_ann):
        await stranger.say(HangUp(call_id=call_id, ref="r"))
        error = await stranger.expect(Error)
        assert (error.code, error.ref) == (ErrorCode.NOT_IN_CALL, "r")
    await ann.hears_nothing()
    await ben.hears_nothing()


async def test_after_too_long_an_outage_devices_are_told_how_their_calls_stand(
    stage: Stage, bus: BusBetweenNodes
) -> None:
    """D12: what could not be delivered was given up; nobody goes on with half of what was said."""
    ann, ben = await people(stage, ann=OWNER, ben=HOME)
    call_id = await rings(ann, ben)
    bus.refusing = True
    await ann.say(Candidate(call_id=call_id, candidate=IceCandidate(candidate="candidate:1")))
    await ann.expect(Error)
    await stage.time.pass_ms(2 * BEAT_MS)
    for _ in range(24):
        await stage.time.pass_ms(BEAT_MS)
        await ann.hears_no_more_than()
        await ben.hears_no_more_than()
    bus.refusing = False
    await stage.time.pass_ms(2 * BEAT_MS)
    stands = await ben.expect(CallStands)
    assert stands.call.call_id == call_id


async def say_candidates(call_id: UUID, speaker: Device, listener: Device) -> None:
    for number in range(10):
        await speaker.say(Candidate(call_id=call_id, candidate=IceCandidate(candidate=f"candidate:{number}")))
    for number in range(10):
        heard = await listener.expect(PeerCandidate)
        assert heard.candidate is not None
        assert heard.candidate.candidate == f"candidate:{number}"


async def over_of(device: Device, stage: Stage) -> CallOver:
    """Let the time to resume pass, and return how the call ended; the device answers its pings."""
    heard: list[ToClient] = []
    for _ in range(RESUME_MS // BEAT_MS):
        await stage.time.pass_ms(BEAT_MS)
        heard += await device.hears_no_more_than()
    [over] = [message for message in heard if isinstance(message, CallOver)]
    return over
