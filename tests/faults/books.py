"""What an auditor copies out of the database at one moment: rows, and nothing of how the product thinks of them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NamedTuple
from uuid import UUID

import asyncpg


class WalletRow(NamedTuple):
    """Somebody's money, and the call that claims them."""

    account_id: UUID
    balance_minor: int
    held_minor: int
    earned_minor: int
    in_call_id: UUID | None


class EntryRow(NamedTuple):
    """One leg of an operation."""

    operation: str
    wallet_id: UUID | None
    purse: str | None
    amount_minor: int


class CallRow(NamedTuple):
    """One call attempt."""

    id: UUID
    caller_id: UUID
    callee_id: UUID | None
    price_minor: int
    minutes_held: int
    minute_ms: int
    free_ms: int
    grace_ms: int
    talk_ms: int | None
    charge_minor: int | None
    refunded_minor: int
    reason: str | None
    is_settled: bool
    owners: int
    """How many signaling nodes have owned it, one after another."""


class PaymentRow(NamedTuple):
    """One payment."""

    id: UUID
    account_id: UUID
    amount_minor: int
    status: str


class Books(NamedTuple):
    """All of it, as of one moment."""

    wallets: Mapping[UUID, WalletRow]
    entries: list[EntryRow]
    calls: Mapping[UUID, CallRow]
    payments: Mapping[UUID, PaymentRow]
    outbox: int


async def read_books(connection: asyncpg.Connection) -> Books:
    """Copy everything as of one moment, changing nothing."""
    async with connection.transaction(isolation="repeatable_read", readonly=True):
        wallets = [WalletRow(*row) for row in await connection.fetch(_WALLETS)]
        entries = [EntryRow(*row) for row in await connection.fetch(_ENTRIES)]
        calls = [CallRow(*row) for row in await connection.fetch(_CALLS)]
        payments = [PaymentRow(*row) for row in await connection.fetch(_PAYMENTS)]
        outbox: Any = await connection.fetchval("SELECT count(*) FROM outbox")
    return Books(
        {wallet.account_id: wallet for wallet in wallets},
        entries,
        {call.id: call for call in calls},
        {payment.id: payment for payment in payments},
        int(outbox),
    )


_WALLETS = "SELECT account_id, balance_minor, held_minor, earned_minor, in_call_id FROM wallets"
_ENTRIES = "SELECT operation, wallet_id, purse, amount_minor FROM ledger_entries"
_CALLS = """
SELECT id, caller_id, callee_id, price_minor, minutes_held, minute_ms, free_ms, grace_ms, talk_ms, charge_minor,
       refunded_minor, reason, settled_at IS NOT NULL, epoch
  FROM calls
"""
_PAYMENTS = "SELECT id, account_id, amount_minor, status FROM payments"
