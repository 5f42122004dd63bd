"""Pushed to an account's devices. Hints only: losing one may delay a screen, never change money."""

from __future__ import annotations

from uuid import UUID

from shared.messages.base import Message, TalkMs, WalletState


class WalletChanged(Message, frozen=True, kw_only=True, tag="wallet.changed"):
    """The account's money moved."""

    notice_id: UUID
    account_id: UUID
    wallet: WalletState


class AccountBlocked(Message, frozen=True, kw_only=True, tag="account.blocked"):
    """What is left cannot pay a minute: no calls until the next payment.

    Or, where the wallet says that it is an operator's block, none until operators end it; the node that owns a call
    which this account pays ends the call.
    """

    notice_id: UUID
    account_id: UUID
    wallet: WalletState
    shortfall_minor: int


class AccountUnblocked(Message, frozen=True, kw_only=True, tag="account.unblocked"):
    """The account may call again."""

    notice_id: UUID
    account_id: UUID
    wallet: WalletState


class CallCharged(Message, frozen=True, kw_only=True, tag="call.charged"):
    """What an ended call cost its caller, and the money left; sent again, with less, where a refund followed."""

    notice_id: UUID
    account_id: UUID
    call_id: UUID
    talk_ms: TalkMs
    minutes: int
    charge_minor: int
    wallet: WalletState


class CallEndAsked(Message, frozen=True, kw_only=True, tag="call.end_asked"):
    """An operator wants this call to be over: the node that owns it ends it. To the account that pays for it.

    Where the notice is lost, billing refuses the call's next minute.
    """

    notice_id: UUID
    account_id: UUID
    call_id: UUID


class SessionEnded(Message, frozen=True, kw_only=True, tag="session.ended"):
    """Close the sockets of this session, or of the whole account where `session_id` is null."""

    notice_id: UUID
    account_id: UUID
    session_id: UUID | None = None


class AccountRenamed(Message, frozen=True, kw_only=True, tag="account.renamed"):
    """The account has another user name: whoever calls it by that now means it.

    Where the notice is lost, the account is found by the new name once its device has connected again.
    """

    notice_id: UUID
    account_id: UUID
    user_name: str


Notice = (
    WalletChanged | AccountBlocked | AccountUnblocked | CallCharged | CallEndAsked | SessionEnded | AccountRenamed
)
NOTICES: tuple[type[Notice], ...] = (
    WalletChanged,
    AccountBlocked,
    AccountUnblocked,
    CallCharged,
    CallEndAsked,
    SessionEnded,
    AccountRenamed,
)
