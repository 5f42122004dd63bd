"""Money of a payment that goes back, in the ledger (B8, B11)."""

import pytest
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncEngine

from shared.ids import new_id
from shared.ledger import InsufficientFundsError, LedgerError
from tests.shared.conftest import MakeAccount
from tests.shared.test_earnings import legs_of
from tests.shared.test_ledger import assert_books_balance, ledger_of, wallet_of


async def test_all_of_it_leaves_the_wallet(engine: AsyncEngine, make_account: MakeAccount) -> None:
    """At an operator's word; and comes again where the provider could not give it back."""
    ann, payment = await make_account(balance_minor=100), new_id()
    async with ledger_of(engine, ann) as ledger:
        assert ledger.refund_payment(ann, 60, payment_id=payment, number=1) == 60
    assert await legs_of(engine, f"payment_refund:{payment}:1") == [
        ("credit", None, -60, 40),
        (None, "provider", 60, None),
    ]
    await assert_books_balance(engine)
    async with ledger_of(engine, ann) as ledger:
        ledger.return_payment_refund(ann, 60, payment_id=payment, number=1, taken_minor=60)
    assert await legs_of(engine, f"payment_refund_failed:{payment}:1") == [
        ("credit", None, 60, 100),
        (None, "provider", -60, None),
    ]
    await assert_books_balance(engine)


@pytest.mark.parametrize(
    ("held", "most", "taken"),
    [(0, 100, 70), (0, 50, 50), (20, 100, 50), (70, 100, 0), (0, 0, 0)],
)
async def test_what_is_gone_is_the_house_s_loss(
    engine: AsyncEngine, make_account: MakeAccount, held: int, most: int, taken: int
) -> None:
    """What a provider takes by itself: what is available, at most so much; what is held stays held."""
    ann, payment = await make_account(balance_minor=70), new_id()
    async with ledger_of(engine, ann) as ledger:
        ledger.hold(ann, held)
        assert ledger.refund_payment(ann, 90, payment_id=payment, number=1, take_minor_max=most) == taken
    legs = await legs_of(engine, f"payment_refund:{payment}:1")
    assert [leg for leg in legs if leg[0] is None] == [
        (None, "uncollected", taken - 90, None),
        (None, "provider", 90, None),
    ]
    assert sum(leg[2] for leg in legs) == 0
    wallet = await wallet_of(engine, ann)
    assert (wallet.balance_minor, wallet.held_minor) == (70 - taken, held)
    await assert_books_balance(engine)
    async with ledger_of(engine, ann) as ledger:
        ledger.return_payment_refund(ann, 90, payment_id=payment, number=1, taken_minor=taken)
    assert (await wallet_of(engine, ann)).balance_minor == 70
    await assert_books_balance(engine)


async def test_more_than_is_available_leaves_by_nobody_s_word(
    engine: AsyncEngine, make_account: MakeAccount
) -> None:
    ann = await make_account(balance_minor=70)
    async with ledger_of(engine, ann) as ledger:
        ledger.hold(ann, 20)
        with pytest.raises(InsufficientFundsError) as refused:
            ledger.refund_payment(ann, 51, payment_id=new_id(), number=1)
    assert refused.value.available_minor == 50
    assert (await wallet_of(engine, ann)).balance_minor == 70


@pytest.mark.parametrize("amount", [0, -1])
async def test_nothing_is_no_refund(engine: AsyncEngine, make_account: MakeAccount, amount: int) -> None:
    ann = await make_account(balance_minor=70)
    async with ledger_of(engine, ann) as ledger:
        for take_minor_max in (None, 100):
            with pytest.raises(LedgerError, match="positive"):
                ledger.refund_payment(ann, amount, payment_id=new_id(), number=1, take_minor_max=take_minor_max)
        with pytest.raises(LedgerError, match="positive"):
            ledger.return_payment_refund(ann, amount, payment_id=new_id(), number=1, taken_minor=0)
        with pytest.raises(LedgerError, match="cannot have given"):
            ledger.return_payment_refund(ann, 5, payment_id=new_id(), number=1, taken_minor=6)


async def test_once_for_ever(engine: AsyncEngine, make_account: MakeAccount) -> None:
    """A refund with its number, and its coming back."""
    ann, payment = await make_account(balance_minor=100), new_id()
    for number in (1, 2):
        async with ledger_of(engine, ann) as ledger:
            ledger.refund_payment(ann, 10, payment_id=payment, number=number)
    async with ledger_of(engine, ann) as ledger:
        ledger.return_payment_refund(ann, 10, payment_id=payment, number=2, taken_minor=10)
    with pytest.raises(IntegrityError):
        async with ledger_of(engine, ann) as ledger:
            ledger.refund_payment(ann, 10, payment_id=payment, number=1)
    with pytest.raises(IntegrityError):
        async with ledger_of(engine, ann) as ledger:
            ledger.return_payment_refund(ann, 10, payment_id=payment, number=2, taken_minor=10)
    assert (await wallet_of(engine, ann)).balance_minor == 90
    await assert_books_balance(engine)
