"""Stripe's amounts against ISO 4217's minor units."""

import pytest
from hypothesis import given
from hypothesis import strategies as some

from api.payments.stripe.amounts import AmountNotExpressibleError, from_stripe, is_taken, to_stripe
from shared.money import AMOUNT_MINOR_MAX

TABLE = [
    # currency, ISO minor units, Stripe's amount; what people would say
    ("EUR", 1_050, 1_050),  # 10.50
    ("USD", 1, 1),
    ("JPY", 500, 500),  # no decimals anywhere
    ("KRW", 500, 500),
    ("VND", 500, 500),
    ("XPF", 7, 7),
    ("ISK", 5, 500),  # none in ISO, two zeros at Stripe
    ("UGX", 5, 500),
    ("HUF", 1_045, 1_045),  # only payouts are whole
    ("TWD", 80_045, 80_045),
    ("MGA", 500, 5),  # two in ISO, none at Stripe
    ("KWD", 5_120, 5_120),  # three, the last one zero
    ("BHD", 10, 10),
    ("TND", 0, 0),
]


@pytest.mark.parametrize(("currency", "minor", "units"), TABLE)
def test_amounts_of_both_worlds(currency: str, minor: int, units: int) -> None:
    assert to_stripe(minor, currency) == units
    assert from_stripe(units, currency) == minor
    assert is_taken(currency)


@pytest.mark.parametrize(("currency", "minor"), [("KWD", 5_124), ("JOD", 1), ("OMR", 15), ("MGA", 150), ("MGA", 1)])
def test_what_cannot_be_said_is_not_rounded(currency: str, minor: int) -> None:
    with pytest.raises(AmountNotExpressibleError):
        to_stripe(minor, currency)


@pytest.mark.parametrize(("currency", "units"), [("ISK", 550), ("UGX", 1)])
def test_what_is_none_of_our_amounts_is_not_rounded(currency: str, units: int) -> None:
    with pytest.raises(AmountNotExpressibleError):
        from_stripe(units, currency)


@pytest.mark.parametrize("currency", ["IQD", "LYD", "CLF", "UYI", "UYW"])
def test_currencies_that_stripe_does_not_count(currency: str) -> None:
    assert not is_taken(currency)


@given(some.integers(1, AMOUNT_MINOR_MAX), some.sampled_from([currency for currency, _, _ in TABLE]))
def test_there_and_back(minor: int, currency: str) -> None:
    """What can be said comes back as it was."""
    try:
        units = to_stripe(minor, currency)
    except AmountNotExpressibleError:
        return
    assert from_stripe(units, currency) == minor
