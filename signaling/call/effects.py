"""What a call wants done, in this order. Each counts as done; a failure, if it matters, comes back as an input."""

from __future__ import annotations

from uuid import UUID

from msgspec import Struct

from shared.messages.base import EndReason
from shared.messages.from_client import Ref
from shared.messages.to_client import ErrorCode, ToClient
from signaling.call.states import Device, TimerName


class Send(Struct, frozen=True):
    """Send a message to one device.

    A lost device is sent to as well: what cannot be delivered is kept for its resume, or dropped where it resumes
    from a snapshot.
    """

    device: Device
    message: ToClient


class Reject(Struct, frozen=True, kw_only=True):
    """Answer a device's message with an `Error` about this call; the message did nothing."""

    device: Device
    code: ErrorCode
    text: str
    ref: Ref | None


class AskAuthorize(Struct, frozen=True, kw_only=True):
    """Ask billing for the first minute. Answer: `Authorized`, `Refused`, `AuthorizeFailed` or `Merged`."""

    callee_id: UUID | None
    callee_user_name: str | None


class FindDevices(Struct, frozen=True):
    """Find the connected devices of the callee, on all nodes. Answer: `CalleeDevices`, once for each finding.

    The call makes them ring by itself. So that a device on another node cannot ring for a call that is over,
    finding must not make it ring.
    """

    account_id: UUID


class AskRenewal(Struct, frozen=True, kw_only=True):
    """Ask billing for a minute; `talk_ms` is the proof of life.

    Answer: `Renewed`, `RenewalRefused` or `RenewalFailed`, with the same number.
    """

    minute: int
    talk_ms: int


class AnnounceStarted(Struct, frozen=True):
    """Publish `call.started`, with the wall time of now."""


class AnnounceEnded(Struct, frozen=True, kw_only=True):
    """Publish `call.ended`, exactly once a call, unless billing is known to hold nothing for it.

    Callee and price are in `Call.terms`, or unknown where that is None; `started` says whether
    `AnnounceStarted` came before.
    """

    reason: EndReason
    talk_ms: int
    started: bool


class GiveTicket(Struct, frozen=True):
    """Send one of the two parties a ticket for the call as it stands now."""

    device: Device


class SetTimer(Struct, frozen=True):
    """Feed `TimerFired(name)` at `at_ms` of the monotonic clock, in place of a timer of this name set before."""

    name: TimerName
    at_ms: int


class ClearTimer(Struct, frozen=True):
    """Forget this timer."""

    name: TimerName


class Finished(Struct, frozen=True):
    """The last effect of a call: it may be forgotten."""


Effect = (
    Send
    | Reject
    | AskAuthorize
    | FindDevices
    | AskRenewal
    | AnnounceStarted
    | AnnounceEnded
    | GiveTicket
    | SetTimer
    | ClearTimer
    | Finished
)
