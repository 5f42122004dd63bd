"""Asks again how things stand, where notices may have been lost with the broker or the node's mailbox."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Sequence
from uuid import UUID

from msgspec import Struct

from shared.bus.backoff import Backoff
from shared.bus.interface import NoReplyError
from shared.messages.base import WalletState
from shared.messages.requests import Admitted, NotAdmitted
from shared.messages.to_client import Wallet
from signaling.background import Background
from signaling.billing.client import Billing
from signaling.devices.post import Post
from signaling.devices.presence import Presence
from signaling.devices.registry import Devices
from signaling.live.switchboard import Switchboard

TOGETHER_MAX = 50
"""Sessions asked about at a time, so that ten thousand devices are no flood of requests."""
RETRY_MS_FIRST = 200
RETRY_MS_MAX = 5_000
TOLD_MIN = 1_000
"""So many accounts are remembered at least; of more, those who are gone are forgotten."""
ROUNDS_MAX = 50
"""After so many rounds without an answer, some minutes, nobody is asked any more."""

log = logging.getLogger(__name__)


class _Session(Struct, frozen=True):
    account_id: UUID
    session_id: UUID


class Resync:
    """Admits every session here again: who may no longer be here is sent away, who has other money is told."""

    def __init__(
        self,
        *,
        billing: Billing,
        devices: Devices,
        presence: Presence,
        post: Post,
        switchboard: Switchboard,
        background: Background,
    ) -> None:
        self._billing = billing
        self._devices = devices
        self._presence = presence
        self._post = post
        self._switchboard = switchboard
        self._background = background
        self._told: dict[UUID, int] = {}
        """The version of the wallet that each account here was told of last, where a notice or we have."""
        self._begun = 0

    def note(self, account_id: UUID, wallet: WalletState) -> None:
        """The account's devices have been told of its wallet."""
        self._told[account_id] = max(wallet.version, self._told.get(account_id, 0))
        if len(self._told) > TOLD_MIN + 2 * len(self._devices):
            self._forget_who_left()

    @property
    def remembered(self) -> int:
        """Of how many accounts it is known what they were told."""
        return len(self._told)

    def _forget_who_left(self) -> None:
        here = {device.account.account_id for device in self._devices.all()}
        self._told = {account_id: version for account_id, version in self._told.items() if account_id in here}

    def begin(self) -> None:
        """Ask about everybody who is here now; a round that still goes on gives up."""
        self._begun += 1
        self._background.start(self._run(self._begun))

    async def _run(self, number: int) -> None:
        self._forget_who_left()
        left = [*{_Session(device.account.account_id, device.session_id) for device in self._devices.all()}]
        log.info("Asking about %d sessions: notices may have been lost", len(left))
        backoff = Backoff(first_ms=RETRY_MS_FIRST, longest_ms=RETRY_MS_MAX)
        for _ in range(ROUNDS_MAX):
            left = await self._ask_about(left, number)
            if not left or number != self._begun:
                return
            await asyncio.sleep(backoff.next_ms() / 1_000)
        log.error("%d sessions could not be asked about", len(left))

    async def _ask_about(self, sessions: Sequence[_Session], number: int) -> list[_Session]:
        """Return those that there was no answer about."""
        unanswered: list[_Session] = []
        for begin in range(0, len(sessions), TOGETHER_MAX):
            some = sessions[begin : begin + TOGETHER_MAX]
            if number != self._begun:
                return []
            answered = await asyncio.gather(*(self._ask(session) for session in some))
            unanswered += [session for session, is_answered in zip(some, answered, strict=True) if not is_answered]
        return unanswered

    async def _ask(self, session: _Session) -> bool:
        try:
            reply = await self._billing.admit(account_id=session.account_id, session_id=session.session_id)
        except NoReplyError:
            return False
        match reply:
            case NotAdmitted():
                log.info("Account %s: session %s is sent away, %s", *_ids(session), reply.reason)
                self._presence.end_sessions(session.account_id, session.session_id)
            case Admitted():
                self._take(reply)
        return True

    def _take(self, admitted: Admitted) -> None:
        account_id, wallet = admitted.account.account_id, admitted.wallet
        self._presence.rename(admitted.account)
        if wallet.version <= self._told.get(account_id, -1):
            return
        self.note(account_id, wallet)
        self._post.send_to_account(account_id, Wallet(wallet=wallet))
        self._switchboard.funds_changed(account_id)
        if wallet.blocked_by_operator:
            self._switchboard.end_paid_by(account_id)


def _ids(session: _Session) -> tuple[UUID, UUID]:
    return session.account_id, session.session_id
