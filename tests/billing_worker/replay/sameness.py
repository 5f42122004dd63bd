"""What of a database must be the same before and after a replay."""

from __future__ import annotations

from typing import Any

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncEngine

TABLES = {
    "wallets": "account_id",
    "calls": "id",
    "ledger_entries": "operation, leg",
    "payments": "id",
    "payment_refunds": "payment_id, number",
    "price_changes": "id",
    "outbox": "id",
}

VOLATILE = {
    "wallets": {
        "version",  # counts transactions, of which a replay makes fewer
        "chain_hash",  # covers when each entry was booked
        "blocked_at",  # compared as yes or no
    },
    "calls": {
        "settled_at",  # when it was booked
        "lease_ends_at",  # for finding calls that never end
        "proof_talk_ms",  # likewise
        "minutes_held",  # signaling may tell the end while one more is being bought, and know of it too late
    },
    "ledger_entries": {
        "created_at",  # when it was booked
        "hash",  # covers when it was booked
    },
    "payments": {"checkout_url"},  # of no more use
    # The log tells that a refund was booked; what became of it the provider is asked again, under the refund's id.
    "payment_refunds": {"status", "provider_ref", "ask_again_at", "finished_at"},
    "price_changes": {"id"},
}
"""What may be otherwise after a replay, and why."""


async def state(engine: AsyncEngine) -> dict[str, Any]:
    """Return all that must be as before."""
    tables = await dump(engine, *VOLATILE)
    for row in tables["wallets"]:
        row["is_blocked"] = row["blocked_at"] is not None
    return {
        table: [{name: value for name, value in row.items() if name not in VOLATILE[table]} for row in rows]
        for table, rows in tables.items()
    }


def differences(before: dict[str, Any], after: dict[str, Any]) -> list[str]:
    """Return what differs between two states, a line each."""
    return [
        f"{table} {place}: {name} was {old[name]}, is {new[name]}"
        for table, rows in before.items()
        for place, (old, new) in enumerate(zip(rows, after[table], strict=True))
        for name in old
        if old[name] != new[name]
    ]


async def dump(engine: AsyncEngine, *tables: str) -> dict[str, list[dict[str, Any]]]:
    """Return everything that is in tables, all of those that a replay may touch if none is named."""
    async with engine.connect() as connection:
        return {
            table: [
                dict(row._mapping) for row in await connection.execute(text(f"SELECT * FROM {table} ORDER BY {by}"))
            ]
            for table, by in TABLES.items()
            if not tables or table in tables
        }
