"""Whole minutes and whole minor units, at every edge."""

from pathlib import Path

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.money import (
    AMOUNT_MINOR_MAX,
    currency_exponent,
    format_minor,
    minutes_affordable,
    minutes_of,
    shortfall_minor,
)

MINUTE_MS = 60_000
PRICE_MINOR = 10
CASES = msgspec.json.decode(Path(__file__).with_name("minutes.json").read_bytes())
"""What the browser client's own rule is held to, too: web/client/test/calls/terms.test.ts."""

# ISO 4217, table A.1: the active currencies whose minor unit is not a hundredth.
NO_MINOR_UNIT = "BIF CLP DJF GNF ISK JPY KMF KRW PYG RWF UGX UYI VND VUV XAF XOF XPF".split()
THOUSANDTHS = "BHD IQD JOD KWD LYD OMR TND".split()
TEN_THOUSANDTHS = "CLF UYW".split()


@pytest.mark.parametrize(
    ("talk_ms", "charge_minor"),
    [
        (0, 0),
        (1, 10),
        (59_999, 10),
        (60_000, 10),
        (60_001, 20),
        (120_000, 20),
        (120_001, 30),
        (3_599_000, 600),
        (3_600_000, 600),
        (3_601_000, 610),
        (3_661_000, 620),
        (86_400_000, 14_400),
    ],
)
def test_a_started_minute_is_a_whole_one(talk_ms: int, charge_minor: int) -> None:
    """C2, C3"""
    assert minutes_of(talk_ms, minute_ms=MINUTE_MS) * PRICE_MINOR == charge_minor


@pytest.mark.parametrize("case", CASES, ids=str)
def test_free_talk_is_not_counted_and_a_call_up_to_the_grace_costs_nothing(case: dict[str, int]) -> None:
    terms = {**case}
    minutes = terms.pop("minutes")
    assert minutes_of(**terms) == minutes


@given(talk_ms=st.integers(0, 2**53), minute_ms=st.integers(1, 10_000_000))
def test_the_minutes_are_the_fewest_that_cover_the_talk(talk_ms: int, minute_ms: int) -> None:
    minutes = minutes_of(talk_ms, minute_ms=minute_ms)
    assert minutes * minute_ms >= talk_ms
    assert minutes == 0 or (minutes - 1) * minute_ms < talk_ms


@given(talk_ms=st.integers(0, 2**53), longer_by_ms=st.integers(0, 2**53))
def test_talking_longer_never_costs_less(talk_ms: int, longer_by_ms: int) -> None:
    shorter = minutes_of(talk_ms, minute_ms=MINUTE_MS)
    assert shorter <= minutes_of(talk_ms + longer_by_ms, minute_ms=MINUTE_MS)


@given(available_minor=st.integers(0, AMOUNT_MINOR_MAX), price_minor=st.integers(1, AMOUNT_MINOR_MAX))
def test_affordable_minutes_are_those_the_money_pays(available_minor: int, price_minor: int) -> None:
    minutes = minutes_affordable(available_minor, price_minor=price_minor)
    assert minutes is not None
    assert minutes * price_minor <= available_minor < (minutes + 1) * price_minor


def test_talk_that_costs_nothing_has_no_number_of_minutes() -> None:
    assert minutes_affordable(0, price_minor=0) is None


@given(available_minor=st.integers(0, AMOUNT_MINOR_MAX), price_minor=st.integers(0, AMOUNT_MINOR_MAX))
def test_the_shortfall_is_exactly_what_makes_the_next_minute_affordable(
    available_minor: int, price_minor: int
) -> None:
    missing = shortfall_minor(available_minor, price_minor=price_minor)
    assert missing >= 0
    assert available_minor + missing >= price_minor
    assert missing == 0 or available_minor + missing == price_minor


@pytest.mark.parametrize(
    ("currencies", "exponent"),
    [
        (NO_MINOR_UNIT, 0),
        (["EUR", "USD", "GBP", "CHF", "HUF", "TWD", "MGA", "MRU"], 2),
        (THOUSANDTHS, 3),
        (TEN_THOUSANDTHS, 4),
    ],
)
def test_exponents_are_those_of_iso_4217(currencies: list[str], exponent: int) -> None:
    assert {currency_exponent(currency) for currency in currencies} == {exponent}


@pytest.mark.parametrize(
    ("amount_minor", "currency", "shown"),
    [
        (0, "EUR", "0.00 EUR"),
        (5, "EUR", "0.05 EUR"),
        (-25, "EUR", "-0.25 EUR"),
        (-100, "EUR", "-1.00 EUR"),
        (123_456, "EUR", "1234.56 EUR"),
        (-7, "JPY", "-7 JPY"),
        (1_005, "KWD", "1.005 KWD"),
        (10_001, "CLF", "1.0001 CLF"),
    ],
)
def test_amounts_are_shown_with_the_places_of_their_currency(amount_minor: int, currency: str, shown: str) -> None:
    assert format_minor(amount_minor, currency) == shown


@given(amount_minor=st.integers(-AMOUNT_MINOR_MAX, AMOUNT_MINOR_MAX))
def test_what_is_shown_is_the_amount(amount_minor: int) -> None:
    shown = format_minor(amount_minor, "EUR").removesuffix(" EUR")
    assert int(shown.replace(".", "")) == amount_minor
    assert shown[-3] == "."
