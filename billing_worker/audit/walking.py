"""Goes along every wallet's entries in their order, and finds the first that is missing, altered or added."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import Row

from billing_worker.audit.diagnosis import Suspect, diagnose
from billing_worker.audit.differences import Difference, Differences
from billing_worker.audit.seals import NOBODY, Sealing
from billing_worker.audit.snapshot import Snapshot
from billing_worker.audit.wallet import WalkedWallet, numbers
from shared.ledger.chain import ChainedLeg, ChainedOperation, entry_hash

DIAGNOSED_MAX = 20
"""Altered entries that are looked at closely; of the others it is said that they were altered."""


class Walk:
    """One way along all wallets; the seals go with it."""

    def __init__(self, books: Snapshot, found: Differences, sealings: Sequence[Sealing]) -> None:
        self.wallets = 0
        self._books = books
        self._found = found
        self._sealings = sealings
        self._diagnosed = 0

    async def go(self) -> None:
        """Walk to the end."""
        wallet: WalkedWallet | None = None
        async for row in self._books.rows(_ENTRIES):
            if wallet is None or wallet.row.account_id != row.account_id:
                self._finish(wallet)
                wallet = WalkedWallet(row)
            if row.seq is not None:
                await self._entry(wallet, row)
        self._finish(wallet)
        async for row in self._books.rows(_HOUSES_ONLY):
            of_nobody = entry_hash(b"", NOBODY, 0, _operation(row))
            for sealing in self._sealings:
                sealing.operation(row.created_at, of_nobody)

    async def _entry(self, wallet: WalkedWallet, row: Row[Any]) -> None:
        for sealing in self._sealings:
            sealing.entry(row.created_at, row.seq, row.hash)
        if row.seq > wallet.seq + 1:
            self._add(wallet, row, "entry.missing", f"{numbers(wallet.seq + 1, row.seq - 1)} missing before it",
                      wallet.seq + 1, row.seq)  # fmt: skip
        elif row.seq <= wallet.seq or row.seq == wallet.row.chain_seq + 1:
            self._add(
                wallet, row, "entry.added", "the wallet knows of no such entry", wallet.row.chain_seq, row.seq
            )
        else:
            await self._check(wallet, row)
        wallet.take(row)

    async def _check(self, wallet: WalkedWallet, row: Row[Any]) -> None:
        operation = _operation(row)
        expected = entry_hash(wallet.hash, row.account_id, row.seq, operation)
        if expected != row.hash:
            what = await self._what(wallet, row, operation)
            self._add(wallet, row, "entry.altered", what, expected.hex(), row.hash.hex())
        after_minor = wallet.after[row.purse] + row.amount_minor
        if after_minor != row.balance_after_minor:
            what = f"after it there should be {after_minor}, not {row.balance_after_minor}"
            self._add(wallet, row, "entry.balance", what, after_minor, row.balance_after_minor)

    async def _what(self, wallet: WalkedWallet, row: Row[Any], operation: ChainedOperation) -> str:
        self._diagnosed += 1
        if self._diagnosed > DIAGNOSED_MAX:
            return "it was altered"
        suspect = Suspect(
            row.account_id, row.seq, row.leg, wallet.hash, wallet.after[row.purse], operation, row.hash
        )
        other = None
        async for leg in self._books.rows(_OTHER_LEG, {"operation": row.operation, "leg": row.leg}):
            other = operation._replace(
                occurred_at=leg.occurred_at, created_at=leg.created_at, reason=leg.reason, actor_id=leg.actor_id
            )
        return diagnose(suspect, other)

    def _finish(self, wallet: WalkedWallet | None) -> None:
        if wallet is None:
            return
        self.wallets += 1
        for sealing in self._sealings:
            sealing.finish(wallet.row.account_id)
        for difference in wallet.differences():
            self._found.add(difference)

    def _add(
        self, wallet: WalkedWallet, row: Row[Any], check: str, message: str, expected: object, found: object
    ) -> None:
        account, operation = wallet.row.account_id, row.operation
        self._found.add(
            Difference(
                check=check,
                message=message,
                account=account,
                operation=operation,
                seq=row.seq,
                expected=expected,
                found=found,
            )
        )


def _operation(row: Row[Any]) -> ChainedOperation:
    legs = [ChainedLeg(*each) for each in zip(row.legs, row.accounts, row.amounts, row.balances, strict=True)]
    return ChainedOperation(row.operation, row.occurred_at, row.created_at, row.reason, row.actor_id, legs)


_LEGS = """
    SELECT array_agg(l.leg ORDER BY l.leg) AS legs,
           array_agg(coalesce(l.wallet_id || '/' || l.purse, l.house) ORDER BY l.leg) AS accounts,
           array_agg(l.amount_minor ORDER BY l.leg) AS amounts,
           array_agg(l.balance_after_minor ORDER BY l.leg) AS balances
      FROM ledger_entries l WHERE l.operation = e.operation
"""
_ENTRIES = """
    SELECT w.account_id, w.balance_minor, w.earned_minor, w.chain_seq, w.chain_hash,
           e.operation, e.leg, e.seq, e.purse, e.amount_minor, e.balance_after_minor, e.hash,
           e.occurred_at, e.created_at, e.reason, e.actor_id, o.*
      FROM wallets w
      LEFT JOIN ledger_entries e ON e.wallet_id = w.account_id
      LEFT JOIN LATERAL (#LEGS) o ON e.operation IS NOT NULL
     ORDER BY w.account_id, e.seq
""".replace("#LEGS", _LEGS)
_HOUSES_ONLY = """
    SELECT e.operation, e.occurred_at, e.created_at, e.reason, e.actor_id, o.*
      FROM ledger_entries e, LATERAL (#LEGS) o
     WHERE e.leg = 0 AND e.wallet_id IS NULL
       AND NOT EXISTS (SELECT FROM ledger_entries m WHERE m.operation = e.operation AND m.wallet_id IS NOT NULL)
     ORDER BY e.operation
""".replace("#LEGS", _LEGS)
_OTHER_LEG = """
    SELECT occurred_at, created_at, reason, actor_id FROM ledger_entries
     WHERE operation = :operation AND leg <> :leg ORDER BY house IS NULL, leg LIMIT 1
"""
