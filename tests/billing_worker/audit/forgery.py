"""What a forger does who knows the product: alters an entry, and makes all sums and hashes right again."""

from typing import Any
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from shared.ledger.chain import ChainedLeg, ChainedOperation, account_name, entry_hash
from tests.billing_worker.audit.damage import do
from tests.billing_worker.audit.firm import Names


async def forge(connection: AsyncConnection, names: Names, *statements: str) -> None:
    """Do it, then make balances, numbers and hashes of all wallets anew."""
    await do(connection, names, statements)
    await connection.execute(text("ALTER TABLE ledger_entries DISABLE TRIGGER USER"))
    accounts = await connection.scalars(text("SELECT account_id FROM wallets"))
    for account_id in accounts.all():
        await _renumber(connection, account_id)
    # All balances first: the hash of an operation covers those of its other wallets, too.
    for account_id in (await connection.scalars(text("SELECT account_id FROM wallets"))).all():
        await _chain_anew(connection, account_id)
    await connection.execute(text("ALTER TABLE ledger_entries ENABLE TRIGGER USER"))


async def _renumber(connection: AsyncConnection, account_id: UUID) -> None:
    entries = await _entries(connection, account_id)
    after = {"credit": 0, "earnings": 0}
    for seq, entry in enumerate(entries, 1):
        after[entry.purse] += entry.amount_minor
        await _set(connection, entry, {"seq": seq, "balance_after_minor": after[entry.purse]})
    wallet = {"balance_minor": after["credit"], "earned_minor": after["earnings"], "chain_seq": len(entries)}
    await _set_wallet(connection, account_id, wallet)


async def _chain_anew(connection: AsyncConnection, account_id: UUID) -> None:
    previous = b""
    for entry in await _entries(connection, account_id):
        rows = await connection.execute(
            text("SELECT * FROM ledger_entries WHERE operation = :operation ORDER BY leg"),
            {"operation": entry.operation},
        )
        legs = [
            ChainedLeg(
                row.leg,
                row.house or account_name(row.wallet_id, row.purse),
                row.amount_minor,
                row.balance_after_minor,
            )
            for row in rows
        ]
        operation = ChainedOperation(
            entry.operation, entry.occurred_at, entry.created_at, entry.reason, entry.actor_id, legs
        )
        previous = entry_hash(previous, account_id, entry.seq, operation)
        await _set(connection, entry, {"hash": previous})
    await _set_wallet(connection, account_id, {"chain_hash": previous})


async def _entries(connection: AsyncConnection, account_id: UUID) -> Any:
    query = text("SELECT * FROM ledger_entries WHERE wallet_id = :id ORDER BY seq")
    return (await connection.execute(query, {"id": account_id})).all()


async def _set(connection: AsyncConnection, entry: Any, values: dict[str, Any]) -> None:
    columns = ", ".join(f"{name} = :{name}" for name in values)
    where = {"operation": entry.operation, "of_leg": entry.leg}
    statement = f"UPDATE ledger_entries SET {columns} WHERE operation = :operation AND leg = :of_leg"
    await connection.execute(text(statement), {**values, **where})


async def _set_wallet(connection: AsyncConnection, account_id: UUID, values: dict[str, Any]) -> None:
    columns = ", ".join(f"{name} = :{name}" for name in values)
    statement = f"UPDATE wallets SET {columns} WHERE account_id = :id"
    await connection.execute(text(statement), {**values, "id": account_id})
