"""Keeping an account from calling, or from coming in at all, and letting it again.

An act that changes nothing, since it was done before, leaves no entry and tells nobody.
"""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import or_, update
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from api.operators.acting import subject_of
from api.operators.audit.actions import Action
from api.operators.audit.log import AuditLog
from api.operators.calls.ending import ask_to_end
from api.operators.money.telling import blocked, money_changed
from api.security import Login
from api.sessions.ending import end_sessions
from shared.clock import Clock
from shared.database import transaction
from shared.ledger import Ledger
from shared.messages.nodes import PresenceHint
from shared.models import Account, Call, Session
from shared.outbox import store


@dataclass(frozen=True)
class Standing:
    """Changes what accounts may do. All raise `OwnAccountError`, `NotFoundError`, `AccountDeletedError`."""

    engine: AsyncEngine
    clock: Clock
    audit: AuditLog
    currency: str

    async def block(self, operator: Login, account_id: UUID, reason: str) -> None:
        """Let the account make no calls, whatever it pays in; a call that it pays ends. It may still be called."""
        async with transaction(self.engine) as connection:
            await subject_of(connection, account_id, by=operator)
            ledger = await Ledger.open(connection, [account_id], now=self.clock.now())
            if not ledger.block_by_operator(account_id):
                return
            await ledger.save()
            await store(connection, [blocked(ledger.wallets[account_id], self.currency)])
            await self.audit.record(
                connection, Action.ACCOUNT_BLOCKED, by=operator, reason=reason, account_id=account_id
            )

    async def unblock(self, operator: Login, account_id: UUID, reason: str) -> None:
        """End the operators' block; who cannot pay a minute is still blocked for that."""
        async with transaction(self.engine) as connection:
            await subject_of(connection, account_id, by=operator)
            ledger = await Ledger.open(connection, [account_id], now=self.clock.now())
            if not ledger.unblock_by_operator(account_id):
                return
            await ledger.save()
            await store(connection, money_changed(ledger.wallets[account_id], self.currency, was_blocked=True))
            await self.audit.record(
                connection, Action.ACCOUNT_UNBLOCKED, by=operator, reason=reason, account_id=account_id
            )

    async def disable(self, operator: Login, account_id: UUID, reason: str) -> None:
        """Let the account in nowhere: its sessions end, its sockets close, and so does the call that it is in."""
        now = self.clock.now()
        async with transaction(self.engine) as connection:
            subject = await subject_of(connection, account_id, by=operator)
            if subject.disabled_at is not None:
                return
            await _set_disabled(connection, account_id, now)
            # First of the notices: a call whose device is gone would end as lost.
            await ask_to_end(connection, or_(Call.caller_id == account_id, Call.callee_id == account_id), now=now)
            await end_sessions(connection, Session.account_id == account_id, now=now)
            await self.audit.record(
                connection, Action.ACCOUNT_DISABLED, by=operator, reason=reason, account_id=account_id
            )

    async def enable(self, operator: Login, account_id: UUID, reason: str) -> None:
        """Let the account in again, to log in anew."""
        async with transaction(self.engine) as connection:
            subject = await subject_of(connection, account_id, by=operator)
            if subject.disabled_at is None:
                return
            await _set_disabled(connection, account_id, None)
            await self.audit.record(
                connection, Action.ACCOUNT_ENABLED, by=operator, reason=reason, account_id=account_id
            )


async def _set_disabled(connection: AsyncConnection, account_id: UUID, at: datetime | None) -> None:
    await connection.execute(update(Account).where(Account.id == account_id).values(disabled_at=at))
    await store(connection, [PresenceHint(account_id=account_id)])
