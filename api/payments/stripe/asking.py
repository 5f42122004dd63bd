"""What may go wrong when Stripe is asked, in the two words that we have for it."""

import asyncio
import logging
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import stripe

from api.payments.provider import AmountRefusedError, ProviderUnavailableError, RefusedByProviderError

TOGETHER_SECONDS_MAX = 20.0
"""For all tries of one request, and what belongs to it."""
AMOUNT_CODES = frozenset({
    "amount_too_small", "amount_too_large", "invalid_charge_amount", "invalid_charge_amount_no_decimal_compatible",
})  # fmt: skip

logger = logging.getLogger(__name__)


@asynccontextmanager
async def failures_told(what: str) -> AsyncIterator[None]:
    """Turn whatever Stripe's library raises into one of our two kinds of failure.

    The log gets Stripe's id of the request, never its words, which may quote what it was given.
    """
    try:
        async with asyncio.timeout(TOGETHER_SECONDS_MAX):
            yield
    except TimeoutError as error:
        raise ProviderUnavailableError("Stripe takes too long") from error
    except stripe.StripeError as error:
        kind, code = type(error).__name__, error.code or "no code"
        logger.log(
            logging.WARNING if isinstance(error, stripe.APIConnectionError) else logging.ERROR,
            "Stripe did not make %s: %s, %s, status %s, request %s",
            what, kind, code, error.http_status, error.request_id,
        )  # fmt: skip
        if isinstance(error, stripe.InvalidRequestError | stripe.CardError):
            raise (AmountRefusedError if code in AMOUNT_CODES else RefusedByProviderError)(code) from None
        raise ProviderUnavailableError(f"Stripe: {kind}") from None
