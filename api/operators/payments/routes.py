"""`/v1/operator/payments/…/refunds`."""

from uuid import UUID

from litestar import Controller, Response, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath, JSONBody, SkipValidation

from api.created import LOCATION, created
from api.docs.responses import problems
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
        response_headers=LOCATION,
        responses=problems(
            ProblemType.LOGIN_TOO_OLD,
            ProblemType.OWN_ACCOUNT,
            ProblemType.PAYMENT_NOT_SETTLED,
            ProblemType.REFUND_TOO_LARGE,
            ProblemType.INSUFFICIENT_FUNDS,
        ),
    )
    async def refund_payment(
        self,
        payment_id: FromPath[UUID],
        data: JSONBody[NewPaymentRefund],
        login: NamedDependency[SkipValidation[Login]],
        refunding: NamedDependency[SkipValidation[Refunding]],
    ) -> Response[PaymentRefundView]:
        """Give a payment back, or a part of it: out of the wallet at once, to the payer by the provider."""
        refund = await refunding.refund(login, payment_id, data)
        return created(refund, path=f"/v1/operator/payments/{payment_id}/refunds")

    @get("/")
    async def list_payment_refunds(
        self,
        payment_id: FromPath[UUID],
        login: NamedDependency[SkipValidation[Login]],
        refunding: NamedDependency[SkipValidation[Refunding]],
    ) -> PaymentRefunds:
        """Return what went back of a payment, and how much more may."""
        return await refunding.list_of(login, payment_id)
