"""`/v1/operator/accounts/…/asking-price`, `…/prices`, and `/v1/operator/prices`."""

from uuid import UUID

from litestar import Controller, get, put
from litestar.di import NamedDependency
from litestar.params import FromPath, JSONBody, SkipValidation

from api.docs.responses import problems
from api.operators.accounts.directory import Directory
from api.operators.accounts.schemas import AccountDetails
from api.operators.money.pricing import Pricing
from api.operators.prices.default import DefaultPricing
from api.operators.prices.history import PriceHistory
from api.operators.prices.schemas import DefaultPriceView, NewAskingPrice, NewDefaultPrice, PriceChangeView
from api.pages import FIRST_PAGE, PAGE_ITEMS_DEFAULT, Cursor, Limit, Page
from api.problems import ProblemType
from api.security import Login


class OperatorAskingPriceRoutes(Controller):
    """What callers of an account pay, and how its prices came about."""

    path = "/operator/accounts"
    tags = ["Operators"]  # noqa: RUF012 - Litestar's

    @put(
        "/{account_id:uuid}/asking-price",
        responses=problems(ProblemType.LOGIN_TOO_OLD, ProblemType.OWN_ACCOUNT, ProblemType.ACCOUNT_DELETED),
    )
    async def set_asking_price(
        self,
        account_id: FromPath[UUID],
        data: JSONBody[NewAskingPrice],
        login: NamedDependency[SkipValidation[Login]],
        pricing: NamedDependency[SkipValidation[Pricing]],
        directory: NamedDependency[SkipValidation[Directory]],
    ) -> AccountDetails:
        """Set what others pay a minute for calling the account, and the share of it that the account earns."""
        await pricing.set_asking_price(login, account_id, data)
        return await directory.read(account_id)

    @get("/{account_id:uuid}/prices")
    async def price_changes(
        self,
        account_id: FromPath[UUID],
        login: NamedDependency[SkipValidation[Login]],
        price_history: NamedDependency[SkipValidation[PriceHistory]],
        limit: Limit = PAGE_ITEMS_DEFAULT,
        cursor: Cursor = FIRST_PAGE,
    ) -> Page[PriceChangeView]:
        """Return who changed the account's price, asking price and share, and when, newest first."""
        return await price_history.of_account(login, account_id, limit=limit, cursor=cursor)


class OperatorPriceRoutes(Controller):
    """What new accounts pay."""

    path = "/operator/prices"
    tags = ["Operators"]  # noqa: RUF012 - Litestar's

    @get("/default")
    async def default_price(
        self, default_pricing: NamedDependency[SkipValidation[DefaultPricing]]
    ) -> DefaultPriceView:
        """Return what a minute costs who registers now."""
        return await default_pricing.read()

    @put("/default", responses=problems(ProblemType.LOGIN_TOO_OLD))
    async def set_default_price(
        self,
        data: JSONBody[NewDefaultPrice],
        login: NamedDependency[SkipValidation[Login]],
        default_pricing: NamedDependency[SkipValidation[DefaultPricing]],
    ) -> DefaultPriceView:
        """Set what a minute costs who registers from now on; everybody else's price stays."""
        return await default_pricing.set(login, data)

    @get("/default/changes")
    async def default_price_changes(
        self,
        price_history: NamedDependency[SkipValidation[PriceHistory]],
        limit: Limit = PAGE_ITEMS_DEFAULT,
        cursor: Cursor = FIRST_PAGE,
    ) -> Page[PriceChangeView]:
        """Return who changed the default price, and when, newest first."""
        return await price_history.of_default(limit=limit, cursor=cursor)
