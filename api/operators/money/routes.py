"""`/v1/operator/accounts/…/price` and `…/adjustments`."""

from uuid import UUID

from litestar import Controller, put
from litestar.di import NamedDependency
from litestar.params import FromPath, JSONBody, SkipValidation

from api.docs.responses import problems
from api.operators.accounts.directory import Directory
from api.operators.accounts.schemas import AccountDetails
from api.operators.money.adjusting import Adjusting
from api.operators.money.pricing import Pricing
from api.operators.money.schemas import Adjustment, NewAdjustment, NewPrice
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

    @put(
        "/{account_id:uuid}/adjustments/{adjustment_id:uuid}",
        responses=problems(
            ProblemType.LOGIN_TOO_OLD,
            ProblemType.OWN_ACCOUNT,
            ProblemType.INSUFFICIENT_FUNDS,
            ProblemType.INVALID_FIELDS,
            ProblemType.ADJUSTMENT_MISMATCH,
        ),
    )
    async def adjust_balance(
        self,
        account_id: FromPath[UUID],
        adjustment_id: FromPath[UUID],
        data: JSONBody[NewAdjustment],
        login: NamedDependency[SkipValidation[Login]],
        adjusting: NamedDependency[SkipValidation[Adjusting]],
    ) -> Adjustment:
        """Give or take money, once for ever under this id of the client's making; repeated, it answers the same."""
        return await adjusting.adjust(login, account_id, adjustment_id, data)
