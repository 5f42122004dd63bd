"""What signaling asks billing, and what billing replies. Repeating a request changes nothing."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Literal
from uuid import UUID

from msgspec import Meta, field

from shared.messages.base import (
    CallTerms,
    Epoch,
    LiveCallAt,
    Message,
    Party,
    PersonPresence,
    RefusalReason,
    SpendLimit,
    TalkMs,
    UserName,
    WalletState,
)

WATCHED_MAX = 200
"""People whose presence is asked for together."""
REPORTED_MAX = 1_000
"""Accounts of one report on presence."""

WatchedPair = tuple[UUID, UUID]
"""Who asks about somebody's presence, and about whose."""
ReportedAccounts = Annotated[list[UUID], Meta(max_length=REPORTED_MAX)]


class Admit(Message, frozen=True, kw_only=True, tag="admit"):
    """May this account's session open a socket at this node? If so, the account is there from now on."""

    account_id: UUID
    session_id: UUID
    node: str


class Admitted(Message, frozen=True, kw_only=True, tag="admitted"):
    """Yes; this is who, with what money, and in which call."""

    account: Party
    wallet: WalletState
    call: LiveCallAt | None = None


class NotAdmitted(Message, frozen=True, kw_only=True, tag="not_admitted"):
    """No: the account is unknown or disabled, or the session has ended."""

    reason: Literal["unknown_account", "disabled", "session_ended"]


class Authorize(Message, frozen=True, kw_only=True, tag="authorize"):
    """May this call ring? Holds its first minute and claims both parties. Exactly one callee field is set.

    `callee_reachable` says whether a device of the callee would ring at this node; billing knows of other nodes.
    """

    call_id: UUID
    caller_id: UUID
    callee_id: UUID | None = None
    callee_user_name: UserName | None = None
    callee_reachable: bool
    node: str


class Authorized(Message, frozen=True, kw_only=True, tag="authorized"):
    """Yes: one minute is held; price and terms are frozen for the whole call.

    `terms.minute_ms` is the length of the minutes that billing charges: whoever measures others must not have it
    ring. Talk ends at `talk_ms_max` at the latest, where the caller has limited it. The addresses of a party that
    is `…_relay_only` must not reach the other one.
    """

    call_id: UUID
    caller: Party
    callee: Party
    price_minor: int
    currency: str
    terms: CallTerms
    talk_ms_max: int | None = None
    caller_relay_only: bool = False
    callee_relay_only: bool = False


class Refused(Message, frozen=True, kw_only=True, tag="refused"):
    """No, and nothing was held.

    `price_minor` and `shortfall_minor` are set where money is the reason; `price_minor`, `spend_limit` and
    `left_minor` where it is a limit of the caller's own: which one, and what is left of it. `glare_call_id` is set
    beside `busy` where the callee is at this moment calling this caller: that call, which `glare_node` owns, should
    be accepted instead.
    `retry_after_ms` is set where there were too many calls.
    """

    call_id: UUID
    reason: RefusalReason
    price_minor: int | None = None
    shortfall_minor: int | None = None
    currency: str | None = None
    glare_call_id: UUID | None = None
    glare_node: str | None = None
    retry_after_ms: int | None = None
    spend_limit: SpendLimit | None = None
    left_minor: int | None = None


RenewalRefusal = Literal[
    "insufficient_funds",
    "spend_limit",
    "call_settled",
    "unknown_call",
    "out_of_turn",
    "blocked",
    "operator",
    "taken_over",
]


class Renew(Message, frozen=True, kw_only=True, tag="renew"):
    """Hold minute number `minute` (the first was held by `authorize`); `talk_ms` is the proof of life.

    For a minute that is held already it is that alone. Of a node that owns the call no more nothing counts.
    """

    call_id: UUID
    minute: Annotated[int, Meta(ge=1, le=1_000_000)]
    talk_ms: TalkMs
    epoch: Epoch = 1


class Renewed(Message, frozen=True, kw_only=True, tag="renewed"):
    """Minutes up to `minute` are paid."""

    call_id: UUID
    minute: int


class RenewalRefused(Message, frozen=True, kw_only=True, tag="renewal_refused"):
    """Minute `minute` is not paid; the lease stands as it was.

    `blocked` and `operator` end the call: operators have blocked who pays, or have asked for the end of the call.
    `spend_limit` says which limit of the payer's own is reached, where that is the reason. Where it is
    `taken_over`, the call is the one of `node`, and the asker has to let it go without a word.
    """

    call_id: UUID
    minute: int
    reason: RenewalRefusal
    shortfall_minor: int | None = None
    spend_limit: SpendLimit | None = None
    node: str | None = None


class TakeOver(Message, frozen=True, kw_only=True, tag="take_over"):
    """Let this node own the call, instead of the one that did so as the `epoch`-th; `talk_ms` is proven so far.

    Repeated by the same node, it is answered alike.
    """

    call_id: UUID
    epoch: Epoch
    node: str
    talk_ms: TalkMs


class TakenOver(Message, frozen=True, kw_only=True, tag="taken_over"):
    """The call is yours, as the `epoch`-th owner, on the terms of its authorization.

    `minutes_held` are paid; `proof_talk_ms` is the greatest talk time that is proven. `started_at` is null where
    talk time has not begun.
    """

    call_id: UUID
    epoch: Epoch
    caller: Party
    callee: Party
    price_minor: int
    currency: str
    terms: CallTerms
    talk_ms_max: int | None = None
    caller_relay_only: bool = False
    callee_relay_only: bool = False
    minutes_held: int
    proof_talk_ms: TalkMs
    started_at: datetime | None


class NotTakenOver(Message, frozen=True, kw_only=True, tag="not_taken_over"):
    """The call is `over`, unknown, or owned by `node` as the `epoch`-th: ask there."""

    call_id: UUID
    reason: Literal["over", "unknown_call", "taken_over"]
    node: str | None = None
    epoch: Epoch | None = None


class ReportPresence(Message, frozen=True, kw_only=True, tag="report_presence"):
    """This node is alive; no device of who has `left` would ring there any more, one of who is `here` would.

    With `starting`, nobody's would but of who is `here`. Reports have growing numbers: one that comes after a
    greater one is a sign of life and nothing else. Who is `here` is told only where the order of an admission and a
    report is in doubt.
    """

    node: str
    left: ReportedAccounts
    here: ReportedAccounts = field(default_factory=list)
    number: Annotated[int, Meta(ge=0, le=2**53)] = 0
    starting: bool = False


class PresenceReported(Message, frozen=True, kw_only=True, tag="presence_reported"):
    """Noted. Where `unknown_node`, nothing is known of who is there: all of them are to be reported."""

    unknown_node: bool = False


class Look(Message, frozen=True, kw_only=True, tag="look"):
    """Can these people be called now, as far as those who watch them may know?"""

    pairs: Annotated[list[WatchedPair], Meta(max_length=WATCHED_MAX)]


class Looked(Message, frozen=True, kw_only=True, tag="looked"):
    """In the order of the question."""

    people: list[PersonPresence]


Request = Admit | Authorize | Renew | TakeOver | ReportPresence | Look
Reply = (
    Admitted
    | NotAdmitted
    | Authorized
    | Refused
    | Renewed
    | RenewalRefused
    | TakenOver
    | NotTakenOver
    | PresenceReported
    | Looked
)
REQUESTS: tuple[type[Request], ...] = (Admit, Authorize, Renew, TakeOver, ReportPresence, Look)
REPLIES: tuple[type[Reply], ...] = (
    Admitted, NotAdmitted, Authorized, Refused, Renewed, RenewalRefused, TakenOver, NotTakenOver, PresenceReported,
    Looked,
)  # fmt: skip
