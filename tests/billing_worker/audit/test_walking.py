"""Of every wallet the first entry that was altered, taken away or put there is named, whichever it is."""

import tracemalloc
from collections.abc import Sequence
from typing import Any

import pytest
from sqlalchemy import Row, text
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from billing_worker.audit.differences import Difference, Differences
from billing_worker.audit.snapshot import ROWS_AT_ONCE, Snapshot
from billing_worker.audit.walking import Walk
from tests.billing_worker.audit.damage import do
from tests.billing_worker.audit.firm import Names

CHANGES = {
    "amount": "amount_minor = amount_minor + 1",
    "balance": "balance_after_minor = balance_after_minor + 1",
    "value date": "occurred_at = occurred_at + interval '1 microsecond'",
    "booking date": "created_at = created_at - interval '1 day'",
    "reason": "reason = coalesce(reason, '') || ' '",
    "actor": "actor_id = CASE WHEN actor_id IS NULL THEN '{ann}'::uuid END",
    "hash": "hash = sha256(hash)",
    "name": "operation = operation || '1'",
}
ENTRIES = "SELECT operation, leg, wallet_id, seq FROM ledger_entries WHERE wallet_id IS NOT NULL ORDER BY operation"


async def walked(connection: AsyncConnection) -> list[Difference]:
    """Return what a walk along all wallets finds."""
    found = Differences()
    await Walk(Snapshot(connection), found, []).go()
    return found.kept


async def entries(connection: AsyncConnection) -> Sequence[Row[Any]]:
    """Return all entries of wallets."""
    return (await connection.execute(text(ENTRIES))).all()


@pytest.mark.parametrize("change", CHANGES.values(), ids=CHANGES)
async def test_each_entry_that_is_altered_is_named(owner: AsyncEngine, names: Names, change: str) -> None:
    """C14: whatever of it is altered, and however many entries follow."""
    async with owner.connect() as connection:
        booked = await entries(connection)
        await connection.rollback()
        for entry in booked:
            which = f"operation = '{entry.operation}' AND leg = {entry.leg}"
            await do(connection, names, [f"UPDATE ledger_entries SET {change} WHERE {which}"])
            # An operation of two wallets is in both chains.
            first = next(each for each in await walked(connection) if each.account == entry.wallet_id)
            await connection.rollback()
            assert (first.check, first.seq) == ("entry.altered", entry.seq), first
            assert first.operation is not None
            assert first.operation.startswith(entry.operation)
    assert len(booked) > 15


async def test_each_entry_that_is_taken_away_is_missed(owner: AsyncEngine, names: Names) -> None:
    """C14: by its number, in the middle and at the end."""
    async with owner.connect() as connection:
        booked = await entries(connection)
        await connection.rollback()
        for entry in booked:
            which = f"operation = '{entry.operation}' AND leg = {entry.leg}"
            await do(connection, names, [f"DELETE FROM ledger_entries WHERE {which}"])
            missed = [each for each in await walked(connection) if each.check == "entry.missing"]
            await connection.rollback()
            assert [each.account for each in missed] == [entry.wallet_id], entry
            assert f"number {entry.seq} is missing" in missed[0].message


async def test_the_first_of_several_is_the_first(owner: AsyncEngine, names: Names) -> None:
    """C14: in one wallet, in the order of its entries."""
    async with owner.connect() as connection:
        await do(
            connection,
            names,
            [
                "UPDATE ledger_entries SET reason = 'x' WHERE wallet_id = '{ann}' AND seq IN (4, 7)",
                "DELETE FROM ledger_entries WHERE wallet_id = '{ann}' AND seq = 5",
            ],
        )
        found = await walked(connection)
        await connection.rollback()
    assert [(each.check, each.seq) for each in found if each.check.startswith("entry")] == [
        ("entry.altered", 4),
        ("entry.missing", 6),
        ("entry.altered", 7),
    ]


GENERATED = """
    INSERT INTO ledger_entries (operation, leg, wallet_id, purse, house, amount_minor, balance_after_minor, seq,
                                hash, occurred_at)
    SELECT 'adjustment:' || lpad(n::text, 8, '0') || '-0000-0000-0000-000000000000', leg,
           CASE leg WHEN 0 THEN '{eve}'::uuid END, CASE leg WHEN 0 THEN 'credit' END,
           CASE leg WHEN 1 THEN 'adjustments' END, 1 - 2 * leg, CASE leg WHEN 0 THEN 1000 + n END,
           CASE leg WHEN 0 THEN 100 + n END, CASE leg WHEN 0 THEN sha256('x') END, now()
      FROM generate_series(1, %d) n, generate_series(0, 1) leg
"""


async def test_memory_does_not_grow_with_the_books(owner: AsyncEngine, names: Names) -> None:
    """Rows come by a cursor of the server: six times the entries take no more memory."""
    peaks = []
    for count in (5 * ROWS_AT_ONCE, 30 * ROWS_AT_ONCE):
        async with owner.connect() as connection:
            await do(connection, names, [GENERATED % count])
            await walked(connection)
            tracemalloc.start()
            found = await walked(connection)
            peaks.append(tracemalloc.get_traced_memory()[1])
            tracemalloc.stop()
            await connection.rollback()
        assert found[0].check == "entry.missing"
    assert peaks[1] < peaks[0] * 1.5, peaks
