"""What billing and the API have to say to an account's devices."""

from __future__ import annotations

import logging
from collections import OrderedDict
from typing import assert_never
from uuid import UUID

import msgspec

from shared.bus.interface import Delivery
from shared.messages.base import Party
from shared.messages.nodes import PresenceHint
from shared.messages.notices import (
    AccountBlocked,
    AccountRenamed,
    AccountUnblocked,
    CallCharged,
    CallEndAsked,
    Notice,
    SessionEnded,
    WalletChanged,
)
from shared.messages.registry import decode_notice, type_of
from shared.messages.to_client import Blocked, Charged, Unblocked, Wallet
from signaling.devices.post import Post
from signaling.devices.presence import Presence
from signaling.devices.resync import Resync
from signaling.live.switchboard import Switchboard
from signaling.watching.watching import Watching

TOLD_MAX = 4_096
"""Notices remembered, so that one that was published again (its relay died) is not told again."""

HINT = type_of(PresenceHint)

log = logging.getLogger(__name__)


class Notices:
    """Takes this node's mailbox. Notices are hints: one that cannot be read is dropped, none is told twice."""

    def __init__(
        self, *, post: Post, switchboard: Switchboard, presence: Presence, watching: Watching, resync: Resync
    ) -> None:
        self._post = post
        self._switchboard = switchboard
        self._presence = presence
        self._watching = watching
        self._resync = resync
        self._told: OrderedDict[UUID, None] = OrderedDict()

    async def handle(self, delivery: Delivery) -> None:
        """Do what one notice says, or one hint."""
        if delivery.type == HINT:
            self._watching.handle(delivery)
            return
        try:
            notice = decode_notice(delivery.body)
        except msgspec.DecodeError as error:
            log.warning("Notice %s %s cannot be read: %s", delivery.type, delivery.message_id, error)
            return
        if self._is_news(notice.notice_id):
            self._take(notice)

    def _is_news(self, notice_id: UUID) -> bool:
        if notice_id in self._told:
            return False
        self._told[notice_id] = None
        if len(self._told) > TOLD_MAX:
            self._told.popitem(last=False)
        return True

    def _take(self, notice: Notice) -> None:
        if isinstance(notice, WalletChanged | AccountBlocked | AccountUnblocked | CallCharged):
            self._resync.note(notice.account_id, notice.wallet)
        match notice:
            case WalletChanged():
                self._post.send_to_account(notice.account_id, Wallet(wallet=notice.wallet))
                self._switchboard.funds_changed(notice.account_id)
            case AccountBlocked():
                blocked = Blocked(wallet=notice.wallet, shortfall_minor=notice.shortfall_minor)
                self._post.send_to_account(notice.account_id, blocked)
                if notice.wallet.blocked_by_operator:
                    self._switchboard.end_paid_by(notice.account_id)
            case AccountUnblocked():
                self._post.send_to_account(notice.account_id, Unblocked(wallet=notice.wallet))
                self._switchboard.funds_changed(notice.account_id)
            case CallCharged():
                self._post.send_to_account(notice.account_id, _charged(notice))
                # A refund of an earlier call may pay the next minute of this one.
                self._switchboard.funds_changed(notice.account_id)
            case CallEndAsked():
                self._switchboard.end(notice.call_id)
            case SessionEnded():
                self._presence.end_sessions(notice.account_id, notice.session_id)
            case AccountRenamed():
                self._presence.rename(Party(account_id=notice.account_id, user_name=notice.user_name))
            case _ as never:
                assert_never(never)


def _charged(notice: CallCharged) -> Charged:
    return Charged(
        call_id=notice.call_id,
        talk_ms=notice.talk_ms,
        minutes=notice.minutes,
        charge_minor=notice.charge_minor,
        wallet=notice.wallet,
    )
