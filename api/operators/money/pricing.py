"""Setting what a minute costs an account, and what others pay for calling it."""

from dataclasses import dataclass
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from api.operators.acting import subject_of
from api.operators.audit.actions import Action
from api.operators.audit.log import AuditLog
from api.operators.money.judging import judge
from api.operators.money.schemas import NewPrice
from api.operators.money.telling import money_changed
from api.operators.prices.schemas import NewAskingPrice
from api.operators.sessions.recent import RecentLogins
from api.prices.changes import Change, keep
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
            ledger = await self._open(connection, operator, account_id)
            wallet = ledger.wallets[account_id]
            was_blocked, could_pay, before_minor = wallet.is_blocked, wallet.can_pay_a_minute, wallet.price_minor
            if wanted.price_minor == before_minor:
                return
            ledger.set_price(account_id, wanted.price_minor)
            judge(ledger, account_id, could_pay=could_pay)
            await ledger.save()
            await store(connection, money_changed(wallet, self.currency, was_blocked=was_blocked))
            change = Change("price", before_minor, wanted.price_minor)
            await self._keep(connection, [change], operator, account_id, wanted.reason)
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

    async def set_asking_price(self, operator: Login, account_id: UUID, wanted: NewAskingPrice) -> None:
        """Let callers of the account pay this from their next calls on, and the account earn its share of that.

        Raises `LoginTooOldError`, `OwnAccountError`, `NotFoundError`, `AccountDeletedError`.
        """
        self.recent.demand(operator)
        async with transaction(self.engine) as connection:
            ledger = await self._open(connection, operator, account_id)
            wallet = ledger.wallets[account_id]
            asked_minor, share_bp = wallet.asking_price_minor, wallet.earning_share_bp
            changes = [
                Change("asking_price", asked_minor, wanted.price_minor),
                Change("earning_share", share_bp, wanted.earning_share_bp),
            ]
            changes = [change for change in changes if change.before != change.after]
            if not changes:
                return
            ledger.set_asking_price(account_id, wanted.price_minor, earning_share_bp=wanted.earning_share_bp)
            await ledger.save()
            await self._keep(connection, changes, operator, account_id, wanted.reason)
            await self.audit.record(
                connection,
                Action.ASKING_PRICE_SET,
                by=operator,
                reason=wanted.reason,
                account_id=account_id,
                price_minor=wanted.price_minor,
                price_before_minor=asked_minor,
                earning_share_bp=wanted.earning_share_bp,
                earning_share_before_bp=share_bp,
                currency=self.currency,
            )

    async def _open(self, connection: AsyncConnection, operator: Login, account_id: UUID) -> Ledger:
        await subject_of(connection, account_id, by=operator)
        return await Ledger.open(connection, [account_id], now=self.clock.now())

    async def _keep(
        self, connection: AsyncConnection, changes: list[Change], operator: Login, account_id: UUID, reason: str
    ) -> None:
        await keep(connection, changes, account_id=account_id, by=operator, reason=reason, now=self.clock.now())
