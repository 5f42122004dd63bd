"""Stripe as a `PaymentProvider`: hosted checkouts and refunds by its API, its word by webhook."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import cast

import httpx
import stripe

from api.payments.facts import ProvenFact
from api.payments.provider import (
    AmountRefusedError,
    Checkout,
    Order,
    ProviderUnavailableError,
    RefundOrder,
    RefundOutcome,
)
from api.payments.stripe.amounts import AmountNotExpressibleError, to_stripe
from api.payments.stripe.asking import failures_told
from api.payments.stripe.signatures import verify
from api.payments.stripe.webhook import read, status_of, uuid_in
from shared.clock import Clock
from shared.ids import made_at
from shared.production import is_stripe_test_key
from shared.settings import Settings

NAME = "stripe"
CONNECT_SECONDS_MAX = 3.0
ANSWER_SECONDS_MAX = 10.0
"""For one try; the library tries again where that can help, under the same key."""
TRIES_AGAIN_MAX = 1
REFUNDS_A_PAGE = 100

# Else each request would tell Stripe about this machine, and the first one leave a file in the user's folder.
stripe.enable_telemetry = False


@dataclass(kw_only=True)
class StripeProvider:
    """A `PaymentProvider`. `api_key` and `webhook_secrets` may be replaced at any time; all secrets verify."""

    api_key: str
    webhook_secrets: Sequence[str]
    public_url: str
    checkout_seconds: int
    tolerance_seconds: int
    clock: Clock
    api_url: str = stripe.DEFAULT_API_BASE
    name: str = NAME
    _client: stripe.StripeClient = field(init=False)
    _http: stripe.HTTPXClient = field(init=False)

    def __post_init__(self) -> None:
        timeout = httpx.Timeout(ANSWER_SECONDS_MAX, connect=CONNECT_SECONDS_MAX)
        self._http = stripe.HTTPXClient(timeout=timeout)
        self._client = stripe.StripeClient(
            self.api_key,
            http_client=self._http,
            max_network_retries=TRIES_AGAIN_MAX,
            base_addresses={"api": self.api_url.rstrip("/")},
        )

    async def create_checkout(self, order: Order) -> Checkout:
        """Open a hosted checkout; for the same order again it is the same one.

        Raises `ProviderUnavailableError`, `RefusedByProviderError`.
        """
        currency, payment_id = order.currency.lower(), str(order.payment_id)
        back = f"{self.public_url.rstrip('/')}/"
        try:
            amount = to_stripe(order.amount_minor, order.currency)
        except AmountNotExpressibleError as error:
            raise AmountRefusedError("amount_not_expressible") from error
        async with failures_told("a checkout"):
            session = await self._client.v1.checkout.sessions.create_async(
                {
                    "mode": "payment",
                    "line_items": [
                        {
                            "quantity": 1,
                            "price_data": {
                                "currency": currency,
                                "unit_amount": amount,
                                "product_data": {"name": "Talktime"},
                            },
                        }
                    ],
                    "client_reference_id": payment_id,
                    "metadata": {"payment_id": payment_id},
                    "payment_intent_data": {"metadata": {"payment_id": payment_id}},
                    # Paid is what was asked for, in the currency in which it was asked for.
                    "adaptive_pricing": {"enabled": False},
                    # The same for each try, as everything under one idempotency key must be.
                    "expires_at": int(made_at(order.payment_id).timestamp()) + self.checkout_seconds,
                    "success_url": back,
                    "cancel_url": back,
                },
                {"idempotency_key": payment_id, "api_key": self.api_key},
            )
            if not session.url:
                raise ProviderUnavailableError("Stripe made a checkout without an address")
            return Checkout(session.id, session.url)

    async def refund(self, order: RefundOrder) -> RefundOutcome:
        """Give back, or see what became of it.

        Stripe forgets idempotency keys after a day or so; therefore what may have been asked before is looked for
        among the refunds of the payment, where each of ours has its id.
        Raises `ProviderUnavailableError`, `RefusedByProviderError`.
        """
        async with failures_told("a refund"):
            found = await self._found(order) if order.refund_ref or order.is_repeated else None
            made = found or await self._client.v1.refunds.create_async(
                {
                    "payment_intent": order.charge_ref,
                    "amount": to_stripe(order.amount_minor, order.currency),
                    "metadata": {"payment_id": str(order.payment_id), "refund_id": str(order.refund_id)},
                },
                {"idempotency_key": str(order.refund_id), "api_key": self.api_key},
            )
            return RefundOutcome(made.id, status_of(made.status))

    async def _found(self, order: RefundOrder) -> stripe.Refund | None:
        options: stripe.RequestOptions = {"api_key": self.api_key}
        if order.refund_ref:
            return await self._client.v1.refunds.retrieve_async(order.refund_ref, options=options)
        page = await self._client.v1.refunds.list_async(
            {"payment_intent": order.charge_ref, "limit": REFUNDS_A_PAGE}, options
        )
        async for each in page.auto_paging_iter():
            if uuid_in(cast("Mapping[str, str]", each.metadata or {}), "refund_id") == order.refund_id:
                return each
        return None

    def read_webhook(self, body: bytes, headers: Mapping[str, str]) -> ProvenFact | None:
        """Verify and read. Raises `SignatureRefusedError`, `api.problems.MalformedRequestError`."""
        verify(
            body,
            headers,
            secrets=self.webhook_secrets,
            now=self.clock.now(),
            tolerance_seconds=self.tolerance_seconds,
        )
        return read(body, is_live=not is_stripe_test_key(self.api_key))

    def take_secrets(self, settings: Settings) -> None:
        """Go on with these."""
        self.api_key, self.webhook_secrets = settings.stripe_api_key, settings.stripe_webhook_secrets

    async def close(self) -> None:
        """Let go of connections."""
        await self._http.close_async()  # type: ignore[no-untyped-call]
