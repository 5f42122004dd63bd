"""What all messages have in common."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from typing import Annotated, Literal
from uuid import UUID

from msgspec import Meta, Struct

from shared.money import SHARE_BP_ALL

TALK_MS_MAX = 7 * 24 * 3_600_000
"""No call is longer than a week; a greater number is a mistake, not a call."""

TalkMs = Annotated[int, Meta(ge=0, le=TALK_MS_MAX)]
Epoch = Annotated[int, Meta(ge=1, le=1_000_000)]
"""Counts the owners of a call, from 1 for the node that placed it: of two nodes the later one owns it."""
UserName = Annotated[str, Meta(min_length=3, max_length=32, pattern=r"^[A-Za-z0-9][A-Za-z0-9._-]*\Z")]


class Message(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, tag_field="type"):
    """A message; its ``type`` field names the struct, unknown fields are refused."""


class EndReason(StrEnum):
    """Why a call ended; each call has exactly one."""

    HUNG_UP = "hung_up"
    """One of the two hung up."""
    CANCELLED = "cancelled"
    """The caller gave up before talk time ran."""
    DECLINED = "declined"
    """The callee did not want to talk."""
    BUSY = "busy"
    """The callee was in another call."""
    MISSED = "missed"
    """It rang, and nobody answered in time."""
    UNREACHABLE = "unreachable"
    """The callee had no device connected."""
    CONNECT_FAILED = "connect_failed"
    """The media of the two could not be connected in time."""
    OUT_OF_FUNDS = "out_of_funds"
    """The minutes that the caller could pay were over."""
    SPEND_LIMIT = "spend_limit"
    """The minutes that the caller's own limits allow were over."""
    LOST = "lost"
    """A device was lost and did not come back in time."""
    MAX_DURATION = "max_duration"
    """The call was as long as a call may be."""
    BLOCKED = "blocked"
    """The caller was blocked during the call."""
    OPERATOR = "operator"
    """An operator ended the call."""
    SHUTDOWN = "shutdown"
    """The server shut down."""
    BILLING_UNAVAILABLE = "billing_unavailable"
    """The next minute could not be bought, because billing did not answer."""


class RefusalReason(StrEnum):
    """Why a call was not authorized; nothing rang."""

    INSUFFICIENT_FUNDS = "insufficient_funds"
    """The caller cannot pay one minute."""
    SPEND_LIMIT = "spend_limit"
    """One minute is more than the caller's own limit, for a call or a day, leaves."""
    BLOCKED = "blocked"
    """The caller may not call."""
    BUSY = "busy"
    """The callee is in another call."""
    ALREADY_IN_CALL = "already_in_call"
    """The caller is in another call."""
    ON_YOUR_BLOCKLIST = "on_your_blocklist"
    """The caller has put the callee on the own blocklist."""
    UNREACHABLE = "unreachable"
    """The callee has no device connected, does not take calls from the caller, or does not exist."""
    UNKNOWN_CALLEE = "unknown_callee"
    """There is no such account; said only by installations that tell it apart from `unreachable`."""
    TOO_MANY_CALLS = "too_many_calls"
    """There were too many invites by the caller, or to the callee: try again later."""
    SELF_CALL = "self_call"
    """Nobody can call themselves."""
    BILLING_UNAVAILABLE = "billing_unavailable"
    """Billing did not answer in time: try again later."""


class State(StrEnum):
    """The stages of a call's life."""

    AUTHORIZING = "authorizing"
    """Billing was asked; nothing rings."""
    RINGING = "ringing"
    """One minute is held; the callee's devices ring."""
    CONNECTING = "connecting"
    """One device of the callee accepted; the two devices negotiate their media."""
    ACTIVE = "active"
    """Both said that their media flows: talk time runs."""
    RECONNECTING = "reconnecting"
    """Talk time runs, but a device is lost and may still come back."""
    ENDED = "ended"
    """Over, for one reason, once and for all."""


SpendLimit = Literal["call", "day"]
"""What the owner of an account has limited: what one call may cost, or all calls of one day."""


class Role(StrEnum):
    """The side of a call that an account is on."""

    CALLER = "caller"
    CALLEE = "callee"

    @property
    def other(self) -> Role:
        return Role.CALLEE if self is Role.CALLER else Role.CALLER


class LiveCallAt(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A call that is not over, and which signaling node owns it: for the `epoch`-th time somebody does."""

    call_id: UUID
    node: str
    epoch: Epoch


class PresenceState(StrEnum):
    """Whether somebody can be called now."""

    AVAILABLE = "available"
    """A device of theirs would ring."""
    BUSY = "busy"
    """They are in a call."""
    DO_NOT_DISTURB = "do_not_disturb"
    """They take no calls at the moment."""
    OFFLINE = "offline"
    """No device of theirs is connected."""
    HIDDEN = "hidden"
    """Not for you to know, or there is no such account."""


class PersonPresence(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """An account as whoever asks may see it; `last_seen_at` of those who are offline and share it."""

    account_id: UUID
    state: PresenceState
    last_seen_at: datetime | None = None


class CallTerms(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """By what a call is charged, besides its price: as it was when the call was authorized, for the whole call.

    The first `free_ms` of talk cost nothing, then every started minute of `minute_ms` is paid; a call of at most
    `grace_ms` costs nothing at all. Of the charge the callee earns `earning_share_bp` basis points.
    """

    minute_ms: Annotated[int, Meta(ge=1, le=TALK_MS_MAX)]
    free_ms: TalkMs = 0
    grace_ms: TalkMs = 0
    earning_share_bp: Annotated[int, Meta(ge=0, le=SHARE_BP_ALL)] = 0
    authorized_at: datetime


class Party(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """An account as the other party of a call may see it."""

    account_id: UUID
    user_name: str


class WalletState(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """An account's money at one moment, in minor units of `currency`.

    ``available = balance - held``; `minutes_affordable` is None where talking costs nothing. `earned_minor` is no
    part of these: it is the account's share of calls that it took, and not paid out yet. `version` grows
    with every change of the wallet, so that of two states the later one can be told. Who is `blocked` cannot call;
    where that is `blocked_by_operator`, no payment ends it.
    """

    version: int
    balance_minor: int
    held_minor: int
    available_minor: int
    earned_minor: int = 0
    price_minor: int
    currency: str
    minutes_affordable: int | None
    blocked: bool
    blocked_by_operator: bool
