"""Stripe's many words for what went wrong, as few of ours."""

from api.payments.facts import Failure
from api.payments.stripe.events import PaymentError

_CODES: dict[Failure, str] = {
    "insufficient_funds": "insufficient_funds withdrawal_count_limit_exceeded card_velocity_exceeded",
    "authentication_failed": "authentication_required payment_intent_authentication_failure incorrect_pin"
    " incorrect_cvc invalid_cvc approve_with_id",
    "method_unusable": "expired_card incorrect_number invalid_number invalid_expiry_month invalid_expiry_year"
    " card_not_supported currency_not_supported new_account_information_available",
    "provider_error": "processing_error issuer_not_available try_again_later reenter_transaction",
}
_BY_CODE = {code: failure for failure, codes in _CODES.items() for code in codes.split()}


def failure_of(error: PaymentError | None) -> Failure:
    """Return what the payer is told; a lost or stolen card, fraud, and whatever is new is just declined."""
    if error is None:
        return "declined"
    exact = _BY_CODE.get(error.decline_code or "")
    return exact or _BY_CODE.get(error.code or "", "declined")
