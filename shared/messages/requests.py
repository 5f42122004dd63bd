"""What signaling asks billing, and what billing replies. Repeating a request changes nothing."""

from __future__ import annotations

from typing import Annotated, Literal
from uuid import UUID

from msgspec import Meta

from shared.messages.base import CallTerms, Message, Party, RefusalReason, SpendLimit, TalkMs, UserName, WalletState


class Admit(Message, frozen=True, kw_only=True, tag="admit"):
    """May this account's session open a socket?"""

    account_id: UUID
    session_id: UUID


class Admitted(Message, frozen=True, kw_only=True, tag="admitted"):
    """Yes; this is who and with what money."""

    account: Party
    wallet: WalletState


class NotAdmitted(Message, frozen=True, kw_only=True, tag="not_admitted"):
    """No: the account is unknown or disabled, or the session has ended."""

    reason: Literal["unknown_account", "disabled", "session_ended"]


class Authorize(Message, frozen=True, kw_only=True, tag="authorize"):
    """May this call ring? Holds its first minute and claims both parties. Exactly one callee field is set.

    `callee_reachable` says whether a device of the callee would ring now.
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
    beside `busy` where the callee is at this moment calling this caller: that call should be accepted instead.
    `retry_after_ms` is set where there were too many calls.
    """

    call_id: UUID
    reason: RefusalReason
    price_minor: int | None = None
    shortfall_minor: int | None = None
    currency: str | None = None
    glare_call_id: UUID | None = None
    retry_after_ms: int | None = None
    spend_limit: SpendLimit | None = None
    left_minor: int | None = None


RenewalRefusal = Literal[
    "insufficient_funds", "spend_limit", "call_settled", "unknown_call", "out_of_turn", "blocked", "operator"
]


class Renew(Message, frozen=True, kw_only=True, tag="renew"):
    """Hold minute number `minute` (the first was held by `authorize`); `talk_ms` is the proof of life."""

    call_id: UUID
    minute: Annotated[int, Meta(ge=2, le=1_000_000)]
    talk_ms: TalkMs


class Renewed(Message, frozen=True, kw_only=True, tag="renewed"):
    """Minutes up to `minute` are paid."""

    call_id: UUID
    minute: int


class RenewalRefused(Message, frozen=True, kw_only=True, tag="renewal_refused"):
    """Minute `minute` is not paid; the lease stands as it was.

    `blocked` and `operator` end the call: operators have blocked who pays, or have asked for the end of the call.
    `spend_limit` says which limit of the payer's own is reached, where that is the reason.
    """

    call_id: UUID
    minute: int
    reason: RenewalRefusal
    shortfall_minor: int | None = None
    spend_limit: SpendLimit | None = None


Request = Admit | Authorize | Renew
Reply = Admitted | NotAdmitted | Authorized | Refused | Renewed | RenewalRefused
REQUESTS: tuple[type[Request], ...] = (Admit, Authorize, Renew)
REPLIES: tuple[type[Reply], ...] = (Admitted, NotAdmitted, Authorized, Refused, Renewed, RenewalRefused)
