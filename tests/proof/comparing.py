"""Compares every wallet, call and entry of the database with the model's, in words."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from tests.proof.books import Books
from tests.proof.model import Model
from tests.proof.names import Names

Facts = dict[str, Any]


def assert_same(books: Books, model: Model, names: Names) -> None:
    """Fail with what differs: first what the model says, then what is there."""
    differences = list(unlike(of_model(model), of_books(books, names)))
    assert not differences, "\n".join(differences)


def unlike(expected: Facts, found: Facts) -> Iterator[str]:
    """Yield what differs, in words."""
    for what in sorted(expected.keys() | found.keys()):
        one, other = expected.get(what), found.get(what)
        if isinstance(one, dict) and isinstance(other, dict):
            yield from (f"{what}, {difference}" for difference in unlike(one, other))
        elif one != other:
            yield f"{what}: should be {one}, is {other}"


def of_model(model: Model) -> Facts:
    """Return all facts of the model."""
    facts: Facts = {}
    for name, wallet in model.wallets.items():
        facts[f"wallet of {name}"] = vars(wallet)
        facts[f"statement of {name}"] = []
    for entry in model.ledger:
        if entry.purse:
            line = (entry.operation, entry.purse, entry.amount, entry.balance_after)
            facts[f"statement of {entry.account}"].append(line)
        facts.setdefault(f"entry {entry.operation}", []).append(
            (entry.account, entry.purse, entry.amount, entry.when)
        )
    for name, call in model.calls.items():
        facts[name] = {
            "parties": (call.caller, call.callee),
            "terms": (call.price, call.share_bp, *call.terms),
            "held, proven": (call.minutes_held, call.proof_ms),
            "owner": tuple(call.owner),
            "started": call.started,
            "ended": (call.talk_ms, call.reason, call.ended),
            "settled": call.settled,
            "charged": None if call.minutes is None else (call.minutes, call.charge),
            "earned, refunded, refunds": (call.earned, call.refunded, call.refunds),
        }
    for name, payment in model.payments.items():
        facts[name] = (payment.account, payment.amount, payment.settled, payment.refunded)
    return facts


def of_books(books: Books, names: Names) -> Facts:
    """Return all facts of the database."""
    facts: Facts = {}
    for row in books.wallets:
        name = names.word(row["account_id"])
        facts[f"wallet of {name}"] = {
            "price": row["price_minor"],
            "balance": row["balance_minor"],
            "held": row["held_minor"],
            "earned": row["earned_minor"],
            "asking_price": row["asking_price_minor"],
            "share_bp": row["earning_share_bp"],
            "blocked": row["blocked_at"] is not None,
            "barred": row["operator_blocked_at"] is not None,
            "limit_a_call": row["spend_call_minor_max"],
            "limit_a_day": row["spend_day_minor_max"],
            "call": names.word(row["in_call_id"]),
        }
        facts[f"statement of {name}"] = [
            (names.operation(e["operation"]), e["purse"], e["amount_minor"], e["balance_after_minor"])
            for e in books.statements.get(row["account_id"], [])
        ]
    for row in books.entries:
        account = names.word(row["wallet_id"]) or row["house"]
        legs = facts.setdefault(f"entry {names.operation(row['operation'])}", [])
        legs.append((account, row["purse"], row["amount_minor"], row["occurred_at"]))
    for row in books.calls:
        terms = ("price_minor", "earning_share_bp", "minute_ms", "free_ms", "grace_ms")
        facts[names.word(row["id"]) or ""] = {
            "parties": (names.word(row["caller_id"]), names.word(row["callee_id"])),
            "terms": tuple(row[term] for term in terms),
            "held, proven": (row["minutes_held"], row["proof_talk_ms"]),
            "owner": (row["node"], row["epoch"]),
            "started": row["started_at"],
            "ended": (row["talk_ms"], row["reason"], row["ended_at"]),
            "settled": row["settled_at"],
            "charged": None if row["minutes"] is None else (row["minutes"], row["charge_minor"]),
            "earned, refunded, refunds": (row["earned_minor"], row["refunded_minor"], row["refund_count"]),
        }
    for row in books.payments:
        settled = row["status"] == "settled"
        name = names.word(row["id"]) or ""
        facts[name] = (names.word(row["account_id"]), row["amount_minor"], settled, row["refunded_minor"])
    return facts
