"""`/v1/payments`, and the door that providers knock at."""

from typing import Any
from uuid import UUID

from litestar import Controller, Request, Response, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath, JSONBody, SkipValidation
from sqlalchemy.ext.asyncio import AsyncConnection

from api.created import LOCATION
from api.docs.responses import problems
from api.idempotency.answers import KEY_PROBLEMS, REPLAYED_HEADER, Answer
from api.idempotency.once import Once
from api.idempotency.requests import KeyedRequest
from api.pages import FIRST_PAGE, PAGE_ITEMS_DEFAULT, Cursor, Limit, Page
from api.payments.provider import PaymentProvider
from api.payments.schemas import NewPayment, PaymentView, WebhookAnswer
from api.payments.service import Asked, Payments
from api.payments.settlement import Settlement
from api.problems import NotFoundError, ProblemType
from api.security import Login
from api.throttling.throttle import Throttling


class PaymentRoutes(Controller):
    """One's own payments."""

    path = "/payments"
    tags = ["Money"]  # noqa: RUF012 - Litestar's

    @post(
        "/",
        response_headers=[*LOCATION, REPLAYED_HEADER],
        responses=problems(ProblemType.PAYMENTS_NOT_OFFERED, ProblemType.TOO_MANY_REQUESTS, *KEY_PROBLEMS),
    )
    async def create(
        self,
        data: JSONBody[NewPayment],
        perhaps_keyed: NamedDependency[SkipValidation[KeyedRequest | None]],
        login: NamedDependency[SkipValidation[Login]],
        payments: NamedDependency[SkipValidation[Payments]],
        throttling: NamedDependency[SkipValidation[Throttling]],
        once: NamedDependency[SkipValidation[Once]],
    ) -> Response[PaymentView]:
        """Ask for a payment, once for its key; the wallet is credited once the provider confirms it."""

        async def ask(payment_id: UUID) -> Asked:
            await throttling.take(throttling.limits.payment(login.account_id))
            return await payments.ask(data.amount_minor, payment_id=payment_id)

        async def book(connection: AsyncConnection, asked: Asked) -> Answer:
            payment = await payments.store(connection, login.account_id, asked)
            return Answer.of(payment, status=201, location=f"/v1/payments/{payment.id}")

        return await once.ask_and_book(perhaps_keyed, ask, book)

    @get("/")
    async def list_own(
        self,
        login: NamedDependency[SkipValidation[Login]],
        payments: NamedDependency[SkipValidation[Payments]],
        limit: Limit = PAGE_ITEMS_DEFAULT,
        cursor: Cursor = FIRST_PAGE,
    ) -> Page[PaymentView]:
        """Return one's own payments, newest first."""
        return await payments.list_own(login.account_id, limit=limit, cursor=cursor)

    @get("/{payment_id:uuid}")
    async def get_own(
        self,
        payment_id: FromPath[UUID],
        login: NamedDependency[SkipValidation[Login]],
        payments: NamedDependency[SkipValidation[Payments]],
    ) -> PaymentView:
        """Return one of one's own payments."""
        return await payments.get_own(login.account_id, payment_id)


class WebhookRoutes(Controller):
    """What a provider says; its signature is the only credential."""

    path = "/webhooks"
    tags = ["Providers"]  # noqa: RUF012 - Litestar's

    @post(
        "/{provider_name:str}",
        status_code=200,
        responses=problems(
            ProblemType.MALFORMED_REQUEST,
            ProblemType.SIGNATURE_REFUSED,
            ProblemType.BODY_TOO_LARGE,
            ProblemType.PAYMENT_MISMATCH,
        ),
    )
    async def receive(
        self,
        provider_name: FromPath[str],
        request: Request[Any, Any, Any],
        provider: NamedDependency[SkipValidation[PaymentProvider | None]],
        settlement: NamedDependency[SkipValidation[Settlement]],
    ) -> WebhookAnswer:
        """Take an event of the payment provider, signed over its raw body."""
        if provider is None or provider.name != provider_name:
            raise NotFoundError
        proven = provider.read_webhook(await request.body(), request.headers)
        if proven is None:
            return WebhookAnswer("ignored")
        return WebhookAnswer(await settlement.take(provider.name, proven))
