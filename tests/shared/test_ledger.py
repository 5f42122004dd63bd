"""The ledger on real PostgreSQL: every rule in memory, and the database behind it (B8, B9)."""

import random
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from uuid import UUID

import anyio
import pytest
from sqlalchemy import event, func, select, text
from sqlalchemy.exc import DBAPIError, IntegrityError
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from shared.database import sqlstate, transaction
from shared.ids import new_id
from shared.ledger import (
    House,
    InsufficientFundsError,
    Ledger,
    LedgerConflictError,
    LedgerError,
    OpenWallet,
    read_wallet,
)
from shared.models import LedgerEntry
from tests.harness.clock import START
from tests.shared.conftest import MakeAccount

INSUFFICIENT_PRIVILEGE, CHECK_VIOLATION, RESTRICT_VIOLATION = "42501", "23514", "23001"


@asynccontextmanager
async def ledger_of(engine: AsyncEngine, *account_ids: UUID) -> AsyncIterator[Ledger]:
    """Open a ledger in a transaction of its own, and save it."""
    async with transaction(engine) as connection:
        ledger = await Ledger.open(connection, account_ids, now=START)
        yield ledger
        await ledger.save()


async def wallet_of(engine: AsyncEngine, account_id: UUID) -> OpenWallet:
    async with transaction(engine) as connection:
        wallet = await read_wallet(connection, account_id)
    assert wallet is not None
    return wallet


async def entries_of(engine: AsyncEngine, account_id: UUID) -> list[tuple[str, int, int]]:
    """Return operation, amount and balance after it, in the order of their booking."""
    columns = LedgerEntry.operation, LedgerEntry.amount_minor, LedgerEntry.balance_after_minor
    wanted = select(*columns).where(LedgerEntry.wallet_id == account_id).order_by(LedgerEntry.seq)
    async with transaction(engine) as connection:
        rows = await connection.execute(wanted)
        return [(row.operation, row.amount_minor, row.balance_after_minor) for row in rows]


async def assert_books_balance(engine: AsyncEngine) -> None:
    """B8: each wallet is the sum of its entries, each operation sums to zero."""
    wallets = text(
        """
        SELECT w.account_id FROM wallets w LEFT JOIN ledger_entries e ON e.wallet_id = w.account_id
        GROUP BY w.account_id, w.balance_minor, w.earned_minor
        HAVING w.balance_minor <> coalesce(sum(e.amount_minor) FILTER (WHERE e.purse = 'credit'), 0)
            OR w.earned_minor <> coalesce(sum(e.amount_minor) FILTER (WHERE e.purse = 'earnings'), 0)
        """
    )
    operations = text("SELECT operation FROM ledger_entries GROUP BY operation HAVING sum(amount_minor) <> 0")
    async with transaction(engine) as connection:
        assert (await connection.execute(wallets)).all() == []
        assert (await connection.execute(operations)).all() == []


async def test_what_is_left_behind_is_booked_once(engine: AsyncEngine, make_account: MakeAccount) -> None:
    """A15, B8: out of the wallet into the house, to the last unit; nothing books nothing."""
    account, poor, payment = await make_account(), await make_account(), new_id()
    async with ledger_of(engine, account, poor) as ledger:
        ledger.top_up(account, 35, payment_id=payment)
        ledger.forfeit(account)
        ledger.forfeit(poor)
    assert await entries_of(engine, account) == [(f"top_up:{payment}", 35, 35), (f"forfeit:{account}", -35, 0)]
    assert await entries_of(engine, poor) == []
    await assert_books_balance(engine)
    async with transaction(engine) as connection:
        again = await Ledger.open(connection, [account], now=START)
        again.top_up(account, 5, payment_id=new_id())
        again.forfeit(account)
        with pytest.raises(IntegrityError):
            await again.save()
        await connection.rollback()


async def test_what_is_held_cannot_be_left_behind(engine: AsyncEngine, make_account: MakeAccount) -> None:
    """A15: it is for a minute that somebody talks in."""
    account = await make_account()
    async with ledger_of(engine, account) as ledger:
        ledger.top_up(account, 35, payment_id=new_id())
        ledger.hold(account, 10)
        with pytest.raises(LedgerError, match="10 held"):
            ledger.forfeit(account)
    assert (await wallet_of(engine, account)).balance_minor == 35


async def test_a_top_up_raises_the_balance_by_two_entries(engine: AsyncEngine, make_account: MakeAccount) -> None:
    """B2"""
    account, payment = await make_account(), new_id()
    async with ledger_of(engine, account) as ledger:
        ledger.top_up(account, 1_000, payment_id=payment)
    wallet = await wallet_of(engine, account)
    assert (wallet.balance_minor, wallet.held_minor, wallet.version) == (1_000, 0, 1)
    async with transaction(engine) as connection:
        legs = (await connection.execute(select(LedgerEntry.__table__).order_by(LedgerEntry.leg))).all()
    assert [(leg.operation, leg.wallet_id, leg.house, leg.amount_minor, leg.created_at) for leg in legs] == [
        (f"top_up:{payment}", account, None, 1_000, START),
        (f"top_up:{payment}", None, House.PROVIDER, -1_000, START),
    ]
    await assert_books_balance(engine)


async def test_a_hold_moves_no_money(engine: AsyncEngine, make_account: MakeAccount) -> None:
    account = await make_account(balance_minor=25)
    async with ledger_of(engine, account) as ledger:
        ledger.hold(account, 10)
        ledger.hold(account, 10)
    wallet = await wallet_of(engine, account)
    assert (wallet.balance_minor, wallet.held_minor, wallet.available_minor) == (25, 20, 5)
    assert len(await entries_of(engine, account)) == 1
    async with ledger_of(engine, account) as ledger:
        ledger.release(account, 20)
    assert (await wallet_of(engine, account)).available_minor == 25


async def test_a_hold_beyond_the_available_money_is_refused_with_the_facts(
    engine: AsyncEngine, make_account: MakeAccount
) -> None:
    """C5: 9 do not pay a minute of 10, 10 do."""
    account = await make_account(balance_minor=19)
    async with ledger_of(engine, account) as ledger:
        ledger.hold(account, 10)
        with pytest.raises(InsufficientFundsError) as refused:
            ledger.hold(account, 10)
        assert (refused.value.needed_minor, refused.value.available_minor) == (10, 9)
        ledger.hold(account, 9)
    assert (await wallet_of(engine, account)).held_minor == 19


async def test_a_charge_takes_what_was_released_for_it(engine: AsyncEngine, make_account: MakeAccount) -> None:
    account, call = await make_account(balance_minor=25), new_id()
    async with ledger_of(engine, account) as ledger:
        ledger.hold(account, 20)
    async with ledger_of(engine, account) as ledger:
        with pytest.raises(InsufficientFundsError):
            ledger.charge(account, 10, call_id=call)
        ledger.release(account, 20)
        ledger.charge(account, 10, call_id=call)
    wallet = await wallet_of(engine, account)
    assert (wallet.balance_minor, wallet.held_minor) == (15, 0)
    assert (await entries_of(engine, account))[1:] == [(f"charge:{call}", -10, 15)]
    await assert_books_balance(engine)


async def test_a_charge_of_nothing_leaves_no_trace(engine: AsyncEngine, make_account: MakeAccount) -> None:
    """C1"""
    account = await make_account(balance_minor=25)
    async with ledger_of(engine, account) as ledger:
        ledger.charge(account, 0, call_id=new_id())
    assert len(await entries_of(engine, account)) == 1
    assert (await wallet_of(engine, account)).version == 1


async def test_a_refund_is_an_entry_of_its_own(engine: AsyncEngine, make_account: MakeAccount) -> None:
    account, call = await make_account(balance_minor=30), new_id()
    async with ledger_of(engine, account) as ledger:
        ledger.charge(account, 30, call_id=call)
    async with ledger_of(engine, account) as ledger:
        ledger.refund(account, 10, call_id=call, number=1)
        ledger.refund(account, 10, call_id=call, number=2)
    booked = await entries_of(engine, account)
    assert booked[2:] == [(f"refund:{call}:1", 10, 10), (f"refund:{call}:2", 10, 20)]
    await assert_books_balance(engine)


async def test_balances_after_are_right_within_one_batch(engine: AsyncEngine, make_account: MakeAccount) -> None:
    first, second = await make_account(balance_minor=100), await make_account(balance_minor=50)
    calls = [new_id() for _ in range(4)]
    async with ledger_of(engine, first, second) as ledger:
        ledger.charge(first, 10, call_id=calls[0])
        ledger.charge(second, 50, call_id=calls[1])
        ledger.charge(first, 20, call_id=calls[2])
        ledger.top_up(second, 7, payment_id=calls[3])
        ledger.refund(first, 5, call_id=calls[2], number=1)
    assert [entry[1:] for entry in await entries_of(engine, first)] == [(100, 100), (-10, 90), (-20, 70), (5, 75)]
    assert [entry[1:] for entry in await entries_of(engine, second)] == [(50, 50), (-50, 0), (7, 7)]
    await assert_books_balance(engine)


@pytest.mark.parametrize("amount_minor", [0, -1])
async def test_money_comes_in_only_above_zero(
    engine: AsyncEngine, make_account: MakeAccount, amount_minor: int
) -> None:
    account = await make_account(balance_minor=5)
    async with ledger_of(engine, account) as ledger:
        with pytest.raises(LedgerError, match="must be positive"):
            ledger.top_up(account, amount_minor, payment_id=new_id())
        with pytest.raises(LedgerError, match="must be positive"):
            ledger.refund(account, amount_minor, call_id=new_id(), number=1)
    assert (await wallet_of(engine, account)).balance_minor == 5


async def test_nothing_negative_turns_a_step_around(engine: AsyncEngine, make_account: MakeAccount) -> None:
    account = await make_account(balance_minor=25)
    async with ledger_of(engine, account) as ledger:
        ledger.hold(account, 10)
        for step in (ledger.hold, ledger.release):
            with pytest.raises(LedgerError, match="must not be negative"):
                step(account, -1)
        with pytest.raises(LedgerError, match="must not be negative"):
            ledger.charge(account, -1, call_id=new_id())
    wallet = await wallet_of(engine, account)
    assert (wallet.balance_minor, wallet.held_minor) == (25, 10)


async def test_no_more_is_released_than_is_held(engine: AsyncEngine, make_account: MakeAccount) -> None:
    account = await make_account(balance_minor=25)
    async with ledger_of(engine, account) as ledger:
        ledger.hold(account, 10)
        with pytest.raises(LedgerError, match="cannot release 11: 10 held"):
            ledger.release(account, 11)


async def test_an_account_is_in_one_call_at_a_time(engine: AsyncEngine, make_account: MakeAccount) -> None:
    account, call, other = await make_account(), new_id(), new_id()
    async with ledger_of(engine, account) as ledger:
        ledger.claim(account, call)
    async with ledger_of(engine, account) as ledger:
        ledger.claim(account, call)
        with pytest.raises(LedgerError, match=str(call)):
            ledger.claim(account, other)
        ledger.unclaim(account, other)
    assert (await wallet_of(engine, account)).in_call_id == call
    async with ledger_of(engine, account) as ledger:
        ledger.unclaim(account, call)
        ledger.unclaim(new_id(), call)
        ledger.claim(account, other)
    assert (await wallet_of(engine, account)).in_call_id == other


async def test_blocked_is_who_cannot_pay_a_minute(engine: AsyncEngine, make_account: MakeAccount) -> None:
    """C6, C7: held money pays no further minute; block and unblock are news only once."""
    account = await make_account(balance_minor=15)
    async with ledger_of(engine, account) as ledger:
        assert not ledger.block(account)
        assert not ledger.unblock(account)
        ledger.hold(account, 10)
        assert ledger.wallets[account].shortfall_minor == 5
        assert ledger.block(account)
        assert not ledger.block(account)
        assert not ledger.unblock(account)
    assert (await wallet_of(engine, account)).blocked_at == START
    async with ledger_of(engine, account) as ledger:
        ledger.top_up(account, 5, payment_id=new_id())
        assert ledger.unblock(account)
        assert not ledger.unblock(account)
    assert (await wallet_of(engine, account)).blocked_at is None


async def test_who_pays_nothing_is_never_blocked(engine: AsyncEngine, make_account: MakeAccount) -> None:
    account = await make_account(price_minor=0)
    async with ledger_of(engine, account) as ledger:
        ledger.hold(account, 0)
        assert not ledger.block(account)


async def test_the_state_told_is_the_state_saved(engine: AsyncEngine, make_account: MakeAccount) -> None:
    """B6: a message made before the save has the version that the row has after it."""
    account = await make_account(balance_minor=35)
    async with ledger_of(engine, account) as ledger:
        ledger.hold(account, 10)
        told = ledger.wallets[account].state("EUR")
    assert told == (await wallet_of(engine, account)).state("EUR")
    assert (told.version, told.available_minor, told.minutes_affordable, told.blocked) == (2, 25, 2, False)


async def test_accounts_without_a_wallet_are_left_out(engine: AsyncEngine, make_account: MakeAccount) -> None:
    account = await make_account()
    async with ledger_of(engine, account, new_id(), account) as ledger:
        assert list(ledger.wallets) == [account]
    async with ledger_of(engine) as ledger:
        assert ledger.wallets == {}
    async with transaction(engine) as connection:
        assert await read_wallet(connection, new_id()) is None


async def test_a_save_is_one_update_and_one_insert(engine: AsyncEngine, make_account: MakeAccount) -> None:
    accounts = [await make_account(balance_minor=100) for _ in range(5)]
    statements: list[str] = []

    @event.listens_for(engine.sync_engine, "before_cursor_execute")
    def note(_c: object, _k: object, statement: str, _p: object, _x: object, _m: object) -> None:
        statements.append(statement.split()[0])

    async with ledger_of(engine, *accounts) as ledger:
        for account in accounts[:4]:
            ledger.charge(account, 10, call_id=new_id())
            ledger.hold(account, 5)
    assert statements == ["SELECT", "UPDATE", "INSERT"]
    assert [(await wallet_of(engine, account)).version for account in accounts] == [2, 2, 2, 2, 1]


async def test_unchanged_wallets_are_not_written(engine: AsyncEngine, make_account: MakeAccount) -> None:
    account = await make_account(balance_minor=5)
    async with ledger_of(engine, account) as ledger:
        assert ledger.wallets[account].balance_minor == 5
    assert (await wallet_of(engine, account)).version == 1


async def test_a_wallet_written_without_its_lock_is_noticed(engine: AsyncEngine, make_account: MakeAccount) -> None:
    account = await make_account(balance_minor=5)
    with pytest.raises(LedgerConflictError, match="1 wallets"):  # noqa: PT012 - the save that ends the block raises
        async with ledger_of(engine, account) as ledger:
            changed = text("UPDATE wallets SET version = version + 1 WHERE account_id = :id")
            await ledger.connection.execute(changed, {"id": account})
            ledger.top_up(account, 5, payment_id=new_id())
    assert (await wallet_of(engine, account)).balance_minor == 5


async def test_an_operation_is_booked_once_for_ever(engine: AsyncEngine, make_account: MakeAccount) -> None:
    """B4, C9: the second one fails as a whole."""
    account, payment, call = await make_account(balance_minor=100), new_id(), new_id()
    async with ledger_of(engine, account) as ledger:
        ledger.top_up(account, 10, payment_id=payment)
        ledger.charge(account, 20, call_id=call)
        ledger.refund(account, 5, call_id=call, number=1)
    steps: list[Callable[[Ledger], object]] = [
        lambda ledger: ledger.top_up(account, 10, payment_id=payment),
        lambda ledger: ledger.charge(account, 20, call_id=call),
        lambda ledger: ledger.refund(account, 5, call_id=call, number=1),
    ]
    for again in steps:
        with pytest.raises(IntegrityError, match="pk_ledger_entries"):
            async with ledger_of(engine, account) as ledger:
                again(ledger)
    assert (await wallet_of(engine, account)).balance_minor == 95
    await assert_books_balance(engine)


async def test_one_payment_cannot_top_up_two_wallets(engine: AsyncEngine, make_account: MakeAccount) -> None:
    first, second, payment = await make_account(), await make_account(), new_id()
    with pytest.raises(IntegrityError, match="pk_ledger_entries"):  # noqa: PT012 - the save that ends the block raises
        async with ledger_of(engine, first, second) as ledger:
            ledger.top_up(first, 10, payment_id=payment)
            ledger.top_up(second, 10, payment_id=payment)
    assert (await wallet_of(engine, first)).balance_minor == 0


async def refusal(connection: AsyncConnection, statement: str, **values: object) -> str | None:
    """Return the state with which PostgreSQL refuses a statement; the transaction goes on."""
    with pytest.raises(DBAPIError) as refused:
        async with connection.begin_nested():
            await connection.execute(text(statement), values)
    return sqlstate(refused.value)


@pytest.mark.parametrize(
    "change",
    ["balance_minor = -1", "held_minor = -1", "held_minor = balance_minor + 1", "balance_minor = held_minor - 1"],
)
async def test_the_database_refuses_a_wallet_that_cannot_be(
    engine: AsyncEngine, owner_engine: AsyncEngine, make_account: MakeAccount, change: str
) -> None:
    """B9: whoever asks."""
    account = await make_account(balance_minor=25)
    async with ledger_of(engine, account) as ledger:
        ledger.hold(account, 10)
    for role in (engine, owner_engine):
        async with transaction(role) as connection:
            statement = f"UPDATE wallets SET {change} WHERE account_id = :id"
            assert await refusal(connection, statement, id=account) == CHECK_VIOLATION


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE ledger_entries SET amount_minor = 1",
        "UPDATE ledger_entries SET created_at = now()",
        "DELETE FROM ledger_entries",
        "TRUNCATE ledger_entries",
        "TRUNCATE accounts CASCADE",
        "INSERT INTO ledger_entries (operation, leg, house, amount_minor, occurred_at)"
        " VALUES ('x', 0, 'revenue', 5, now()) ON CONFLICT (operation, leg) DO UPDATE SET amount_minor = 6",
    ],
)
async def test_nobody_changes_what_is_booked(
    engine: AsyncEngine, owner_engine: AsyncEngine, make_account: MakeAccount, statement: str
) -> None:
    """B9: the programs have no right to, and the owner meets a trigger."""
    await make_account(balance_minor=25)
    async with transaction(owner_engine) as connection:
        booked = (
            "INSERT INTO ledger_entries (operation, leg, house, amount_minor, occurred_at)"
            " VALUES ('x', 0, 'revenue', 5, now())"
        )
        await connection.execute(text(booked))
    async with transaction(engine) as connection:
        assert await refusal(connection, statement) == INSUFFICIENT_PRIVILEGE
    async with transaction(owner_engine) as connection:
        assert await refusal(connection, statement) == RESTRICT_VIOLATION
        assert (await connection.execute(select(func.sum(LedgerEntry.amount_minor)))).scalar_one() == 5


@pytest.mark.parametrize(
    "values",
    ["NULL, NULL, 'revenue', 0, NULL, NULL, NULL", "NULL, NULL, NULL, 5, NULL, NULL, NULL",
     "NULL, NULL, 'revenue', 5, 5, NULL, NULL", ":id, 'credit', 'revenue', 5, 5, 1, 'h'",
     ":id, 'credit', NULL, 5, NULL, 1, 'h'", ":id, NULL, NULL, 5, 5, 1, 'h'",
     ":id, 'credit', NULL, 5, 5, NULL, 'h'",
     ":id, 'credit', NULL, 5, 5, 1, NULL", ":id, 'pocket', NULL, 5, 5, 1, 'h'",
     "NULL, 'earnings', 'revenue', 5, NULL, NULL, NULL"],
)  # fmt: skip
async def test_the_database_refuses_an_entry_that_cannot_be(
    engine: AsyncEngine, make_account: MakeAccount, values: str
) -> None:
    account = await make_account()
    statement = (
        "INSERT INTO ledger_entries (operation, leg, occurred_at, wallet_id, purse, house, amount_minor,"
        f" balance_after_minor, seq, hash) VALUES ('x', 0, now(), {values})"
    )
    bound = {"id": account} if ":id" in values else {}
    async with transaction(engine) as connection:
        assert await refusal(connection, statement, **bound) == CHECK_VIOLATION


async def test_many_at_once_on_the_same_wallets_lose_nothing_and_never_deadlock(
    engine: AsyncEngine, make_account: MakeAccount
) -> None:
    """B8: each transaction names the wallets in an order of its own."""
    accounts = [await make_account(balance_minor=1_000) for _ in range(4)]
    shuffled = random.Random(7)

    async def work() -> None:
        for _ in range(5):
            chosen = shuffled.sample(accounts, 3)
            async with ledger_of(engine, *chosen) as ledger:
                ledger.top_up(chosen[0], 7, payment_id=new_id())
                ledger.hold(chosen[1], 3)
                ledger.charge(chosen[2], 2, call_id=new_id())

    async with anyio.create_task_group() as tasks:
        for _ in range(20):
            tasks.start_soon(work)
    wallets = [await wallet_of(engine, account) for account in accounts]
    assert sum(wallet.balance_minor for wallet in wallets) == 4_000 + 100 * 7 - 100 * 2
    assert sum(wallet.held_minor for wallet in wallets) == 100 * 3
    assert sum(wallet.version for wallet in wallets) == 4 + 3 * 100
    await assert_books_balance(engine)


async def test_thirty_holds_at_once_with_money_for_one(engine: AsyncEngine, make_account: MakeAccount) -> None:
    """C8, the ledger's part of it."""
    account = await make_account(balance_minor=10)
    outcomes: list[bool] = []

    async def try_to_hold() -> None:
        try:
            async with ledger_of(engine, account) as ledger:
                ledger.hold(account, 10)
        except InsufficientFundsError:
            outcomes.append(False)
        else:
            outcomes.append(True)

    async with anyio.create_task_group() as tasks:
        for _ in range(30):
            tasks.start_soon(try_to_hold)
    assert sorted(outcomes) == [False] * 29 + [True]
    assert (await wallet_of(engine, account)).held_minor == 10
