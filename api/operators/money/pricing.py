"""Setting what a minute costs an account."""

from dataclasses import dataclass
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncEngine

from api.operators.acting import subject_of
from api.operators.audit.actions import Action
from api.operators.audit.log import AuditLog
from api.operators.money.judging import judge
from api.operators.money.schemas import NewPrice
from api.operators.money.telling import money_changed
from api.operators.sessions.recent import RecentLogins
from api.security import Login
from shared.clock import Clock
from shared.database import transaction
from shared.ledger import Ledger
from shared.outbox import store


@dataclass(frozen=True)
class Pricing:
    """Sets prices. A call that was authorized keeps the one that it has."""

    engine: AsyncEngine
    clock: Clock
    audit: AuditLog
    recent: RecentLogins
    currency: str

    async def set_price(self, operator: Login, account_id: UUID, wanted: NewPrice) -> None:
        """Let a minute cost this from the next call on.

        Raises `LoginTooOldError`, `OwnAccountError`, `NotFoundError`, `AccountDeletedError`.
        """
        self.recent.demand(operator)
        async with transaction(self.engine) as connection:
            await subject_of(connection, account_id, by=operator)
            ledger = await Ledger.open(connection, [account_id], now=self.clock.now())
            wallet = ledger.wallets[account_id]
            was_blocked, could_pay, before_minor = wallet.is_blocked, wallet.can_pay_a_minute, wallet.price_minor
            if wanted.price_minor == before_minor:
                return
            ledger.set_price(account_id, wanted.price_minor)
            judge(ledger, account_id, could_pay=could_pay)
            await ledger.save()
            await store(connection, money_changed(wallet, self.currency, was_blocked=was_blocked))
            await self.audit.record(
                connection,
                Action.PRICE_SET,
                by=operator,
                reason=wanted.reason,
                account_id=account_id,
                price_minor=wanted.price_minor,
                price_before_minor=before_minor,
                currency=self.currency,
            )
