"""What callees earn: another purse of the wallet, filled by charges and emptied by payouts and refunds (B8)."""

import pytest
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncEngine

from shared.database import transaction
from shared.ids import new_id
from shared.ledger import InsufficientFundsError, LedgerError
from shared.models import LedgerEntry
from tests.shared.conftest import MakeAccount
from tests.shared.test_ledger import assert_books_balance, ledger_of, wallet_of


async def legs_of(engine: AsyncEngine, operation: str) -> list[tuple[str | None, str | None, int, int | None]]:
    """Return purse, house, amount and balance after it of each leg."""
    columns = LedgerEntry.purse, LedgerEntry.house, LedgerEntry.amount_minor, LedgerEntry.balance_after_minor
    wanted = select(*columns).where(LedgerEntry.operation == operation).order_by(LedgerEntry.leg)
    async with transaction(engine) as connection:
        rows = await connection.execute(wanted)
        return [(row.purse, row.house, row.amount_minor, row.balance_after_minor) for row in rows]


async def test_a_charge_is_shared_between_callee_and_house(engine: AsyncEngine, make_account: MakeAccount) -> None:
    """One operation of three legs; what was earned is no credit."""
    caller, callee, call = await make_account(balance_minor=100), await make_account(balance_minor=5), new_id()
    async with ledger_of(engine, caller, callee) as ledger:
        ledger.charge(caller, 30, call_id=call, earner_id=callee, earned_minor=21)
    assert await legs_of(engine, f"charge:{call}") == [
        ("credit", None, -30, 70),
        ("earnings", None, 21, 21),
        (None, "revenue", 9, None),
    ]
    earner = await wallet_of(engine, callee)
    assert (earner.balance_minor, earner.available_minor, earner.earned_minor) == (5, 5, 21)
    await assert_books_balance(engine)


@pytest.mark.parametrize(("earned_minor", "legs"), [(0, 2), (30, 2), (1, 3)])
async def test_a_leg_of_nothing_is_no_leg(
    engine: AsyncEngine, make_account: MakeAccount, earned_minor: int, legs: int
) -> None:
    caller, callee, call = await make_account(balance_minor=100), await make_account(), new_id()
    async with ledger_of(engine, caller, callee) as ledger:
        ledger.charge(caller, 30, call_id=call, earner_id=callee, earned_minor=earned_minor)
    assert len(await legs_of(engine, f"charge:{call}")) == legs
    await assert_books_balance(engine)


@pytest.mark.parametrize("earned_minor", [-1, 31])
async def test_nobody_earns_more_than_is_charged(
    engine: AsyncEngine, make_account: MakeAccount, earned_minor: int
) -> None:
    caller, callee = await make_account(balance_minor=100), await make_account()
    async with ledger_of(engine, caller, callee) as ledger:
        with pytest.raises(LedgerError, match="nobody can earn"):
            ledger.charge(caller, 30, call_id=new_id(), earner_id=callee, earned_minor=earned_minor)
    assert (await wallet_of(engine, caller)).balance_minor == 100


async def test_a_refund_takes_back_no_more_than_is_still_there(
    engine: AsyncEngine, make_account: MakeAccount
) -> None:
    """What was paid out already, the house bears."""
    caller, callee, call = await make_account(balance_minor=100), await make_account(), new_id()
    async with ledger_of(engine, caller, callee) as ledger:
        ledger.charge(caller, 30, call_id=call, earner_id=callee, earned_minor=21)
        ledger.pay_out(callee, 15, payout_id=new_id())
        assert ledger.refund(caller, 10, call_id=call, number=1, earner_id=callee, take_back_minor=7) == 6
        assert ledger.refund(caller, 10, call_id=call, number=2, earner_id=callee, take_back_minor=7) == 0
    assert await legs_of(engine, f"refund:{call}:1") == [
        ("credit", None, 10, 80),
        ("earnings", None, -6, 0),
        (None, "refunds", -4, None),
    ]
    assert (await wallet_of(engine, callee)).earned_minor == 0
    await assert_books_balance(engine)


async def test_no_more_is_paid_out_than_was_earned(engine: AsyncEngine, make_account: MakeAccount) -> None:
    """Credit cannot be paid out: else a stolen card would buy cash."""
    callee, payout = await make_account(balance_minor=1_000), new_id()
    async with ledger_of(engine, callee) as ledger:
        with pytest.raises(InsufficientFundsError) as refused:
            ledger.pay_out(callee, 1, payout_id=payout)
    assert (refused.value.needed_minor, refused.value.available_minor) == (1, 0)
    assert await legs_of(engine, f"payout:{payout}") == []


@pytest.mark.parametrize("share_bp", [-1, 10_001])
async def test_a_share_is_at_most_all(engine: AsyncEngine, make_account: MakeAccount, share_bp: int) -> None:
    callee = await make_account()
    async with ledger_of(engine, callee) as ledger:
        with pytest.raises(LedgerError, match="basis points"):
            ledger.set_asking_price(callee, 10, earning_share_bp=share_bp)
