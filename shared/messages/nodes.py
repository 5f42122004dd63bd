"""What signaling nodes say to one another about calls whose devices are connected to several of them.

The node that owns a call decides everything about it. A node where a device of it is connected, its home, passes
on what the device says and what it is told. `FindCallee` goes to all nodes at which the callee is connected;
everything else goes to one node, numbered, in order and once (`LaneMessage`).
"""

from __future__ import annotations

from typing import Annotated, Literal
from uuid import UUID

from msgspec import Meta, Struct

from shared.messages.base import Epoch, Message, Role, TalkMs
from shared.messages.from_client import CallStep, Ref
from shared.messages.to_client import CallSnapshot, ToClient


class FindCallee(Message, frozen=True, kw_only=True, tag="call.find_callee"):
    """Who has devices of this account? Answered by `CalleeFound`, also for devices that come within `ring_ms`."""

    call_id: UUID
    epoch: Epoch
    node: str
    account_id: UUID
    ring_ms: int


class PresenceHint(Message, frozen=True, kw_only=True, tag="presence.hint"):
    """Something about whether this account can be called may have changed: whoever watches it asks billing."""

    account_id: UUID


class LaneMessage(Message, frozen=True, kw_only=True):
    """A message of one node to another.

    `number` counts from 1 in each `lane`. A lane ends where a message had to be given up: the number 1 of another
    lane is the news that something may be missing, and the two nodes tell each other how things stand. `life` is
    another one of each process that the sender was. All of these are filled in when the message is sent.
    """

    sender: str = ""
    life: UUID = UUID(int=0)
    lane: UUID = UUID(int=0)
    number: Annotated[int, Meta(ge=0)] = 0


class LaneBroken(LaneMessage, frozen=True, kw_only=True, tag="node.lane_broken"):
    """Of this lane of yours something never came here: I cannot take what follows, begin another."""

    broken: UUID


class CalleeFound(LaneMessage, frozen=True, kw_only=True, tag="node.callee_found"):
    """These devices of the callee are connected here; none has been told of the call."""

    call_id: UUID
    device_ids: list[UUID]


class ToDevice(LaneMessage, frozen=True, kw_only=True, tag="node.to_device"):
    """The owner of the call has this to say to a device."""

    call_id: UUID
    epoch: Epoch
    role: Role
    device_id: UUID
    message: ToClient


class FromDevice(LaneMessage, frozen=True, kw_only=True, tag="node.from_device"):
    """A device says this about its call."""

    call_id: UUID
    role: Role
    device_id: UUID
    step: CallStep


class DeviceStatus(LaneMessage, frozen=True, kw_only=True, tag="node.device_status"):
    """A device was lost, is back, or will not come back; a process that has started again does not know it.

    It was heard of after the owner's beat number `heard_after` had come here: so no two clocks are compared.
    """

    call_id: UUID
    role: Role
    device_id: UUID
    status: Literal["lost", "back", "gone", "unknown"]
    heard_after: int


class Beat(LaneMessage, frozen=True, kw_only=True, tag="node.beat"):
    """The owner of these calls is alive, and asks who of their devices is."""

    beat: int
    call_ids: list[UUID]


class HeardDevice(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A device of a call, and the newest beat after which it said anything."""

    call_id: UUID
    device_id: UUID
    heard_after: int


class BeatHeard(LaneMessage, frozen=True, kw_only=True, tag="node.beat_heard"):
    """These devices of your calls are connected here."""

    beat: int
    devices: list[HeardDevice]


class Attach(LaneMessage, frozen=True, kw_only=True, tag="node.attach"):
    """A device that has a part in this call of yours is connected here from now on.

    `role` is null where only its account is known: any device of the callee may ring while others do. With
    `if_lost` it was there before the call was yours: where it is connected elsewhere by now, that is newer. What
    its ticket says, `shown`, may be newer than what you know of a call that you took over. Answered by `Attached`,
    `HandedOver` or `NotMine`.
    """

    request_id: UUID
    call_id: UUID
    account_id: UUID
    role: Role | None
    device_id: UUID
    if_lost: bool = False
    shown: CallState | None = None


class Attached(LaneMessage, frozen=True, kw_only=True, tag="node.attached"):
    """The call goes on here; the device is told all from now on. No snapshot means that it rings, or will."""

    request_id: UUID
    call_id: UUID
    epoch: Epoch
    role: Role
    snapshot: CallSnapshot | None


class DeviceMoved(LaneMessage, frozen=True, kw_only=True, tag="node.device_moved"):
    """This device of the call is connected elsewhere: the socket that it had at your place is of no more use."""

    call_id: UUID
    device_id: UUID


class DevicePlace(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A device of a call, and its home; null where it has none at the moment."""

    role: Role
    device_id: UUID
    node: str | None


class CallState(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A call as it was when its owner let it go; milliseconds are left over from that moment, or of talk time."""

    epoch: Epoch
    stage: Literal["ringing", "connecting", "active"]
    talk_ms: TalkMs
    left_ms: int
    """Of the time to ring or to connect; of no meaning in an active call."""
    caller: DevicePlace
    callee: DevicePlace | None
    ringing: list[DevicePlace]
    connected: list[Role]


class HandedOver(LaneMessage, frozen=True, kw_only=True, tag="node.handed_over"):
    """I am about to stop: take the call over, I do nothing about it any more."""

    request_id: UUID
    call_id: UUID
    state: CallState


class NotMine(LaneMessage, frozen=True, kw_only=True, tag="node.not_mine"):
    """I own no such call, or this device has no part in it.

    `epoch` is null where I know nothing of the call. Else I own it as the `epoch`-th, or did so until it ended:
    then there is nothing to be taken over from that owner.
    """

    request_id: UUID
    call_id: UUID
    epoch: Epoch | None = None


class CallMoved(LaneMessage, frozen=True, kw_only=True, tag="node.call_moved"):
    """I own this call now: what its devices at your place say goes to me."""

    call_id: UUID
    epoch: Epoch


class AcceptByInvite(LaneMessage, frozen=True, kw_only=True, tag="node.accept_by_invite"):
    """A device of the callee has invited the caller at the same moment (glare). Answered by `GlareAnswer`."""

    request_id: UUID
    call_id: UUID
    device_id: UUID
    ref: Ref | None


class GlareAnswer(LaneMessage, frozen=True, kw_only=True, tag="node.glare_answer"):
    """Whether that invite has accepted the call."""

    request_id: UUID
    call_id: UUID
    accepted: bool


NodeMessage = (
    LaneBroken
    | CalleeFound
    | ToDevice
    | FromDevice
    | DeviceStatus
    | Beat
    | BeatHeard
    | Attach
    | Attached
    | DeviceMoved
    | HandedOver
    | NotMine
    | CallMoved
    | AcceptByInvite
    | GlareAnswer
)
NODE_MESSAGES: tuple[type[NodeMessage], ...] = (
    LaneBroken, CalleeFound, ToDevice, FromDevice, DeviceStatus, Beat, BeatHeard, Attach, Attached, DeviceMoved,
    HandedOver, NotMine, CallMoved, AcceptByInvite, GlareAnswer,
)  # fmt: skip
BROADCASTS: tuple[type[FindCallee | PresenceHint], ...] = (FindCallee, PresenceHint)
