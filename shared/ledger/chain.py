"""What makes the entries of a wallet hold one another: whoever alters one would have to alter all that follow.

The hash of an entry is SHA-256 over the hash of the wallet's entry before it (nothing for the first one) and the
JSON, without spaces, of a list: the wallet, the entry's number in it, the operation, when it occurred and when it
was booked (microseconds since 1970), the reason, the actor, and all legs of the operation in their order; a leg is
its number, its account (``<wallet>/<purse>`` or a house), its amount, and the balance after it (null for a house).

Written down for ever: entries that exist were made by it.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import NamedTuple
from uuid import UUID

import msgspec

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
MICROSECOND = timedelta(microseconds=1)


class ChainedLeg(NamedTuple):
    """A leg as the chain covers it."""

    leg: int
    account: str
    amount_minor: int
    balance_after_minor: int | None


class ChainedOperation(NamedTuple):
    """An operation as the chains of its wallets cover it."""

    operation: str
    occurred_at: datetime
    created_at: datetime
    reason: str | None
    actor_id: UUID | None
    legs: Sequence[ChainedLeg]


def account_name(wallet_id: UUID, purse: str) -> str:
    """Return what the chain calls a purse of a wallet."""
    return f"{wallet_id}/{purse}"


def entry_hash(previous: bytes, wallet_id: UUID, seq: int, of: ChainedOperation) -> bytes:
    """Return the hash of the wallet's entry number `seq`; `previous` is that of the one before, or empty."""
    content = [
        wallet_id,
        seq,
        of.operation,
        (of.occurred_at - EPOCH) // MICROSECOND,
        (of.created_at - EPOCH) // MICROSECOND,
        of.reason,
        of.actor_id,
        of.legs,
    ]
    return hashlib.sha256(previous + msgspec.json.encode(content)).digest()
