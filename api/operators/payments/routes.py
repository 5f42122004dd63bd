"""`/v1/operator/payments/…/refunds`."""

from uuid import UUID

from litestar import Controller, Response, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath, JSONBody, SkipValidation
from sqlalchemy.ext.asyncio import AsyncConnection

from api.created import LOCATION
from api.docs.responses import problems
from api.idempotency.answers import REPLAYED_HEADER, REQUIRED_KEY_PROBLEMS, Answer
from api.idempotency.once import Once
from api.idempotency.requests import KeyedRequest
from api.operators.payments.reading import RefundRecords
from api.operators.payments.refunding import Refunding
from api.operators.payments.schemas import NewPaymentRefund, PaymentRefunds, PaymentRefundView
from api.problems import ProblemType
from api.security import Login


class OperatorPaymentRoutes(Controller):
    """Other people's payments; to give back needs a login of the last minutes."""

    path = "/operator/payments/{payment_id:uuid}/refunds"
    tags = ["Operators"]  # noqa: RUF012 - Litestar's

    @post(
        "/",
        response_headers=[*LOCATION, REPLAYED_HEADER],
        responses=problems(
            ProblemType.LOGIN_TOO_OLD,
            ProblemType.OWN_ACCOUNT,
            ProblemType.PAYMENT_NOT_SETTLED,
            ProblemType.REFUND_TOO_LARGE,
            ProblemType.INSUFFICIENT_FUNDS,
            ProblemType.PAYMENTS_NOT_OFFERED,
            *REQUIRED_KEY_PROBLEMS,
        ),
    )
    async def refund_payment(
        self,
        payment_id: FromPath[UUID],
        data: JSONBody[NewPaymentRefund],
        keyed: NamedDependency[SkipValidation[KeyedRequest]],
        login: NamedDependency[SkipValidation[Login]],
        refunding: NamedDependency[SkipValidation[Refunding]],
        once: NamedDependency[SkipValidation[Once]],
    ) -> Response[PaymentRefundView]:
        """Give a payment back, or a part of it, once for this key: out of the wallet, and to the payer.

        The answer says what became of it until then; where the provider is away, it is asked again later.
        """
        refunding.recent.demand(login)

        async def refund(refund_id: UUID) -> PaymentRefundView:
            return await refunding.refund(login, payment_id, data, refund_id=refund_id)

        async def answer(_: AsyncConnection, refund: PaymentRefundView) -> Answer:
            return Answer.of(refund, status=201, location=f"/v1/operator/payments/{payment_id}/refunds")

        return await once.ask_and_book(keyed, refund, answer)

    @get("/")
    async def list_payment_refunds(
        self,
        payment_id: FromPath[UUID],
        login: NamedDependency[SkipValidation[Login]],
        refund_records: NamedDependency[SkipValidation[RefundRecords]],
    ) -> PaymentRefunds:
        """Return what went back of a payment, and how much more may."""
        return await refund_records.list_of(login, payment_id)
