"""What of an entry is another than it was when it was booked, as far as the rest of the books can tell.

The hash says only that something is. If the entry fits its hash again once one thing is put back to what follows
from the entry before it, from the other legs or from the operation's other rows, it is that thing.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple
from uuid import UUID

from shared.ledger.chain import ChainedLeg, ChainedOperation, entry_hash


class Suspect(NamedTuple):
    """An entry that does not fit its hash, with what goes before it and the hash that it has."""

    wallet_id: UUID
    seq: int
    leg: int
    previous_hash: bytes
    previous_balance_minor: int
    operation: ChainedOperation
    hash: bytes


def diagnose(suspect: Suspect, other: ChainedOperation | None) -> str:
    """Say what was altered; `other` is the operation with the times, reason and actor that its other legs have."""
    for what, was in _guesses(suspect, other):
        if entry_hash(suspect.previous_hash, suspect.wallet_id, suspect.seq, was) == suspect.hash:
            return f"{what} was altered"
    return "it was altered, or put there, or the one before it was and got a new hash"


def _guesses(suspect: Suspect, other: ChainedOperation | None) -> Iterator[tuple[str, ChainedOperation]]:
    """Yield the operation as it may have been, one thing put back at a time."""
    operation = suspect.operation
    for place, leg in enumerate(operation.legs):
        rest = sum(each.amount_minor for each in operation.legs) - leg.amount_minor
        amounts = {-rest}
        if leg.leg == suspect.leg:
            after = leg.balance_after_minor or 0
            amounts.add(after - suspect.previous_balance_minor)
            balance = suspect.previous_balance_minor + leg.amount_minor
            yield f"its balance after it ({balance})", _with(operation, place, leg.amount_minor, balance)
            yield f"its amount ({-rest})", _with(operation, place, -rest, suspect.previous_balance_minor - rest)
        for amount in amounts:
            whose = "its amount" if leg.leg == suspect.leg else f"the amount of its other leg, {leg.account},"
            yield f"{whose} ({amount})", _with(operation, place, amount, leg.balance_after_minor)
    if other is not None:
        for name in ("occurred_at", "created_at", "reason", "actor_id"):
            # Without the value: a reason is for operators' eyes, and this is logged.
            yield f"its {name}", operation._replace(**{name: getattr(other, name)})


def _with(operation: ChainedOperation, place: int, amount_minor: int, balance: int | None) -> ChainedOperation:
    legs = list(operation.legs)
    legs[place] = ChainedLeg(legs[place].leg, legs[place].account, amount_minor, balance)
    return operation._replace(legs=legs)
