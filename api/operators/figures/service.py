"""Counting; each number is read when it is asked for."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Select, func, select
from sqlalchemy.ext.asyncio import AsyncEngine

from api.operators.accounts.finding import is_blocked, is_there
from api.operators.figures.schemas import Figures, Turnover
from shared.clock import Clock
from shared.database import reading
from shared.models import Account, Call, Wallet

WEEK_DAYS = 7


@dataclass(frozen=True)
class FigureBoard:
    """Looks at everything and nobody in particular, which leaves no entry in the audit log."""

    engine: AsyncEngine
    clock: Clock
    currency: str

    async def read(self) -> Figures:
        """Return the numbers of this moment."""
        now = self.clock.now()
        today = now.replace(hour=0, minute=0, second=0, microsecond=0)
        week = today - timedelta(days=WEEK_DAYS - 1)
        async with reading(self.engine) as connection:
            accounts = (await connection.execute(_accounts(today))).one()
            money = (await connection.execute(_MONEY)).one()
            live = (await connection.execute(_LIVE)).one()
            ended = (await connection.execute(_ended(today, week))).one()
        return Figures(
            as_of=now,
            **accounts._mapping,
            # Sums of bigint are numeric.
            balance_minor=int(money.balance_minor),
            held_minor=int(money.held_minor),
            **live._mapping,
            today=_turnover(today, ended[:3]),
            week=_turnover(week, ended[3:]),
            currency=self.currency,
        )


def _turnover(since: datetime, sums: Sequence[int]) -> Turnover:
    calls, minutes, revenue_minor = map(int, sums)
    return Turnover(since=since, calls=calls, minutes=minutes, revenue_minor=revenue_minor)


def _accounts(today: datetime) -> Select[*tuple[Any, ...]]:
    return (
        select(
            func.count().label("accounts"),
            func.count().filter(Account.created_at >= today).label("accounts_new_today"),
            func.count().filter(is_blocked).label("accounts_blocked"),
            func.count().filter(Wallet.operator_blocked_at.is_not(None)).label("accounts_blocked_by_operator"),
            func.count().filter(Account.disabled_at.is_not(None)).label("accounts_disabled"),
        )
        .select_from(Account)
        .join(Wallet, Wallet.account_id == Account.id)
        .where(is_there)
    )


def _ended(today: datetime, week: datetime) -> Select[*tuple[Any, ...]]:
    """What went back is no revenue, nor is what callees earned; a minute of a call that was corrected is none."""
    since_today = Call.ended_at >= today
    revenue = func.sum(Call.charge_minor - Call.refunded_minor - Call.earned_minor)
    sums = [func.count(), func.coalesce(func.sum(Call.minutes), 0), func.coalesce(revenue, 0)]
    return select(
        func.count().filter(since_today),
        func.coalesce(func.sum(Call.minutes).filter(since_today), 0),
        func.coalesce(revenue.filter(since_today), 0),
        *sums,
    ).where(Call.ended_at >= week, Call.talk_ms > 0)


_MONEY = select(
    func.coalesce(func.sum(Wallet.balance_minor), 0).label("balance_minor"),
    func.coalesce(func.sum(Wallet.held_minor), 0).label("held_minor"),
)
_LIVE = select(
    func.count().filter(Call.started_at.is_(None)).label("calls_ringing"),
    func.count().filter(Call.started_at.is_not(None)).label("calls_talking"),
).where(Call.settled_at.is_(None))
