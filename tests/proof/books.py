"""Looks at the whole database: what must be true of it whatever happened, and what is in it, in words.

The chain is computed from what `shared.ledger.chain` writes down in prose, not by its code.
"""

from __future__ import annotations

import hashlib
import json
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import cached_property
from typing import Any
from uuid import UUID

import asyncpg

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
TABLES = {
    "wallets": "SELECT * FROM wallets ORDER BY account_id",
    "calls": "SELECT * FROM calls ORDER BY id",
    "entries": "SELECT * FROM ledger_entries ORDER BY operation, leg",
    "payments": "SELECT * FROM payments ORDER BY id",
}
Row = Any


@dataclass(frozen=True)
class Books:
    """All rows about money, at one moment."""

    wallets: Sequence[Row]
    calls: Sequence[Row]
    entries: Sequence[Row]
    payments: Sequence[Row]

    @classmethod
    async def read(cls, connection: asyncpg.Connection[Any]) -> Books:
        """Read all of it; as of one moment, where others write, only in a transaction that sees one moment."""
        return cls(**{table: await connection.fetch(query) for table, query in TABLES.items()})

    @cached_property
    def statements(self) -> dict[UUID, list[Row]]:
        """The entries of each wallet in the order of their booking."""
        found: dict[UUID, list[Row]] = defaultdict(list)
        for entry in self.entries:
            if entry["wallet_id"]:
                found[entry["wallet_id"]].append(entry)
        return {wallet_id: sorted(own, key=lambda entry: int(entry["seq"])) for wallet_id, own in found.items()}

    @cached_property
    def running(self) -> dict[UUID, list[Row]]:
        """The calls that are not settled, by each of their parties."""
        found: dict[UUID, list[Row]] = defaultdict(list)
        for call in self.calls:
            for party in (call["caller_id"], call["callee_id"]):
                if call["settled_at"] is None:
                    found[party].append(call)
        return found

    def check(self) -> None:
        """Fail where anything is not as it must be at every commit."""
        legs: dict[str, list[Row]] = defaultdict(list)
        for entry in self.entries:
            legs[entry["operation"]].append(entry)
        for operation, of in legs.items():
            assert sum(leg["amount_minor"] for leg in of) == 0, f"{operation} does not sum to zero"
            assert [leg["leg"] for leg in of] == list(range(len(of))), f"{operation} lacks a leg"
        for wallet in self.wallets:
            self._check_wallet(wallet, legs)
        for call in self.calls:
            _check_call(call, legs)

    def _check_wallet(self, wallet: Row, legs: dict[str, list[Row]]) -> None:
        account_id, sums = wallet["account_id"], {"credit": 0, "earnings": 0}
        previous, own = b"", self.statements.get(account_id, [])
        for seq, entry in enumerate(own, 1):
            assert entry["seq"] == seq, "the numbers of a wallet's entries have a gap"
            sums[entry["purse"]] += entry["amount_minor"]
            assert entry["balance_after_minor"] == sums[entry["purse"]], "a running balance is wrong"
            previous = chained(previous, entry, legs[entry["operation"]])
            assert entry["hash"] == previous, f"the chain breaks at {entry['operation']}"
        assert (wallet["chain_seq"], wallet["chain_hash"]) == (len(own), previous), (
            "a wallet's last entry is cut off"
        )
        assert wallet["balance_minor"] == sums["credit"], "B8: a balance is not the sum of its entries"
        assert wallet["earned_minor"] == sums["earnings"], "B8: earnings are not the sum of their entries"
        running = self.running.get(account_id, [])
        held = sum(c["minutes_held"] * c["price_minor"] for c in running if c["caller_id"] == account_id)
        assert wallet["held_minor"] == held, "what is held is not what running calls hold"
        assert 0 <= held <= wallet["balance_minor"], "B9: more is held than there is"
        claims = [call["id"] for call in running]
        assert claims == ([wallet["in_call_id"]] if wallet["in_call_id"] else []), (
            "a claim is left, missing or double"
        )
        can_pay = wallet["balance_minor"] - wallet["held_minor"] >= wallet["price_minor"]
        assert not (wallet["blocked_at"] and can_pay), "somebody is blocked who can pay a minute"


def _check_call(call: Row, legs: dict[str, list[Row]]) -> None:
    """The row says of the money what its entries say."""
    operations = [f"charge:{call['id']}", *(f"refund:{call['id']}:{n}" for n in range(1, call["refund_count"] + 1))]
    own = [leg for operation in operations for leg in legs.get(operation, [])]
    paid = -sum(leg["amount_minor"] for leg in own if leg["purse"] == "credit")
    earned = sum(leg["amount_minor"] for leg in own if leg["purse"] == "earnings")
    charge = call["charge_minor"] or 0
    assert paid == charge - call["refunded_minor"], "a call's row and its entries differ"
    assert earned == call["earned_minor"], "what a callee earned and its entries differ"
    assert 0 <= call["refunded_minor"] <= charge, "B11: more was given back than charged"
    assert charge <= call["minutes_held"] * call["price_minor"], "more is charged than was held"
    assert f"refund:{call['id']}:{call['refund_count'] + 1}" not in legs, "a refund that the call does not know"


def chained(previous: bytes, entry: Row, legs: Sequence[Row]) -> bytes:
    """Return the hash that the entry must have after `previous`."""
    accounts = [f"{leg['wallet_id']}/{leg['purse']}" if leg["wallet_id"] else leg["house"] for leg in legs]
    content = [
        str(entry["wallet_id"]),
        entry["seq"],
        entry["operation"],
        (entry["occurred_at"] - EPOCH) // timedelta(microseconds=1),
        (entry["created_at"] - EPOCH) // timedelta(microseconds=1),
        entry["reason"],
        str(entry["actor_id"]) if entry["actor_id"] else None,
        [
            [leg["leg"], account, leg["amount_minor"], leg["balance_after_minor"]]
            for leg, account in zip(legs, accounts, strict=True)
        ],
    ]
    text = json.dumps(content, ensure_ascii=False, separators=(",", ":"))
    return hashlib.sha256(previous + text.encode()).digest()
