"""An operation on its way into the books: its legs, which sum to zero, numbered and chained."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import NamedTuple
from uuid import UUID

from shared.ledger.accounts import House, Purse
from shared.ledger.chain import ChainedLeg, ChainedOperation, account_name, entry_hash
from shared.ledger.wallet import OpenWallet


class Movement(NamedTuple):
    """Money into a purse or, where negative, out of it."""

    wallet: OpenWallet
    purse: Purse
    amount_minor: int


class Why(NamedTuple):
    """When an operation happened and, where an operator did it, at whose word and for what reason."""

    occurred_at: datetime
    reason: str | None = None
    actor_id: UUID | None = None


class Leg(NamedTuple):
    """A row of `ledger_entries` to be."""

    operation: str
    leg: int
    wallet_id: UUID | None
    purse: str | None
    house: str | None
    amount_minor: int
    balance_after_minor: int | None
    seq: int | None
    hash: bytes | None
    occurred_at: datetime
    created_at: datetime
    reason: str | None
    actor_id: UUID | None


def post(
    operation: str, movements: Sequence[Movement], houses: Mapping[House, int], why: Why, *, now: datetime
) -> list[Leg]:
    """Change the wallets and return the legs; where all is nothing, nothing."""
    moved = [movement for movement in movements if movement.amount_minor]
    chained = [
        ChainedLeg(place, account_name(wallet.account_id, purse), amount_minor, wallet.move(purse, amount_minor))
        for place, (wallet, purse, amount_minor) in enumerate(moved)
    ]
    of_houses = [(house, amount_minor) for house, amount_minor in houses.items() if amount_minor]
    chained += [
        ChainedLeg(place, house.value, amount_minor, None)
        for place, (house, amount_minor) in enumerate(of_houses, len(moved))
    ]
    chaining = ChainedOperation(operation, why.occurred_at, now, why.reason, why.actor_id, chained)
    return [
        *(_of_wallet(movement, leg, chaining) for movement, leg in zip(moved, chained, strict=False)),
        *(_of_house(leg, chaining) for leg in chained[len(moved) :]),
    ]


def _of_wallet(movement: Movement, leg: ChainedLeg, of: ChainedOperation) -> Leg:
    wallet = movement.wallet
    wallet.chain_seq += 1
    wallet.chain_hash = entry_hash(wallet.chain_hash, wallet.account_id, wallet.chain_seq, of)
    return Leg(
        of.operation,
        leg.leg,
        wallet.account_id,
        movement.purse.value,
        None,
        leg.amount_minor,
        leg.balance_after_minor,
        wallet.chain_seq,
        wallet.chain_hash,
        of.occurred_at,
        of.created_at,
        of.reason,
        of.actor_id,
    )


def _of_house(leg: ChainedLeg, of: ChainedOperation) -> Leg:
    return Leg(
        of.operation,
        leg.leg,
        None,
        None,
        leg.account,
        leg.amount_minor,
        None,
        None,
        None,
        of.occurred_at,
        of.created_at,
        of.reason,
        of.actor_id,
    )
