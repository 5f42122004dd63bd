"""What somebody can do to the books who owns the tables: no trigger and no right keeps them from it."""

from collections.abc import Sequence
from dataclasses import asdict
from typing import NamedTuple

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from tests.billing_worker.audit.firm import Names


class Damage(NamedTuple):
    """Statements over the names in the books, and the checks that must tell of them, the first one first.

    `said` is part of what the first one says.
    """

    statements: Sequence[str]
    checks: Sequence[str]
    said: str
    more: bool = False
    """Whether all entries after the first one that differs differ, too."""


async def do(connection: AsyncConnection, names: Names, statements: Sequence[str]) -> None:
    """Do it as the tables' owner, with triggers and rules out of the way."""
    for table in ("ledger_entries", "price_changes"):
        await connection.execute(text(f"ALTER TABLE {table} DISABLE TRIGGER USER"))
    for rule in ("refunded_within_charge", "charge_by_minutes", "charge_within_hold"):
        await connection.execute(text(f"ALTER TABLE calls DROP CONSTRAINT ck_calls_{rule}"))
    for statement in statements:
        await connection.execute(text(statement.format_map(asdict(names))))
    for table in ("ledger_entries", "price_changes"):
        await connection.execute(text(f"ALTER TABLE {table} ENABLE TRIGGER USER"))


OF_ENTRIES: dict[str, Damage] = {
    "amount": Damage(
        ["UPDATE ledger_entries SET amount_minor = -19 WHERE operation = 'charge:{plain_call}' AND leg = 0"],
        ["entry.altered", "entry.balance", "wallet.balance", "operation.sum", "call.paid", "call.charged_minutes"],
        "its amount (-20) was altered",
    ),
    "amount and the house's": Damage(
        [
            "UPDATE ledger_entries SET amount_minor = -10 WHERE operation = 'charge:{plain_call}' AND leg = 0",
            "UPDATE ledger_entries SET amount_minor = 10 WHERE operation = 'charge:{plain_call}' AND leg = 1",
        ],
        ["entry.altered", "entry.balance", "wallet.balance", "books.sum", "call.paid"],
        "altered",
    ),
    "balance after it": Damage(
        ["UPDATE ledger_entries SET balance_after_minor = 0 WHERE operation = 'charge:{plain_call}' AND leg = 0"],
        ["entry.altered", "entry.balance", "entry.balance"],
        "its balance after it (1280) was altered",
    ),
    "reason": Damage(
        ["UPDATE ledger_entries SET reason = 'none' WHERE operation = 'adjustment:{adjustment}' AND leg = 0"],
        ["entry.altered", "operation.reason"],
        "its reason was altered",
    ),
    "reason of all legs": Damage(
        ["UPDATE ledger_entries SET reason = 'none' WHERE operation = 'adjustment:{adjustment}'"],
        ["entry.altered"],
        "it was altered",
    ),
    "actor": Damage(
        ["UPDATE ledger_entries SET actor_id = '{eve}' WHERE operation = 'adjustment:{adjustment}'"],
        ["entry.altered"],
        "it was altered",
    ),
    "value date": Damage(
        [
            "UPDATE ledger_entries SET occurred_at = occurred_at - interval '1 month'"
            " WHERE operation = 'charge:{plain_call}' AND leg = 0"
        ],
        ["entry.altered", "operation.time"],
        "its occurred_at was altered",
    ),
    "hash": Damage(
        ["UPDATE ledger_entries SET hash = sha256('x') WHERE operation = 'charge:{plain_call}' AND leg = 0"],
        ["entry.altered", "entry.altered"],
        "it was altered",
    ),
    "amount of the house's leg": Damage(
        ["UPDATE ledger_entries SET amount_minor = 21 WHERE operation = 'charge:{plain_call}' AND leg = 1"],
        ["entry.altered", "operation.sum", "books.sum"],
        "the amount of its other leg, revenue, (20) was altered",
    ),
    "another house": Damage(
        ["UPDATE ledger_entries SET house = 'forfeits' WHERE operation = 'charge:{plain_call}' AND leg = 1"],
        ["entry.altered"],
        "it was altered",
    ),
    "number of a leg": Damage(
        ["UPDATE ledger_entries SET leg = 5 WHERE operation = 'charge:{plain_call}' AND leg = 1"],
        ["entry.altered", "operation.legs"],
        "it was altered",
    ),
    "share of the callee": Damage(
        [
            "UPDATE ledger_entries SET amount_minor = 28, balance_after_minor = 28"
            " WHERE operation = 'charge:{shared_call}' AND purse = 'earnings'"
        ],
        [
            "entry.altered",
            "entry.altered",
            "entry.balance",
            "wallet.earned",
            "operation.sum",
            "call.share",
            "call.earned",
        ],
        "it was altered",
    ),
    "entry deleted": Damage(
        ["DELETE FROM ledger_entries WHERE operation = 'charge:{plain_call}'"],
        ["entry.missing", "wallet.balance", "books.sum", "call.paid"],
        "number 3 is missing before it",
    ),
    "wallet's leg deleted": Damage(
        ["DELETE FROM ledger_entries WHERE operation = 'charge:{plain_call}' AND leg = 0"],
        ["entry.missing", "wallet.balance", "operation.sum", "operation.legs", "call.paid"],
        "number 3 is missing before it",
    ),
    "house's leg deleted": Damage(
        ["DELETE FROM ledger_entries WHERE operation = 'charge:{plain_call}' AND leg = 1"],
        ["entry.altered", "operation.sum", "books.sum"],
        "it was altered",
    ),
    "end cut off": Damage(
        ["DELETE FROM ledger_entries WHERE operation = 'payment_refund:{refunded_payment}:1'"],
        ["entry.missing", "wallet.balance", "books.sum", "payment.refund"],
        "is missing at the end",
    ),
    "end cut off, wallet amended": Damage(
        [
            "DELETE FROM ledger_entries WHERE operation = 'payment_refund:{refunded_payment}:1'",
            "UPDATE wallets SET chain_seq = chain_seq - 1, balance_minor = balance_minor + 100, chain_hash ="
            " (SELECT hash FROM ledger_entries WHERE wallet_id = '{ann}' ORDER BY seq DESC LIMIT 1)"
            " WHERE account_id = '{ann}'",
        ],
        ["payment.refund"],
        "of it 100, 100 went back",
    ),
    "entries swapped": Damage(
        [
            "UPDATE ledger_entries SET seq = -seq WHERE wallet_id = '{ann}' AND seq IN (2, 3)",
            "UPDATE ledger_entries SET seq = 5 + seq WHERE wallet_id = '{ann}' AND seq < 0",
        ],
        ["entry.altered", "entry.balance", "entry.altered", "entry.balance", "entry.altered", "entry.balance"],
        "it was altered",
    ),
    "entry put in the middle": Damage(
        [
            "UPDATE ledger_entries SET seq = -seq WHERE wallet_id = '{ann}' AND seq > 2",
            "UPDATE ledger_entries SET seq = 1 - seq WHERE wallet_id = '{ann}' AND seq < 0",
            "UPDATE wallets SET chain_seq = chain_seq + 1 WHERE account_id = '{ann}'",
            "INSERT INTO ledger_entries (operation, leg, wallet_id, purse, amount_minor, balance_after_minor, seq,"
            " hash, occurred_at, created_at) SELECT 'adjustment:{pending_payment}', 0, wallet_id, purse, 5,"
            " balance_after_minor + 5, 3, sha256('x'), occurred_at, created_at FROM ledger_entries"
            " WHERE wallet_id = '{ann}' AND seq = 2",
            "INSERT INTO ledger_entries (operation, leg, house, amount_minor, occurred_at, created_at)"
            " SELECT operation, 1, 'adjustments', -5, occurred_at, created_at FROM ledger_entries"
            " WHERE operation = 'adjustment:{pending_payment}'",
        ],
        ["entry.altered"],
        "or put there",
        more=True,
    ),
    "entry put at the end": Damage(
        [
            "INSERT INTO ledger_entries (operation, leg, wallet_id, purse, amount_minor, balance_after_minor, seq,"
            " hash, occurred_at) SELECT 'adjustment:{pending_payment}', 0, account_id, 'credit', 5,"
            " balance_minor + 5, chain_seq + 1, sha256('x'), now() FROM wallets WHERE account_id = '{ann}'",
            "INSERT INTO ledger_entries (operation, leg, house, amount_minor, occurred_at)"
            " SELECT operation, 1, 'adjustments', -5, occurred_at FROM ledger_entries"
            " WHERE operation = 'adjustment:{pending_payment}'",
        ],
        ["entry.added", "wallet.balance", "books.sum"],
        "the wallet knows of no such entry",
    ),
    "money out of nothing": Damage(
        [
            "INSERT INTO ledger_entries (operation, leg, house, amount_minor, occurred_at)"
            " VALUES ('gift:1', 0, 'revenue', 5, now()), ('gift:1', 1, 'provider', -5, now())"
        ],
        ["operation.name"],
        "no operation is named like that",
    ),
}
OF_ROWS: dict[str, Damage] = {
    "balance": Damage(
        ["UPDATE wallets SET balance_minor = balance_minor + 1 WHERE account_id = '{ann}'"],
        ["wallet.balance", "books.sum"],
        "its entries of credit come to",
    ),
    "earnings": Damage(
        ["UPDATE wallets SET earned_minor = earned_minor + 1 WHERE account_id = '{bob}'"],
        ["wallet.earned", "books.sum"],
        "its entries of earnings come to",
    ),
    "end of the chain": Damage(
        ["UPDATE wallets SET chain_hash = sha256('x') WHERE account_id = '{ann}'"],
        ["wallet.chain"],
        "another hash of its last entry",
    ),
    "hold": Damage(
        ["UPDATE wallets SET held_minor = held_minor + 10 WHERE account_id = '{ann}'"],
        ["wallet.held"],
        "is held, its calls that are not settled hold 60",
    ),
    "claim left behind": Damage(
        ["UPDATE wallets SET in_call_id = '{plain_call}' WHERE account_id = '{eve}'"],
        ["wallet.claim"],
        "which is settled",
    ),
    "claim of nothing": Damage(
        ["UPDATE wallets SET in_call_id = '{eve}' WHERE account_id = '{eve}'"],
        ["wallet.claim"],
        "which does not exist",
    ),
    "claim of strangers": Damage(
        ["UPDATE wallets SET in_call_id = '{running_call}' WHERE account_id = '{eve}'"],
        ["wallet.claim"],
        "whose party it is not",
    ),
    "claim let go": Damage(
        ["UPDATE wallets SET in_call_id = NULL WHERE account_id = '{bob}'"],
        ["call.claim"],
        "this party is claimed by no call",
    ),
    "end that never came": Damage(
        ["UPDATE calls SET lease_ends_at = lease_ends_at - interval '2 hours' WHERE id = '{running_call}'"],
        ["call.overdue"],
        "it is not settled",
    ),
    "call that is gone": Damage(
        ["DELETE FROM calls WHERE id = '{plain_call}'"],
        ["entry.call"],
        "there is no such call",
    ),
    "charge of the record": Damage(
        ["UPDATE calls SET minutes = 1, charge_minor = 10 WHERE id = '{plain_call}'"],
        ["call.minutes", "call.paid"],
        "2 minutes are to be paid for what was talked, 1 are in its record",
    ),
    "talk time": Damage(
        ["UPDATE calls SET talk_ms = 60000 WHERE id = '{plain_call}'"],
        ["call.minutes"],
        "1 minutes are to be paid for what was talked, 2 are in its record",
    ),
    "terms": Damage(
        ["UPDATE calls SET grace_ms = 61000 WHERE id = '{plain_call}'"],
        ["call.minutes"],
        "0 minutes are to be paid",
    ),
    "price": Damage(
        ["UPDATE calls SET price_minor = 11 WHERE id = '{plain_call}'"],
        ["call.charge", "call.charged_minutes"],
        "its minutes at its price are 22, its record says 20",
    ),
    "caller": Damage(
        ["UPDATE calls SET caller_id = '{eve}' WHERE id = '{plain_call}'"],
        ["call.payer"],
        "its caller is",
    ),
    "callee": Damage(
        ["UPDATE calls SET callee_id = '{eve}' WHERE id = '{shared_call}'"],
        ["call.earner"],
        "its callee is",
    ),
    "share": Damage(
        ["UPDATE calls SET earning_share_bp = 5000 WHERE id = '{shared_call}'"],
        ["call.share"],
        "the callee's share is 45, booked as earned was 27",
    ),
    "earnings of a call": Damage(
        ["UPDATE calls SET earned_minor = earned_minor + 1 WHERE id = '{shared_call}'"],
        ["call.earned"],
        "by the entries 18",
    ),
    "what was given back": Damage(
        ["UPDATE calls SET refunded_minor = 0 WHERE id = '{shared_call}'"],
        ["call.paid"],
        "by its record 90 is paid, by its charge and refund entries 60",
    ),
    "how often": Damage(
        ["UPDATE calls SET refund_count = 2 WHERE id = '{shared_call}'"],
        ["call.refund_count"],
        "the last refund entry is number 1",
    ),
    "payment that was not": Damage(
        ["UPDATE payments SET status = 'settled', settled_at = now() WHERE id = '{pending_payment}'"],
        ["payment.top_up"],
        "its entries should be 1 of 70, there are 0 of 0",
    ),
    "payment undone": Damage(
        ["UPDATE payments SET status = 'pending', settled_at = NULL WHERE id = '{payment}'"],
        ["payment.top_up"],
        "its entries should be 0 of 0, there are 1 of 1000",
    ),
    "amount of a payment": Damage(
        ["UPDATE payments SET amount_minor = 999 WHERE id = '{payment}'"],
        ["payment.top_up"],
        "its entries should be 1 of 999, there are 1 of 1000",
    ),
    "payer": Damage(
        ["UPDATE payments SET account_id = '{eve}' WHERE id = '{payment}'"],
        ["payment.account"],
        "its entry is of",
    ),
    "payment that is gone": Damage(
        [
            "DELETE FROM webhook_events WHERE payment_id = '{payment}'",
            "DELETE FROM payments WHERE id = '{payment}'",
        ],
        ["entry.payment"],
        "there is no such payment",
    ),
    "refund of a payment": Damage(
        ["UPDATE payment_refunds SET amount_minor = 49 WHERE payment_id = '{returned_payment}'"],
        ["payment.refund", "payment.refunded"],
        "of it 49, 30 went back (all, and out of the wallet), its entries say 50, 30",
    ),
    "refund that failed": Damage(
        [
            "UPDATE payment_refunds SET status = 'failed', ask_again_at = NULL, finished_at = now()"
            " WHERE payment_id = '{refunded_payment}'"
        ],
        ["payment.refund_failed", "payment.refunded"],
        "a refund that failed brings back 100, ",
    ),
    "refund without a record": Damage(
        ["DELETE FROM payment_refunds WHERE payment_id = '{returned_payment}'"],
        ["payment.refund_row", "payment.refunded"],
        "of which there is no record",
    ),
    "what went back of a payment": Damage(
        ["UPDATE payments SET refunded_minor = 0 WHERE id = '{returned_payment}'"],
        ["payment.refunded"],
        "its refunds come to 50, its record says 0",
    ),
    "history of a price": Damage(
        [
            "INSERT INTO price_changes (account_id, what, before, after, actor_name, reason)"
            " VALUES ('{bob}', 'asking_price', 7, 30, 'x', 'x')"
        ],
        ["price.history"],
        "its asking_price was 30, change ",
    ),
    "price of today": Damage(
        ["UPDATE wallets SET asking_price_minor = 40 WHERE account_id = '{bob}'"],
        ["price.present"],
        "its asking_price is 40, the last change made it 30",
    ),
}
