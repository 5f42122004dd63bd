"""Everything that can happen to a call. Each input is harmless in every state, late or repeated.

Times are milliseconds of the owning node's monotonic clock, the same one that `step` is given.
"""

from __future__ import annotations

from typing import Literal
from uuid import UUID

from msgspec import Struct

from shared.messages.base import EndReason, RefusalReason, SpendLimit
from shared.messages.from_client import CallStep, Ref
from shared.messages.nodes import CallState
from shared.messages.requests import RenewalRefusal
from signaling.call.states import Device, Terms, TimerName


class FromDevice(Struct, frozen=True):
    """A device says something about this call; where it may not, it gets a `Reject` and nothing changes.

    A lost device is fed as `DeviceResumed` before anything that it says.
    """

    device: Device
    step: CallStep


class AcceptByInvite(Struct, frozen=True):
    """A device of the callee invited this caller in the same moment (glare): its invite accepts this call.

    The device need not have been rung: it hears `call.incoming` before `call.accepted`. While AUTHORIZING the
    accept is remembered and takes effect with `Authorized`. Where it comes too late: `Reject(not_in_call)`.
    """

    device_id: UUID
    ref: Ref | None = None


class Authorized(Struct, frozen=True):
    """Billing holds the first minute."""

    terms: Terms


class Refused(Struct, frozen=True, kw_only=True):
    """Billing said no and holds nothing."""

    reason: RefusalReason
    price_minor: int | None = None
    shortfall_minor: int | None = None
    currency: str | None = None
    retry_after_ms: int | None = None
    spend_limit: SpendLimit | None = None
    left_minor: int | None = None


class AuthorizeFailed(Struct, frozen=True):
    """Billing could not be asked or did not reply: it may or may not hold a minute."""


class Merged(Struct, frozen=True):
    """Billing refused this call because of glare, and its invite has accepted the other party's call instead.

    The call ends without a word: its device hears about the other call only.
    """


class CalleeDevices(Struct, frozen=True):
    """The answer to `FindDevices`, and any device of the callee that connects later: all of them shall ring.

    Adds to those already ringing. Empty, while none rings yet: nobody is there, the call ends `unreachable`.
    """

    device_ids: tuple[UUID, ...]


class DeviceLost(Struct, frozen=True):
    """A device's socket closed or went silent; it may resume. It was last proven alive at `last_alive_ms`.

    Not to be fed for an old socket that a resumed one has replaced.
    """

    device: Device
    last_alive_ms: int


class DeviceResumed(Struct, frozen=True):
    """A lost device is back, on whatever socket."""

    device: Device


class DeviceGone(Struct, frozen=True):
    """A device will not come back (logged out, or replaced by another): no resume window."""

    device: Device
    last_alive_ms: int


class LetGo(Struct, frozen=True):
    """Another node owns the call: this copy of it ends without a word, to devices and to billing."""


class Renewed(Struct, frozen=True):
    """All minutes up to number `minute` are paid."""

    minute: int


class RenewalRefused(Struct, frozen=True, kw_only=True):
    """Billing did not hold minute `minute`; the words are those of `requests.RenewalRefused`."""

    minute: int
    reason: RenewalRefusal
    shortfall_minor: int | None = None
    spend_limit: SpendLimit | None = None


class RenewalFailed(Struct, frozen=True):
    """No reply to the request for minute `minute`. Every `AskRenewal` leads to this or one of the two above."""

    minute: int


class FundsChanged(Struct, frozen=True):
    """The caller's wallet may have grown, or a limit of its owner: a renewal refused for these is asked again."""


class TimerFired(Struct, frozen=True):
    """A timer's time has come. One that is not set any more changes nothing; an early one is set again."""

    name: TimerName


class TicketShown(Struct, frozen=True):
    """A party came back with a ticket: so the call stood when an owner gave it. Of use after a takeover only."""

    device: Device
    state: CallState


class StopCall(Struct, frozen=True):
    """The call must end, from any state: an operator, a blocked account, a stopping node."""

    reason: Literal[EndReason.OPERATOR, EndReason.BLOCKED, EndReason.SHUTDOWN]


Input = (
    FromDevice
    | AcceptByInvite
    | Authorized
    | Refused
    | AuthorizeFailed
    | Merged
    | CalleeDevices
    | DeviceLost
    | DeviceResumed
    | DeviceGone
    | LetGo
    | Renewed
    | RenewalRefused
    | RenewalFailed
    | FundsChanged
    | TimerFired
    | TicketShown
    | StopCall
)
