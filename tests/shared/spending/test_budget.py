"""How many minutes can be paid, and what for not more."""

from datetime import UTC, datetime
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.ledger import OpenWallet
from shared.messages.base import RefusalReason
from shared.spending.budget import Bound, Budget, budget, obstacle, price_of

LONG_AGO = datetime(2020, 1, 1, tzinfo=UTC)


def wallet(
    balance: int = 100,
    held: int = 0,
    *,
    price: int = 10,
    call_max: int | None = None,
    day_max: int | None = None,
    asking: int | None = None,
    blocked: bool = False,
    by_operator: bool = False,
) -> OpenWallet:
    return OpenWallet(
        UUID(int=1),
        balance,
        held,
        price,
        LONG_AGO if blocked else None,
        None,
        1,
        operator_blocked_at=LONG_AGO if by_operator else None,
        asking_price_minor=asking,
        spend_call_minor_max=call_max,
        spend_day_minor_max=day_max,
    )


@pytest.mark.parametrize(("asking", "price"), [(None, 10), (0, 0), (3, 3), (10, 10), (99, 99)])
def test_the_callee_may_ask_a_price(asking: int | None, price: int) -> None:
    assert price_of(wallet(price=10), wallet(price=77, asking=asking)) == price
    assert price_of(wallet(price=10, asking=5), None) == 10, "what one asks oneself is for others"


@pytest.mark.parametrize(
    ("payer", "expected"),
    [
        (wallet(100), Budget(10, Bound.FUNDS, 100)),
        (wallet(109, 9), Budget(10, Bound.FUNDS, 100)),
        (wallet(9), Budget(0, Bound.FUNDS, 9)),
        (wallet(100, call_max=29), Budget(2, Bound.CALL, 29)),
        (wallet(100, day_max=45), Budget(2, Bound.DAY, 25)),
        (wallet(100, day_max=19), Budget(0, Bound.DAY, -1)),
        (wallet(100, 50, day_max=95), Budget(2, Bound.DAY, 25)),
        (wallet(25, call_max=20, day_max=40), Budget(2, Bound.CALL, 20)),
        (wallet(29, day_max=40), Budget(2, Bound.DAY, 20)),
        (wallet(19, call_max=20, day_max=40), Budget(1, Bound.FUNDS, 19)),
    ],
)
def test_the_narrowest_bound_counts_and_a_limit_before_money(payer: OpenWallet, expected: Budget) -> None:
    """B6: after 20 spent today; where all leave as much, more money would not help."""
    assert budget(payer, price_minor=10, spent_today_minor=20) == expected


def test_nothing_bounds_what_costs_nothing() -> None:
    assert budget(wallet(0, call_max=1, day_max=1), price_minor=0, spent_today_minor=9) == Budget(None, None, None)


amounts = st.integers(0, 60)
limits = st.none() | st.integers(1, 60)


@given(amounts, st.integers(1, 20), limits, limits, amounts)
def test_holding_minute_by_minute_comes_to_the_same(
    balance: int, price: int, call_max: int | None, day_max: int | None, spent: int
) -> None:
    """Each minute held leaves one less, and the bound that was named is the one that is met."""
    payer = wallet(balance, call_max=call_max, day_max=day_max)
    first = budget(payer, price_minor=price, spent_today_minor=spent)
    held = 0
    while not (left := budget(payer, price_minor=price, held_minor=held, spent_today_minor=spent)).is_spent:
        payer.held_minor += price
        held += price
    assert (held // price, left.bound) == (first.minutes, first.bound)
    assert payer.held_minor <= payer.balance_minor
    assert call_max is None or held <= call_max
    assert day_max is None or spent + held <= max(day_max, spent)


@pytest.mark.parametrize(
    ("payer", "price", "expected"),
    [
        (wallet(10), 10, None),
        (wallet(9), 10, (RefusalReason.INSUFFICIENT_FUNDS, 10, 1, None, None)),
        (wallet(9), 9, None),
        (wallet(9), 0, None),
        (wallet(100), 101, (RefusalReason.INSUFFICIENT_FUNDS, 101, 1, None, None)),
        (wallet(9, blocked=True), 5, (RefusalReason.BLOCKED, 10, 1, None, None)),
        (wallet(9, blocked=True), 0, (RefusalReason.BLOCKED, 10, 1, None, None)),
        (wallet(9, blocked=True), 50, (RefusalReason.BLOCKED, 50, 41, None, None)),
        (wallet(10, blocked=True), 10, None),
        (wallet(10, blocked=True), 11, (RefusalReason.INSUFFICIENT_FUNDS, 11, 1, None, None)),
        (wallet(100, by_operator=True, blocked=True), 10, (RefusalReason.BLOCKED, None, None, None, None)),
        (wallet(100, call_max=9), 10, (RefusalReason.SPEND_LIMIT, 10, None, "call", 9)),
        (wallet(5, call_max=9), 10, (RefusalReason.SPEND_LIMIT, 10, None, "call", 9)),
        (wallet(100, day_max=16), 10, (RefusalReason.SPEND_LIMIT, 10, None, "day", 9)),
        (wallet(100, day_max=3), 10, (RefusalReason.SPEND_LIMIT, 10, None, "day", 0)),
    ],
)
def test_what_stands_in_the_way_of_a_call(
    payer: OpenWallet, price: int, expected: tuple[object, ...] | None
) -> None:
    """C5, with 7 spent today: the block is about the own price, money about the call's."""
    assert obstacle(payer, price_minor=price, spent_today_minor=7) == expected
