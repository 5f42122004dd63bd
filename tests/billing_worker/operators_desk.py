"""Operators who move money of the town's people, by the API's own services and under keys of their own."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import timedelta
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncConnection

from api.idempotency.answers import Answer
from api.idempotency.once import Once
from api.idempotency.requests import KeyedRequest
from api.operators.audit.log import AuditLog
from api.operators.calls.refunding import CallRefunds
from api.operators.calls.schemas import NewCallRefund
from api.operators.money.adjusting import Adjusting
from api.operators.money.paying_out import PayingOut
from api.operators.money.schemas import NewAdjustment, NewPayout
from api.operators.sessions.recent import RecentLogins
from api.problems import ApiError, ProblemType
from api.security import Login
from shared.ids import new_id
from tests.billing_worker.town import Resident, Town

WHY = "a customer asked for it"
Act = Callable[[AsyncConnection, UUID], Awaitable[Answer]]


@dataclass(frozen=True)
class Desk:
    """One operator, at one process of the API; each act returns the type of the refusal, None where it was done."""

    town: Town
    operator: Resident

    @property
    def _login(self) -> Login:
        now = self.town.clock.now()
        return Login(
            account_id=self.operator.id,
            session_id=new_id(),
            user_name=self.operator.name,
            email="",
            is_operator=True,
            relay_only=False,
            calls_from="everybody",
            do_not_disturb=False,
            presence_to="callers",
            last_seen_shared=False,
            created_at=now,
            logged_in_at=now,
        )

    async def refunds(self, call_id: UUID, amount_minor: int) -> ProblemType | None:
        """Give back of a call's charge."""
        audit, recent = self._kept()
        refunds = CallRefunds(self.town.clock, audit, recent, "EUR")

        async def act(connection: AsyncConnection, _: UUID) -> Answer:
            wanted = NewCallRefund(amount_minor, WHY)
            return Answer.of(await refunds.refund(connection, self._login, call_id, wanted))

        return await self._does(act)

    async def pays_out(self, resident: Resident, amount_minor: int) -> ProblemType | None:
        """Record a payout."""
        audit, recent = self._kept()
        paying_out = PayingOut(self.town.clock, audit, recent, "EUR")

        async def act(connection: AsyncConnection, payout_id: UUID) -> Answer:
            wanted = NewPayout(amount_minor, WHY)
            return Answer.of(
                await paying_out.pay_out(connection, self._login, resident.id, wanted, payout_id=payout_id)
            )

        return await self._does(act)

    async def adjusts(self, resident: Resident, amount_minor: int) -> ProblemType | None:
        """Give or take."""
        audit, recent = self._kept()
        adjusting = Adjusting(self.town.clock, audit, recent, "EUR")

        async def act(connection: AsyncConnection, adjustment_id: UUID) -> Answer:
            wanted = NewAdjustment(amount_minor, WHY)
            return Answer.of(
                await adjusting.adjust(connection, self._login, resident.id, wanted, adjustment_id=adjustment_id)
            )

        return await self._does(act)

    def _kept(self) -> tuple[AuditLog, RecentLogins]:
        return AuditLog(self.town.engine, self.town.clock), RecentLogins(self.town.clock, timedelta(days=1))

    async def _does(self, act: Act) -> ProblemType | None:
        keyed = KeyedRequest(self.operator.id, str(new_id()), "POST /v1/somewhere", b"")
        try:
            await Once(self.town.engine, self.town.clock).book(keyed, act)
        except ApiError as error:
            return error.problem_type
        return None
