"""What the server sends on a WebSocket: one JSON object a frame."""

from __future__ import annotations

from enum import StrEnum
from typing import Literal
from uuid import UUID

from msgspec import UNSET, Struct, UnsetType

from shared.messages.base import (
    EndReason,
    Message,
    Party,
    PersonPresence,
    RefusalReason,
    Role,
    SpendLimit,
    State,
    WalletState,
)
from shared.messages.from_client import IceCandidate


class ErrorCode(StrEnum):
    """What was wrong with a message; the socket stays open."""

    MALFORMED = "malformed"
    """Not one JSON object of a known type with known fields of the right types."""
    NOT_IN_CALL = "not_in_call"
    """No such live call, or this device has no part in it."""
    ILLEGAL_STEP = "illegal_step"
    """The call is not in a state that allows this, or this party may not do it."""
    TOKEN_REFUSED = "token_refused"  # noqa: S105 - no secret
    """The newer access token is malformed, expired, forged or another session's; the one before it still counts."""
    TOO_FAST = "too_fast"
    """Messages come faster than allowed; this one was not read."""
    ALREADY_WELCOME = "already_welcome"
    """A second `hello`."""
    DRAINING = "draining"
    """This server is shutting down and takes no new calls: connect again, another one will answer."""


class CloseCode:
    """WebSocket close codes (RFC 6455, section 7.4; 4000 to 4999 are the application's own)."""

    GOING_AWAY = 1001
    """The server shuts down: connect again, another one will answer."""
    MESSAGE_TOO_BIG = 1009
    """A message was larger than allowed, or came in too many fragments."""
    MALFORMED_HELLO = 4400
    """The first message was no `hello`, or too many malformed messages came one after another."""
    TOKEN_REFUSED = 4401
    """The access token is missing, malformed, forged or expired, be it while connected: get a new one first."""
    NOT_ADMITTED = 4403
    """The account is disabled or its session has ended: log in again. The reason says which."""
    HELLO_TIMEOUT = 4408
    """No `hello` came in time."""
    REPLACED = 4409
    """The device has resumed on another socket."""
    SILENT = 4410
    """Nothing was heard of the device for too long; it may resume."""
    SESSION_ENDED = 4411
    """The session was ended, by its owner or an operator; the device cannot resume."""
    TOO_SLOW = 4429
    """The device did not read its messages fast enough; it may resume."""
    TOO_FAST = 4430
    """The device sent too much, although it was told."""
    TRY_LATER = 4503
    """Nobody can be let in at the moment, or the account has too many devices here: wait, then connect again."""


class CallSnapshot(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A live call as one of its devices needs it to go on after a lost socket.

    `free_ms` and `grace_ms` say what costs nothing, as in `call.active`.
    """

    call_id: UUID
    state: State
    role: Role
    other: Party
    price_minor: int
    currency: str
    minute_ms: int
    free_ms: int = 0
    grace_ms: int = 0
    talk_ms: int
    paid_ms: int


class ServerMessage(Message, frozen=True, kw_only=True):
    """A message to a device.

    `seq` counts what is sent to the device from 1, `welcome` and `ping` left out. It goes on after a resume, so
    that a client can tell what it has missed, and what it has had already.
    """

    seq: int | UnsetType = UNSET


class Welcome(ServerMessage, frozen=True, kw_only=True, tag="welcome"):
    """The answer to `hello`: who you are, with what money, and how to come back to this very device.

    Where `resumed`, everything that you have missed follows, in its order, and `call` is null. Else all that was
    before is over: `call` is what is left of it, and the numbers of messages begin again, both ways. `received` is
    the number of your last message that came: send the later ones again.
    """

    account: Party
    device_id: UUID
    resume_token: str
    resume_ms: int
    ping_ms: int
    wallet: WalletState
    call: CallSnapshot | None
    resumed: bool = False
    received: int = 0
    ref: str | None = None


class Authenticated(ServerMessage, frozen=True, kw_only=True, tag="authenticated"):
    """The newer access token counts from now on."""

    ref: str | None = None


class Ping(ServerMessage, frozen=True, kw_only=True, tag="ping"):
    """Answer with `pong`."""


class Error(ServerMessage, frozen=True, kw_only=True, tag="error"):
    """A message of yours did nothing; `message` is for people, `code` for programs."""

    code: ErrorCode
    message: str
    ref: str | None = None
    call_id: UUID | None = None


class CallAuthorizing(ServerMessage, frozen=True, kw_only=True, tag="call.authorizing"):
    """Your invite has a call id; nothing rings yet."""

    call_id: UUID
    ref: str | None = None


class CallRefused(ServerMessage, frozen=True, kw_only=True, tag="call.refused"):
    """Your invite did not ring. Price and what is missing are set where money is the reason.

    Where it is a limit of your own, `spend_limit` says which, and `left_minor` what is left of it. `retry_after_ms`
    is set where there were too many calls: so long no other one is possible.
    """

    call_id: UUID
    reason: RefusalReason
    price_minor: int | None = None
    shortfall_minor: int | None = None
    currency: str | None = None
    retry_after_ms: int | None = None
    spend_limit: SpendLimit | None = None
    left_minor: int | None = None
    ref: str | None = None


class CallRinging(ServerMessage, frozen=True, kw_only=True, tag="call.ringing"):
    """The callee's devices ring, for at most `ring_ms`; a started minute costs `price_minor`.

    `free_ms` and `grace_ms` say what costs nothing, as in `call.active`.
    """

    call_id: UUID
    callee: Party
    price_minor: int
    currency: str
    minute_ms: int
    free_ms: int = 0
    grace_ms: int = 0
    ring_ms: int


class CallIncoming(ServerMessage, frozen=True, kw_only=True, tag="call.incoming"):
    """Somebody calls you."""

    call_id: UUID
    caller: Party
    ring_ms: int


class CallAccepted(ServerMessage, frozen=True, kw_only=True, tag="call.accepted"):
    """The call was taken: exchange descriptions and report `call.connected` within `connect_ms`.

    The caller makes the first offer.
    """

    call_id: UUID
    connect_ms: int


class CallAnsweredElsewhere(ServerMessage, frozen=True, kw_only=True, tag="call.answered_elsewhere"):
    """Another device of yours took the call: stop ringing."""

    call_id: UUID


class PeerOffer(ServerMessage, frozen=True, kw_only=True, tag="call.offer"):
    """An offer of the other party; the server says whose."""

    call_id: UUID
    from_account_id: UUID
    sdp: str


class PeerAnswer(ServerMessage, frozen=True, kw_only=True, tag="call.answer"):
    """An answer of the other party."""

    call_id: UUID
    from_account_id: UUID
    sdp: str


class PeerCandidate(ServerMessage, frozen=True, kw_only=True, tag="call.candidate"):
    """An ICE candidate of the other party."""

    call_id: UUID
    from_account_id: UUID
    candidate: IceCandidate | None


class CallActive(ServerMessage, frozen=True, kw_only=True, tag="call.active"):
    """Both sides are connected: talk time runs. `paid_ms` of it are paid so far.

    The first `free_ms` cost nothing, then every started minute of `minute_ms` costs `price_minor`; a call of at
    most `grace_ms` costs nothing at all.
    """

    call_id: UUID
    price_minor: int
    currency: str
    minute_ms: int
    free_ms: int = 0
    grace_ms: int = 0
    paid_ms: int


class CallLease(ServerMessage, frozen=True, kw_only=True, tag="call.lease"):
    """One more minute is paid: talk time may go on to `paid_ms`."""

    call_id: UUID
    talk_ms: int
    paid_ms: int


class CallLowFunds(ServerMessage, frozen=True, kw_only=True, tag="call.low_funds"):
    """The next minute cannot be paid: the call ends in `ends_in_ms` unless the caller does something in time.

    What that is, is told to the caller alone: where `reason` is `funds`, to top up by what is missing; where it is
    `spend_limit`, to raise the own limit for one `call` or one `day`. The callee is told no reason.
    """

    call_id: UUID
    ends_in_ms: int
    reason: Literal["funds", "spend_limit"] | None = None
    spend_limit: SpendLimit | None = None
    shortfall_minor: int | None = None
    currency: str | None = None


class PeerLost(ServerMessage, frozen=True, kw_only=True, tag="call.peer_lost"):
    """The other side went silent; it may come back within `resume_ms`."""

    call_id: UUID
    resume_ms: int


class PeerResumed(ServerMessage, frozen=True, kw_only=True, tag="call.peer_resumed"):
    """The other side is back."""

    call_id: UUID


class CallOver(ServerMessage, frozen=True, kw_only=True, tag="call.ended"):
    """The call is over, for this one reason, after `talk_ms` of talk."""

    call_id: UUID
    reason: EndReason
    talk_ms: int


class CallStands(ServerMessage, frozen=True, kw_only=True, tag="call.snapshot"):
    """This is how your call stands; what was said of it before may not have reached you."""

    call: CallSnapshot


class CallTicket(ServerMessage, frozen=True, kw_only=True, tag="call.ticket"):
    """Keep it, instead of the one before, and give it in the next `hello`: it proves your part in the call."""

    call_id: UUID
    ticket: str


class Moving(ServerMessage, frozen=True, kw_only=True, tag="server.moving"):
    """This server is about to stop: connect again in `delay_ms`, another one will go on with everything."""

    delay_ms: int


class Presence(ServerMessage, frozen=True, kw_only=True, tag="presence"):
    """Whether those whom you watch can be called now: all of them after `presence.watch`, else who has changed."""

    people: list[PersonPresence]
    ref: str | None = None


class Charged(ServerMessage, frozen=True, kw_only=True, tag="call.charged"):
    """What the call cost, and your money now: to its caller alone, soon after `call.ended`, 0 included.

    Sent again with the smaller sum where part of it was refunded; not at all where the call ended before billing
    had authorized it.
    """

    call_id: UUID
    talk_ms: int
    minutes: int
    charge_minor: int
    wallet: WalletState


class Wallet(ServerMessage, frozen=True, kw_only=True, tag="wallet.changed"):
    """Your money now: sent at any moment at which it changes, in a call or not.

    Where a call's charge changes it, `call.charged` says so instead.
    """

    wallet: WalletState


class Blocked(ServerMessage, frozen=True, kw_only=True, tag="account.blocked"):
    """You cannot call until the next payment; at least `shortfall_minor` is missing.

    Where `wallet` says that it is an operator's block, no payment ends it.
    """

    wallet: WalletState
    shortfall_minor: int


class Unblocked(ServerMessage, frozen=True, kw_only=True, tag="account.unblocked"):
    """You can call again."""

    wallet: WalletState


ToClient = (
    Welcome
    | Authenticated
    | Ping
    | Error
    | CallAuthorizing
    | CallRefused
    | CallRinging
    | CallIncoming
    | CallAccepted
    | CallAnsweredElsewhere
    | PeerOffer
    | PeerAnswer
    | PeerCandidate
    | CallActive
    | CallLease
    | CallLowFunds
    | PeerLost
    | PeerResumed
    | CallOver
    | CallStands
    | CallTicket
    | Moving
    | Presence
    | Charged
    | Wallet
    | Blocked
    | Unblocked
)
TO_CLIENT: tuple[type[ToClient], ...] = (
    Welcome, Authenticated, Ping, Error, CallAuthorizing, CallRefused, CallRinging, CallIncoming, CallAccepted,
    CallAnsweredElsewhere, PeerOffer, PeerAnswer, PeerCandidate, CallActive, CallLease, CallLowFunds,
    PeerLost, PeerResumed, CallOver, CallStands, CallTicket, Moving, Presence, Charged, Wallet, Blocked, Unblocked,
)  # fmt: skip
