"""Amounts as Stripe counts them, which is mostly, but not always, in the minor units of ISO 4217.

Facts from Stripe's page about supported currencies: zero-decimal, three-decimal and special cases.
"""

from shared.money import currency_exponent

_WHOLE = frozenset("BIF CLP DJF GNF JPY KMF KRW PYG RWF VND VUV XAF XOF XPF".split())
"""Without decimals in both worlds."""
_HUNDREDFOLD = frozenset({"ISK", "UGX"})
"""Without decimals in ISO 4217; Stripe wants them with two, which must be zeros."""
_HUNDREDTH = frozenset({"MGA"})
"""With two decimals in ISO 4217, none at Stripe."""
_TENS = frozenset("BHD JOD KWD OMR TND".split())
"""With three decimals in both worlds, of which Stripe wants the last one to be zero."""
_HUNDRED = 100
_TEN = 10
_USUAL_EXPONENT = 2


class AmountNotExpressibleError(Exception):
    """This amount cannot be said to Stripe, or was not one of ours; no rounding is made."""


def is_taken(currency: str) -> bool:
    """Tell whether Stripe knows how to count this currency; that it takes it, only Stripe itself can say."""
    known = currency in _WHOLE | _HUNDREDFOLD | _HUNDREDTH | _TENS
    return known or currency_exponent(currency) == _USUAL_EXPONENT


def to_stripe(amount_minor: int, currency: str) -> int:
    """Return Stripe's amount for so many ISO minor units. Raises `AmountNotExpressibleError`."""
    if currency in _HUNDREDFOLD:
        return amount_minor * _HUNDRED
    if currency in _HUNDREDTH:
        return _exactly(amount_minor, _HUNDRED)
    if currency in _TENS:
        return _exactly(amount_minor, _TEN) * _TEN
    return amount_minor


def from_stripe(amount: int, currency: str) -> int:
    """Return the ISO minor units of Stripe's amount. Raises `AmountNotExpressibleError`."""
    if currency in _HUNDREDFOLD:
        return _exactly(amount, _HUNDRED)
    if currency in _HUNDREDTH:
        return amount * _HUNDRED
    return amount


def _exactly(amount: int, divisor: int) -> int:
    whole, rest = divmod(amount, divisor)
    if rest:
        raise AmountNotExpressibleError(f"must be a multiple of {divisor}")
    return whole
