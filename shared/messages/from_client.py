"""What a device may send on its WebSocket: one JSON object a frame.

`ref` is the client's own mark; the answer, or the error that a message caused, carries it back.
"""

from __future__ import annotations

from typing import Annotated
from uuid import UUID

from msgspec import Meta, Struct

from shared.messages.base import Message, UserName

SDP_CHARS_MAX = 32_768
CANDIDATE_CHARS_MAX = 1_024

Ref = Annotated[str, Meta(min_length=1, max_length=64)]
Seq = Annotated[int, Meta(ge=1, le=2**53 - 1)]
Received = Annotated[int, Meta(ge=0, le=2**53 - 1)]
Sdp = Annotated[str, Meta(min_length=1, max_length=SDP_CHARS_MAX)]
OpaqueToken = Annotated[str, Meta(min_length=1, max_length=4_096)]


class ClientMessage(Message, frozen=True, kw_only=True):
    """A message from a device.

    `seq` counts the device's messages from 1, `hello` and `pong` left out. What was not received before a socket
    was lost is sent again with its number after the resume; what was is not done twice.
    """

    ref: Ref | None = None
    seq: Seq | None = None


class CallMessage(ClientMessage, frozen=True, kw_only=True):
    """A message about one call."""

    call_id: UUID


class Hello(ClientMessage, frozen=True, kw_only=True, tag="hello"):
    """The first message, within five seconds: an access token, and what a lost socket may resume.

    `received` is the number of the last message that came on the lost socket: the later ones come again. `ticket`
    is the newest `call.ticket`: with it any node goes on with the call, whatever became of the one before.
    """

    token: OpaqueToken
    resume_token: OpaqueToken | None = None
    received: Received | None = None
    ticket: OpaqueToken | None = None
    device_name: Annotated[str, Meta(max_length=64)] | None = None


class Authenticate(ClientMessage, frozen=True, kw_only=True, tag="authenticate"):
    """A newer access token of the same session, before the one that the socket has expires."""

    token: OpaqueToken


class Pong(ClientMessage, frozen=True, kw_only=True, tag="pong"):
    """The answer to `ping`; a device that is silent for too long counts as lost.

    `received` is the number of the last message that came: it and those before need not be kept any longer.
    """

    received: Received | None = None


class WatchPresence(ClientMessage, frozen=True, kw_only=True, tag="presence.watch"):
    """Tell me now, and at every change, whether these people can be called; instead of those named before."""

    account_ids: Annotated[list[UUID], Meta(max_length=200)]


class Invite(ClientMessage, frozen=True, kw_only=True, tag="call.invite"):
    """Call somebody, by id or by user name (exactly one of the two)."""

    callee_id: UUID | None = None
    callee_user_name: UserName | None = None


class Accept(CallMessage, frozen=True, kw_only=True, tag="call.accept"):
    """Take the call on this device. The first accept wins."""


class Decline(CallMessage, frozen=True, kw_only=True, tag="call.decline"):
    """Refuse the call, for all devices of the callee."""


class Cancel(CallMessage, frozen=True, kw_only=True, tag="call.cancel"):
    """The caller gives up before both sides are connected."""


class HangUp(CallMessage, frozen=True, kw_only=True, tag="call.hang_up"):
    """End the call."""


class Connected(CallMessage, frozen=True, kw_only=True, tag="call.connected"):
    """This side's media flows. Talk time starts when both sides have said so."""


class ConnectFailed(CallMessage, frozen=True, kw_only=True, tag="call.connect_failed"):
    """This side's media cannot be connected; the call ends and costs nothing."""


class Offer(CallMessage, frozen=True, kw_only=True, tag="call.offer"):
    """A session description offer (RFC 8866) for the other party."""

    sdp: Sdp


class Answer(CallMessage, frozen=True, kw_only=True, tag="call.answer"):
    """A session description answer for the other party."""

    sdp: Sdp


class IceCandidate(Struct, frozen=True, forbid_unknown_fields=True):
    """An RTCIceCandidateInit, in the field names of the WebRTC API (W3C WebRTC, section 4.8.1)."""

    candidate: Annotated[str, Meta(max_length=CANDIDATE_CHARS_MAX)]
    sdpMid: Annotated[str, Meta(max_length=64)] | None = None  # noqa: N815 - the WebRTC API's own name
    sdpMLineIndex: Annotated[int, Meta(ge=0, le=65_535)] | None = None  # noqa: N815
    usernameFragment: Annotated[str, Meta(max_length=256)] | None = None  # noqa: N815


class Candidate(CallMessage, frozen=True, kw_only=True, tag="call.candidate"):
    """An ICE candidate for the other party; null says that there are no more."""

    candidate: IceCandidate | None


MediaDescription = Offer | Answer | Candidate
CallStep = Accept | Decline | Cancel | HangUp | Connected | ConnectFailed | Offer | Answer | Candidate
FromClient = (
    Hello
    | Authenticate
    | Pong
    | WatchPresence
    | Invite
    | Accept
    | Decline
    | Cancel
    | HangUp
    | Connected
    | ConnectFailed
    | Offer
    | Answer
    | Candidate
)
FROM_CLIENT: tuple[type[ClientMessage], ...] = (
    Hello, Authenticate, Pong, WatchPresence, Invite, Accept, Decline, Cancel, HangUp, Connected, ConnectFailed,
    Offer, Answer, Candidate,
)  # fmt: skip
