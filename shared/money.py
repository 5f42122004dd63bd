"""Whole numbers of minor units; rounded once, in one place."""

from __future__ import annotations

from typing import Annotated

from msgspec import Meta

AMOUNT_MINOR_MAX = 1_000_000_000_000
"""No single amount, price or balance in the system goes beyond this; far inside a signed 64-bit column."""

SHARE_BP_ALL = 10_000
"""All of an amount, in basis points."""

AmountMinor = Annotated[int, Meta(gt=0, le=AMOUNT_MINOR_MAX)]
PriceMinor = Annotated[int, Meta(ge=0, le=AMOUNT_MINOR_MAX, description="Minor units a started minute")]
BalanceMinor = Annotated[int, Meta(ge=-AMOUNT_MINOR_MAX, le=AMOUNT_MINOR_MAX)]

# ISO 4217, table A.1: every other active currency has two decimal places.
_EXPONENTS = {
    **dict.fromkeys(
        "BIF CLP DJF GNF ISK JPY KMF KRW PYG RWF UGX UYI VND VUV XAF XOF XPF".split(),
        0,
    ),
    **dict.fromkeys("BHD IQD JOD KWD LYD OMR TND".split(), 3),
    **dict.fromkeys("CLF UYW".split(), 4),
}


def currency_exponent(currency: str) -> int:
    """Return the decimal places between minor and major units of an ISO 4217 currency."""
    return _EXPONENTS.get(currency, 2)


def minutes_of(talk_ms: int, *, minute_ms: int, free_ms: int = 0, grace_ms: int = 0) -> int:
    """Return the minutes to be paid for this talk time: a started minute is a whole one, none is none.

    What is talked in the first `free_ms` is not counted; talk of at most `grace_ms` is none.
    """
    return 0 if talk_ms <= grace_ms else -(-max(0, talk_ms - free_ms) // minute_ms)


def share_of(amount_minor: int, *, share_bp: int) -> int:
    """Return the share, in basis points, of an amount that is not negative; rounded down."""
    return amount_minor * share_bp // SHARE_BP_ALL


def minutes_affordable(available_minor: int, *, price_minor: int) -> int | None:
    """Return how many whole minutes the money pays, or None where talking costs nothing."""
    return available_minor // price_minor if price_minor else None


def shortfall_minor(available_minor: int, *, price_minor: int) -> int:
    """Return what is missing for one more minute; 0 where nothing is."""
    return max(0, price_minor - available_minor)


def decimal_text(amount_minor: int, currency: str) -> str:
    """Return the amount in major units, e.g. ``-0.25``: with all decimals of the currency, and nothing else."""
    exponent = currency_exponent(currency)
    if not exponent:
        return str(amount_minor)
    sign = "-" if amount_minor < 0 else ""
    whole, part = divmod(abs(amount_minor), 10**exponent)
    return f"{sign}{whole}.{part:0{exponent}}"


def format_minor(amount_minor: int, currency: str) -> str:
    """Return the amount for people to read, e.g. ``-0.25 EUR``; never parsed again."""
    return f"{decimal_text(amount_minor, currency)} {currency}"
