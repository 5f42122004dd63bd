"""The operators: the product's services behind their doors, asked by the names that the model uses."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from datetime import timedelta

from sqlalchemy import insert
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncConnection

from api.operators.accounts.standing import Standing
from api.operators.audit.log import AuditLog
from api.operators.calls.refunding import CallNotSettledError, CallRefunds
from api.operators.calls.schemas import NewCallRefund
from api.operators.money.adjusting import Adjusting, NotThatMuchError
from api.operators.money.paying_out import PayingOut
from api.operators.money.pricing import Pricing
from api.operators.money.schemas import NewAdjustment, NewPayout, NewPrice
from api.operators.payments.refunding import RefundTooLargeError
from api.operators.prices.schemas import NewAskingPrice
from api.operators.sessions.recent import RecentLogins
from api.security import Login
from shared.database import transaction
from shared.ledger import Ledger
from shared.models import Account
from tests.proof.reality import Reality

WHY = "the model says so"


class Office:
    """One operator at work."""

    def __init__(self, reality: Reality) -> None:
        engine, clock, currency = reality.engine, reality.clock, reality.currency
        self._reality = reality
        self._names = reality.names
        audit, recent = AuditLog(engine, clock), RecentLogins(clock, timedelta(days=10_000))
        self._adjusting = Adjusting(clock, audit, recent, currency)
        self._refunds = CallRefunds(clock, audit, recent, currency)
        self._paying_out = PayingOut(clock, audit, recent, currency)
        self._pricing = Pricing(engine, clock, audit, recent, currency)
        self._standing = Standing(engine, clock, audit, currency)
        at = clock.now()
        own, session = self._names.id("operator"), self._names.id("the operator's session")
        self._login = Login(
            account_id=own,
            session_id=session,
            user_name="operator",
            email="o@example.org",
            is_operator=True,
            relay_only=False,
            calls_from="everybody",
            do_not_disturb=False,
            presence_to="contacts",
            last_seen_shared=False,
            created_at=at,
            logged_in_at=at,
        )

    async def open(self) -> None:
        """Let there be an operator."""
        values = {"id": self._login.account_id, "email": self._login.email, "user_name": self._login.user_name}
        async with transaction(self._reality.engine) as connection:
            await connection.execute(insert(Account).values({**values, "password_hash": "-", "is_operator": True}))

    async def adjust(self, adjustment: str, account: str, amount: int) -> bool:
        """Give or take; return whether it was booked."""
        wanted = NewAdjustment(amount, WHY)
        return await self._booked(
            lambda connection: self._adjusting.adjust(
                connection, self._login, self._names.id(account), wanted, adjustment_id=self._names.id(adjustment)
            )
        )

    async def pay_out(self, payout: str, account: str, amount: int) -> bool:
        """Note that earnings were paid out; return whether it was booked."""
        wanted = NewPayout(amount, WHY)
        return await self._booked(
            lambda connection: self._paying_out.pay_out(
                connection, self._login, self._names.id(account), wanted, payout_id=self._names.id(payout)
            )
        )

    async def refund(self, call: str, amount: int) -> bool:
        """Give back part of a call's charge; return whether it was booked."""
        wanted = NewCallRefund(amount, WHY)
        return await self._booked(
            lambda connection: self._refunds.refund(connection, self._login, self._names.id(call), wanted)
        )

    async def _booked(self, act: Callable[[AsyncConnection], Awaitable[object]]) -> bool:
        try:
            async with transaction(self._reality.engine) as connection:
                await act(connection)
        except (NotThatMuchError, RefundTooLargeError, CallNotSettledError, IntegrityError):
            return False
        return True

    async def set_price(self, account: str, price: int) -> None:
        """Let a minute cost this."""
        await self._pricing.set_price(self._login, self._names.id(account), NewPrice(price, WHY))

    async def set_asking_price(self, account: str, price: int | None, share_bp: int) -> None:
        """Let calling the account cost this, and the account earn a share of it."""
        await self._pricing.set_asking_price(
            self._login,
            self._names.id(account),
            NewAskingPrice(price_minor=price, earning_share_bp=share_bp, reason=WHY),
        )

    async def bar(self, account: str, *, barred: bool) -> None:
        """Block the account whatever it pays, or end that."""
        act = self._standing.block if barred else self._standing.unblock
        await act(self._login, self._names.id(account), WHY)

    async def limit(self, account: str, a_call: int | None, a_day: int | None) -> None:
        """Let the account spend no more than this: its owner's own wish."""
        account_id = self._names.id(account)
        async with transaction(self._reality.engine) as connection:
            ledger = await Ledger.open(connection, [account_id], now=self._reality.clock.now())
            ledger.limit_spending(
                account_id, spend_call_minor_max=a_call, spend_day_minor_max=a_day, call_ms_max=None
            )
            await ledger.save()
