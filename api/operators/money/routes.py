"""`/v1/operator/accounts/…/price`, `…/adjustments` and `…/payouts`."""

from uuid import UUID

from litestar import Controller, Response, post, put
from litestar.di import NamedDependency
from litestar.params import FromPath, JSONBody, SkipValidation
from sqlalchemy.ext.asyncio import AsyncConnection

from api.docs.responses import problems
from api.idempotency.answers import REPLAYED_HEADER, REQUIRED_KEY_PROBLEMS, Answer
from api.idempotency.once import Once
from api.idempotency.requests import KeyedRequest
from api.operators.accounts.directory import Directory
from api.operators.accounts.schemas import AccountDetails
from api.operators.money.adjusting import Adjusting
from api.operators.money.paying_out import PayingOut
from api.operators.money.pricing import Pricing
from api.operators.money.schemas import Adjustment, NewAdjustment, NewPayout, NewPrice, Payout
from api.problems import ProblemType
from api.security import Login


class OperatorMoneyRoutes(Controller):
    """Other people's money; the login must be of the last minutes."""

    path = "/operator/accounts"
    tags = ["Operators"]  # noqa: RUF012 - Litestar's

    @put(
        "/{account_id:uuid}/price",
        responses=problems(ProblemType.LOGIN_TOO_OLD, ProblemType.OWN_ACCOUNT, ProblemType.ACCOUNT_DELETED),
    )
    async def set_price(
        self,
        account_id: FromPath[UUID],
        data: JSONBody[NewPrice],
        login: NamedDependency[SkipValidation[Login]],
        pricing: NamedDependency[SkipValidation[Pricing]],
        directory: NamedDependency[SkipValidation[Directory]],
    ) -> AccountDetails:
        """Set what a minute costs the account; a running call keeps its price."""
        await pricing.set_price(login, account_id, data)
        return await directory.read(account_id)

    @post(
        "/{account_id:uuid}/adjustments",
        status_code=200,
        response_headers=[REPLAYED_HEADER],
        responses=problems(
            ProblemType.LOGIN_TOO_OLD,
            ProblemType.OWN_ACCOUNT,
            ProblemType.INSUFFICIENT_FUNDS,
            *REQUIRED_KEY_PROBLEMS,
        ),
    )
    async def adjust_balance(
        self,
        account_id: FromPath[UUID],
        data: JSONBody[NewAdjustment],
        keyed: NamedDependency[SkipValidation[KeyedRequest]],
        login: NamedDependency[SkipValidation[Login]],
        adjusting: NamedDependency[SkipValidation[Adjusting]],
        once: NamedDependency[SkipValidation[Once]],
    ) -> Response[Adjustment]:
        """Give or take money, once for this key; repeated, it answers the same."""
        adjusting.check(login, data)

        async def book(connection: AsyncConnection, adjustment_id: UUID) -> Answer:
            return Answer.of(
                await adjusting.adjust(connection, login, account_id, data, adjustment_id=adjustment_id)
            )

        return await once.book(keyed, book)

    @post(
        "/{account_id:uuid}/payouts",
        status_code=200,
        response_headers=[REPLAYED_HEADER],
        responses=problems(
            ProblemType.LOGIN_TOO_OLD,
            ProblemType.OWN_ACCOUNT,
            ProblemType.INSUFFICIENT_FUNDS,
            *REQUIRED_KEY_PROBLEMS,
        ),
    )
    async def record_payout(
        self,
        account_id: FromPath[UUID],
        data: JSONBody[NewPayout],
        keyed: NamedDependency[SkipValidation[KeyedRequest]],
        login: NamedDependency[SkipValidation[Login]],
        paying_out: NamedDependency[SkipValidation[PayingOut]],
        once: NamedDependency[SkipValidation[Once]],
    ) -> Response[Payout]:
        """Record that earnings were paid out, once for this key; nothing is sent anywhere."""
        paying_out.recent.demand(login)

        async def book(connection: AsyncConnection, payout_id: UUID) -> Answer:
            return Answer.of(await paying_out.pay_out(connection, login, account_id, data, payout_id=payout_id))

        return await once.book(keyed, book)
