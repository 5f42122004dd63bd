"""Recording that an account's earnings were paid out. The money itself goes another way: a bank's, say."""

import logging
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncConnection

from api.operators.acting import subject_of
from api.operators.audit.actions import Action
from api.operators.audit.log import AuditLog
from api.operators.money.adjusting import NotThatMuchError
from api.operators.money.schemas import NewPayout, Payout
from api.operators.money.telling import money_changed
from api.operators.sessions.recent import RecentLogins
from api.security import Login
from shared.clock import Clock
from shared.failpoints import Failpoint, failpoint
from shared.ids import new_id
from shared.ledger import InsufficientFundsError, Ledger
from shared.ledger.posting import Why
from shared.messages.events import PayoutRecorded
from shared.outbox import store

logger = logging.getLogger(__name__)


@dataclass(frozen=True)
class PayingOut:
    """Books payouts. The reference is their reason, in the ledger and in the log."""

    clock: Clock
    audit: AuditLog
    recent: RecentLogins
    currency: str

    async def pay_out(
        self, connection: AsyncConnection, operator: Login, account_id: UUID, wanted: NewPayout, *, payout_id: UUID
    ) -> Payout:
        """Book it, in this transaction. The login must be recent.

        Raises `OwnAccountError`, `NotFoundError`, `NotThatMuchError`.
        """
        # Also to who has left: what somebody earned is owed all the same.
        await subject_of(connection, account_id, by=operator, also_deleted=True)
        now = self.clock.now()
        ledger = await Ledger.open(connection, [account_id], now=now)
        wallet = ledger.wallets[account_id]
        why = Why(now, wanted.reference, operator.account_id)
        try:
            ledger.pay_out(account_id, wanted.amount_minor, payout_id=payout_id, why=why)
        except InsufficientFundsError as error:
            raise NotThatMuchError(available_minor=error.available_minor, currency=self.currency) from error
        await ledger.save()
        await failpoint(Failpoint.PAYOUT_BOOKED)
        paid = PayoutRecorded(
            event_id=new_id(),
            payout_id=payout_id,
            account_id=account_id,
            amount_minor=wanted.amount_minor,
            currency=self.currency,
            reference=wanted.reference,
            actor_id=operator.account_id,
            paid_at=now,
        )
        await store(connection, [paid, *money_changed(wallet, self.currency, was_blocked=wallet.is_blocked)])
        await failpoint(Failpoint.PAYOUT_TOLD)
        await self.audit.record(
            connection,
            Action.PAYOUT_RECORDED,
            by=operator,
            reason=wanted.reference,
            account_id=account_id,
            payout_id=str(payout_id),
            amount_minor=wanted.amount_minor,
            earned_after_minor=wallet.earned_minor,
            currency=self.currency,
        )
        logger.info("payout %s is booked", payout_id)
        return Payout(
            id=payout_id,
            account_id=account_id,
            amount_minor=wanted.amount_minor,
            earned_after_minor=wallet.earned_minor,
            currency=self.currency,
            reference=wanted.reference,
            created_at=now,
        )
