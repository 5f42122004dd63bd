"""Setting what new accounts pay."""

from dataclasses import dataclass

from sqlalchemy import bindparam, func, select
from sqlalchemy.ext.asyncio import AsyncEngine

from api.operators.audit.actions import Action
from api.operators.audit.log import AuditLog
from api.operators.prices.schemas import DefaultPriceView, NewDefaultPrice
from api.operators.sessions.recent import RecentLogins
from api.prices.changes import Change, keep
from api.prices.default import DefaultPrice, default_price
from api.security import Login
from shared.clock import Clock
from shared.database import reading, transaction


@dataclass(frozen=True)
class DefaultPricing:
    """The default is for those who register later: everybody else has a price of their own, which was it once."""

    engine: AsyncEngine
    clock: Clock
    audit: AuditLog
    recent: RecentLogins
    setting_minor: int
    currency: str

    async def read(self) -> DefaultPriceView:
        """Return what a minute costs who registers now."""
        async with reading(self.engine) as connection:
            return self._view(await default_price(connection, setting_minor=self.setting_minor))

    async def set(self, operator: Login, wanted: NewDefaultPrice) -> DefaultPriceView:
        """Let a minute cost this for whoever registers from now on. Raises `LoginTooOldError`."""
        self.recent.demand(operator)
        async with transaction(self.engine) as connection:
            # One after another, or what was before would not be what the one before has set.
            await connection.execute(_TURN, {"name": "default_price"})
            before = await default_price(connection, setting_minor=self.setting_minor)
            if before.price_minor != wanted.price_minor:
                change = Change("default_price", before.price_minor, wanted.price_minor)
                await keep(
                    connection, [change], account_id=None, by=operator, reason=wanted.reason, now=self.clock.now()
                )
                await self.audit.record(
                    connection,
                    Action.DEFAULT_PRICE_SET,
                    by=operator,
                    reason=wanted.reason,
                    price_minor=wanted.price_minor,
                    price_before_minor=before.price_minor,
                    currency=self.currency,
                )
            return self._view(await default_price(connection, setting_minor=self.setting_minor))

    def _view(self, price: DefaultPrice) -> DefaultPriceView:
        return DefaultPriceView(
            price_minor=price.price_minor,
            currency=self.currency,
            changed_at=price.changed_at,
            actor_name=price.actor_name,
        )


_TURN = select(func.pg_advisory_xact_lock(func.hashtextextended(bindparam("name"), 0)))
