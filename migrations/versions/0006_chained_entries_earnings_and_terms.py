"""Entries that are named by their operation and chained, earnings of callees, limits of owners, terms of calls."""

import hashlib
import json
import os
from collections.abc import Iterator, Sequence
from datetime import datetime
from itertools import groupby
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from alembic import op
from sqlalchemy import Connection, Row

revision: str = "0006"
down_revision: str | None = "0005"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None

BATCH = 10_000
EPOCH = datetime.fromisoformat("1970-01-01T00:00:00+00:00")

Column = tuple[str, Any, str | None]
"""Name, type and default; without a default it may be null."""

WALLET_COLUMNS: tuple[Column, ...] = (
    ("earned_minor", sa.BigInteger(), "0"),
    ("asking_price_minor", sa.BigInteger(), None),
    ("earning_share_bp", sa.Integer(), "0"),
    ("spend_call_minor_max", sa.BigInteger(), None),
    ("spend_day_minor_max", sa.BigInteger(), None),
    ("call_ms_max", sa.BigInteger(), None),
    ("chain_seq", sa.BigInteger(), "0"),
    ("chain_hash", sa.LargeBinary(), ""),
)
WALLET_CHECKS = {
    "earned_not_negative": "earned_minor >= 0",
    "asking_price_not_negative": "asking_price_minor >= 0",
    "earning_share_within_all": "earning_share_bp BETWEEN 0 AND 10000",
    "limits_positive": "spend_call_minor_max > 0 AND spend_day_minor_max > 0 AND call_ms_max > 0",
}
CALL_COLUMNS: tuple[Column, ...] = (
    ("minute_ms", sa.BigInteger(), "60000"),
    ("free_ms", sa.BigInteger(), "0"),
    ("grace_ms", sa.BigInteger(), "0"),
    ("earning_share_bp", sa.Integer(), "0"),
    ("earned_minor", sa.BigInteger(), "0"),
    ("refunded_minor", sa.BigInteger(), "0"),
    ("refund_count", sa.Integer(), "0"),
)
CALL_CHECKS = {
    "refunded_within_charge": "0 <= refunded_minor AND refunded_minor <= coalesce(charge_minor, 0)",
    "earned_and_refunds_not_negative": "earned_minor >= 0 AND refund_count >= 0",
    "terms_possible": "minute_ms > 0 AND free_ms >= 0 AND grace_ms >= 0 AND earning_share_bp BETWEEN 0 AND 10000",
}
ENTRY_COLUMNS: tuple[Column, ...] = (
    ("leg", sa.SmallInteger(), None),
    ("purse", sa.Text(), None),
    ("seq", sa.BigInteger(), None),
    ("hash", sa.LargeBinary(), None),
    ("occurred_at", sa.DateTime(timezone=True), None),
    ("reason", sa.Text(), None),
    ("actor_id", sa.Uuid(), None),
)
ENTRY_CHECKS = {
    "complete_of_wallets": "num_nulls(wallet_id, purse, balance_after_minor, seq, hash) IN (0, 5)",
    "purse_known": "purse IN ('credit', 'earnings')",
}

FILL_ENTRIES = """
    UPDATE ledger_entries e
       SET leg = n.leg, seq = n.seq, occurred_at = e.created_at,
           purse = CASE WHEN e.wallet_id IS NOT NULL THEN 'credit' END,
           reason = CASE WHEN e.wallet_id IS NOT NULL THEN n.reason END,
           actor_id = CASE WHEN e.wallet_id IS NOT NULL THEN n.actor_id END
      FROM (
          SELECT l.id, row_number() OVER (PARTITION BY l.operation ORDER BY l.id) - 1 AS leg,
                 CASE WHEN l.wallet_id IS NOT NULL
                      THEN row_number() OVER (PARTITION BY l.wallet_id ORDER BY l.id) END AS seq,
                 a.reason, a.actor_id
            FROM ledger_entries l
            LEFT JOIN audit_log a
              ON a.action = 'balance.adjusted' AND l.operation = 'adjustment:' || (a.details ->> 'adjustment_id')
      ) n
     WHERE n.id = e.id
"""
FILL_CALLS = """
    UPDATE calls c SET refund_count = n.refunds
      FROM (SELECT split_part(operation, ':', 2)::uuid AS call_id, count(*) AS refunds
              FROM ledger_entries WHERE operation LIKE 'refund:%' AND wallet_id IS NOT NULL GROUP BY 1) n
     WHERE c.id = n.call_id
"""
FILL_MINUTES = sa.text("UPDATE calls SET minute_ms = :minute_ms WHERE minute_ms <> :minute_ms")
FILL_WALLETS = """
    UPDATE wallets w SET chain_seq = e.seq, chain_hash = e.hash
      FROM (SELECT DISTINCT ON (wallet_id) wallet_id, seq, hash FROM ledger_entries
             WHERE wallet_id IS NOT NULL ORDER BY wallet_id, seq DESC) e
     WHERE e.wallet_id = w.account_id
"""


def upgrade() -> None:
    _add("wallets", WALLET_COLUMNS, WALLET_CHECKS)
    _add("calls", CALL_COLUMNS, CALL_CHECKS)
    op.execute("ALTER TABLE ledger_entries DISABLE TRIGGER USER")
    _add("ledger_entries", ENTRY_COLUMNS, {})
    op.execute(FILL_ENTRIES)
    op.drop_index("uq_ledger_entries_operation_wallet_id", table_name="ledger_entries")
    op.drop_index("uq_ledger_entries_operation_house", table_name="ledger_entries")
    op.drop_index("ix_ledger_entries_wallet_id_id", table_name="ledger_entries")
    op.drop_constraint(op.f("ck_ledger_entries_balance_after_of_wallets"), "ledger_entries", type_="check")
    op.drop_constraint(op.f("pk_ledger_entries"), "ledger_entries", type_="primary")
    op.drop_column("ledger_entries", "id")
    op.create_primary_key(op.f("pk_ledger_entries"), "ledger_entries", ["operation", "leg"])
    op.alter_column("ledger_entries", "occurred_at", nullable=False)
    op.create_index("uq_ledger_entries_wallet_id_seq", "ledger_entries", ["wallet_id", "seq"], unique=True)
    op.create_index("ix_ledger_entries_created_at", "ledger_entries", ["created_at"], postgresql_using="brin")
    op.create_foreign_key(
        op.f("fk_ledger_entries_actor_id_accounts"), "ledger_entries", "accounts", ["actor_id"], ["id"]
    )
    _chain(op.get_bind())
    for name, condition in ENTRY_CHECKS.items():
        op.create_check_constraint(op.f(f"ck_ledger_entries_{name}"), "ledger_entries", condition)
    op.execute("ALTER TABLE ledger_entries ENABLE TRIGGER USER")
    op.execute(FILL_CALLS)
    # Until now all calls were of the minutes that were set; they are called as the programs call them.
    op.get_bind().execute(FILL_MINUTES, {"minute_ms": int(os.environ.get("TALKTIME_MINUTE_MS") or 60_000)})
    op.execute(FILL_WALLETS)


def downgrade() -> None:
    op.execute("ALTER TABLE ledger_entries DISABLE TRIGGER USER")
    # What was earned has no place in the older books; what is refused here would be lost silently there.
    op.execute(
        "DO $$ BEGIN IF EXISTS (SELECT FROM ledger_entries WHERE purse = 'earnings') THEN"
        " RAISE EXCEPTION 'there are earnings in the ledger, which the older schema cannot keep'; END IF; END $$"
    )
    for name in ENTRY_CHECKS:
        op.drop_constraint(op.f(f"ck_ledger_entries_{name}"), "ledger_entries", type_="check")
    op.drop_index("ix_ledger_entries_created_at", table_name="ledger_entries", postgresql_using="brin")
    op.drop_index("uq_ledger_entries_wallet_id_seq", table_name="ledger_entries")
    op.drop_constraint(op.f("pk_ledger_entries"), "ledger_entries", type_="primary")
    _remove("ledger_entries", ENTRY_COLUMNS, {})
    op.add_column("ledger_entries", sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False))
    op.create_primary_key(op.f("pk_ledger_entries"), "ledger_entries", ["id"])
    op.create_check_constraint(
        op.f("ck_ledger_entries_balance_after_of_wallets"),
        "ledger_entries",
        "(wallet_id IS NULL) = (balance_after_minor IS NULL)",
    )
    op.create_index("ix_ledger_entries_wallet_id_id", "ledger_entries", ["wallet_id", "id"], unique=False)
    for account in ("house", "wallet_id"):
        op.create_index(
            f"uq_ledger_entries_operation_{account}",
            "ledger_entries",
            ["operation", account],
            unique=True,
            postgresql_where=f"{account} IS NOT NULL",
        )
    op.execute("ALTER TABLE ledger_entries ENABLE TRIGGER USER")
    _remove("calls", CALL_COLUMNS, CALL_CHECKS)
    _remove("wallets", WALLET_COLUMNS, WALLET_CHECKS)


def _add(table: str, columns: Sequence[Column], checks: dict[str, str]) -> None:
    for name, kind, default in columns:
        op.add_column(table, sa.Column(name, kind, server_default=default, nullable=default is None))
    for name, condition in checks.items():
        op.create_check_constraint(op.f(f"ck_{table}_{name}"), table, condition)


def _remove(table: str, columns: Sequence[Column], checks: dict[str, str]) -> None:
    for name in checks:
        op.drop_constraint(op.f(f"ck_{table}_{name}"), table, type_="check")
    for name, *_ in reversed(columns):
        op.drop_column(table, name)


def _chain(connection: Connection) -> None:
    """Give every entry of a wallet its hash. What was booked until now has one wallet and one house each."""
    for _, entries in groupby(_entries(connection), key=lambda entry: entry.wallet_id):
        previous, hashes = b"", list[dict[str, Any]]()
        for entry in entries:
            previous = _hash(previous, entry)
            hashes.append({"operation": entry.operation, "leg": entry.leg, "hash": previous})
            if len(hashes) == BATCH:
                connection.execute(_SET_HASH, hashes)
                hashes.clear()
        if hashes:
            connection.execute(_SET_HASH, hashes)


def _entries(connection: Connection) -> Iterator[Row[Any]]:
    last: tuple[UUID, int] = (UUID(int=0), 0)
    while rows := connection.execute(_ENTRIES, {"wallet_id": last[0], "seq": last[1], "most": BATCH}).all():
        yield from rows
        last = rows[-1].wallet_id, rows[-1].seq


def _hash(previous: bytes, entry: Row[Any]) -> bytes:
    """The chain as it is when this migration is written; later ones must not change it (`shared.ledger.chain`)."""
    own = [entry.leg, f"{entry.wallet_id}/{entry.purse}", entry.amount_minor, entry.balance_after_minor]
    house = [entry.house_leg, entry.house, entry.house_amount_minor, None]
    content = [
        str(entry.wallet_id),
        entry.seq,
        entry.operation,
        _micros(entry.occurred_at),
        _micros(entry.created_at),
        entry.reason,
        str(entry.actor_id) if entry.actor_id else None,
        sorted([own, house]),
    ]
    return hashlib.sha256(
        previous + json.dumps(content, ensure_ascii=False, separators=(",", ":")).encode()
    ).digest()


def _micros(moment: datetime) -> int:
    since = moment - EPOCH
    return (since.days * 86_400 + since.seconds) * 1_000_000 + since.microseconds


_ENTRIES = sa.text(
    """
    SELECT e.*, h.leg AS house_leg, h.house, h.amount_minor AS house_amount_minor
      FROM (SELECT operation, leg, wallet_id, purse, amount_minor, balance_after_minor, seq, occurred_at,
                   created_at, reason, actor_id
              FROM ledger_entries
             WHERE wallet_id IS NOT NULL AND (wallet_id, seq) > (:wallet_id, :seq)
             ORDER BY wallet_id, seq LIMIT :most) e
      JOIN ledger_entries h ON h.operation = e.operation AND h.house IS NOT NULL
     ORDER BY e.wallet_id, e.seq
    """
)
_SET_HASH = sa.text("UPDATE ledger_entries SET hash = :hash WHERE operation = :operation AND leg = :leg")
