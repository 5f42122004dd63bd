"""What operators do to wallets: adjust, price, block (A17, B7, B9)."""

import pytest
from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncEngine

from shared.database import transaction
from shared.ids import new_id
from shared.ledger import House, InsufficientFundsError, LedgerError
from shared.models import LedgerEntry
from tests.harness.clock import START
from tests.shared.conftest import MakeAccount
from tests.shared.test_ledger import assert_books_balance, entries_of, ledger_of, wallet_of


async def test_an_adjustment_is_booked_both_ways_against_the_house(
    engine: AsyncEngine, make_account: MakeAccount
) -> None:
    """A17, B8"""
    account, given, taken = await make_account(balance_minor=10), new_id(), new_id()
    async with ledger_of(engine, account) as ledger:
        ledger.adjust(account, 25, adjustment_id=given)
        ledger.adjust(account, -35, adjustment_id=taken)
    booked = await entries_of(engine, account)
    assert booked[1:] == [(f"adjustment:{given}", 25, 35), (f"adjustment:{taken}", -35, 0)]
    async with transaction(engine) as connection:
        house = select(LedgerEntry.amount_minor).where(LedgerEntry.house == House.ADJUSTMENTS)
        assert (await connection.scalars(house.order_by(LedgerEntry.amount_minor))).all() == [-25, 35]
    await assert_books_balance(engine)


async def test_no_adjustment_takes_what_is_held_or_not_there(
    engine: AsyncEngine, make_account: MakeAccount
) -> None:
    """B9: with the facts."""
    account = await make_account(balance_minor=25)
    async with ledger_of(engine, account) as ledger:
        ledger.hold(account, 10)
        with pytest.raises(InsufficientFundsError) as refused:
            ledger.adjust(account, -16, adjustment_id=new_id())
        assert (refused.value.needed_minor, refused.value.available_minor) == (16, 15)
        ledger.adjust(account, -15, adjustment_id=new_id())
    assert (await wallet_of(engine, account)).balance_minor == 10


async def test_an_adjustment_is_booked_once_for_ever(engine: AsyncEngine, make_account: MakeAccount) -> None:
    """B4: to this wallet and to any other."""
    first, second, adjustment = await make_account(), await make_account(), new_id()
    async with ledger_of(engine, first) as ledger:
        ledger.adjust(first, 25, adjustment_id=adjustment)
    for account in (first, second):
        with pytest.raises(IntegrityError):
            async with ledger_of(engine, account) as ledger:
                ledger.adjust(account, 25, adjustment_id=adjustment)
    assert (await wallet_of(engine, second)).balance_minor == 0


async def test_a_price_is_saved_and_never_negative(engine: AsyncEngine, make_account: MakeAccount) -> None:
    """B7"""
    account, other = await make_account(balance_minor=25), await make_account()
    async with ledger_of(engine, account, other) as ledger:
        ledger.set_price(account, 7)
        with pytest.raises(LedgerError, match="must not be negative"):
            ledger.set_price(other, -1)
    wallet = await wallet_of(engine, account)
    assert (wallet.price_minor, wallet.version) == (7, 2)
    assert (await wallet_of(engine, other)).price_minor == 10


async def test_an_operators_block_is_its_own(engine: AsyncEngine, make_account: MakeAccount) -> None:
    """A17: neither having money nor getting some ends it, and ending it does not end money's."""
    account = await make_account(balance_minor=5)
    async with ledger_of(engine, account) as ledger:
        assert ledger.block_by_operator(account)
        assert not ledger.block_by_operator(account)
        assert ledger.block(account)
        assert ledger.wallets[account].state("EUR").blocked_by_operator
    async with ledger_of(engine, account) as ledger:
        ledger.top_up(account, 100, payment_id=new_id())
        assert ledger.unblock(account)
    wallet = await wallet_of(engine, account)
    assert (wallet.blocked_at, wallet.operator_blocked_at, wallet.is_blocked) == (None, START, True)
    async with ledger_of(engine, account) as ledger:
        assert ledger.unblock_by_operator(account)
        assert not ledger.unblock_by_operator(account)
    assert not (await wallet_of(engine, account)).is_blocked
