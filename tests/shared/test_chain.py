"""The chain of a wallet's entries: written down for ever, and sensitive to everything that it covers."""

import hashlib
import json
from datetime import UTC, datetime, timedelta, timezone
from uuid import UUID

import pytest

from shared.ledger.chain import ChainedLeg, ChainedOperation, account_name, entry_hash

WALLET = UUID("01890000-0000-7000-8000-00000000000a")
OTHER = UUID("01890000-0000-7000-8000-00000000000b")
ACTOR = UUID("01890000-0000-7000-8000-00000000000c")
PREVIOUS = bytes(range(32))
OPERATION = ChainedOperation(
    "adjustment:01890000-0000-7000-8000-00000000000d",
    datetime(2030, 1, 31, 23, 59, 59, 999_999, tzinfo=UTC),
    datetime(2030, 2, 1, tzinfo=UTC),
    "Trinkgeld für „Zoë“ \\ 🎁",
    ACTOR,
    [
        ChainedLeg(0, account_name(WALLET, "credit"), 15, 1_015),
        ChainedLeg(1, "adjustments", -15, None),
    ],
)
LEGS = OPERATION.legs


def test_the_hash_is_what_is_written_of_it() -> None:
    """Made here by the page's words alone; hashes of entries that exist must never come out otherwise."""
    content = [
        str(WALLET), 7, OPERATION.operation, 1_896_134_399_999_999, 1_896_134_400_000_000, OPERATION.reason,
        str(ACTOR),
        [[0, f"{WALLET}/credit", 15, 1_015], [1, "adjustments", -15, None]],
    ]  # fmt: skip
    body = json.dumps(content, ensure_ascii=False, separators=(",", ":")).encode()
    made = entry_hash(PREVIOUS, WALLET, 7, OPERATION)
    assert made == hashlib.sha256(PREVIOUS + body).digest()
    assert made.hex() == "9dd1deb22221e7a54afbb89edbad58e0da5e22f9834aba761133da89fbf87b20"


def test_a_first_entry_follows_nothing() -> None:
    assert entry_hash(b"", WALLET, 1, OPERATION) != entry_hash(bytes(32), WALLET, 1, OPERATION)


@pytest.mark.parametrize(
    "other",
    [
        OPERATION._replace(operation="adjustment:01890000-0000-7000-8000-00000000000e"),
        OPERATION._replace(occurred_at=OPERATION.occurred_at + timedelta(microseconds=1)),
        OPERATION._replace(created_at=OPERATION.created_at - timedelta(microseconds=1)),
        OPERATION._replace(reason=None),
        OPERATION._replace(reason=""),
        OPERATION._replace(actor_id=OTHER),
        OPERATION._replace(actor_id=None),
        OPERATION._replace(legs=[LEGS[0]]),
        OPERATION._replace(legs=[LEGS[1], LEGS[0]]),
        OPERATION._replace(legs=[LEGS[0]._replace(amount_minor=16), LEGS[1]]),
        OPERATION._replace(legs=[LEGS[0]._replace(balance_after_minor=1_016), LEGS[1]]),
        OPERATION._replace(legs=[LEGS[0]._replace(account=account_name(WALLET, "earnings")), LEGS[1]]),
        OPERATION._replace(legs=[LEGS[0], LEGS[1]._replace(account="forfeits")]),
        OPERATION._replace(legs=[LEGS[0], LEGS[1]._replace(amount_minor=-16)]),
        OPERATION._replace(legs=[LEGS[0], LEGS[1]._replace(leg=2)]),
    ],
)
def test_everything_of_an_operation_is_covered(other: ChainedOperation) -> None:
    assert entry_hash(PREVIOUS, WALLET, 7, other) != entry_hash(PREVIOUS, WALLET, 7, OPERATION)


def test_so_are_the_wallet_the_number_and_what_went_before() -> None:
    made = {
        entry_hash(PREVIOUS, WALLET, 7, OPERATION),
        entry_hash(PREVIOUS, WALLET, 8, OPERATION),
        entry_hash(PREVIOUS, OTHER, 7, OPERATION),
        entry_hash(PREVIOUS[::-1], WALLET, 7, OPERATION),
    }
    assert len(made) == 4


def test_a_moment_is_the_same_in_every_time_zone() -> None:
    """PostgreSQL gives them back in another one than they were written in."""
    elsewhere = OPERATION.occurred_at.astimezone(timezone(timedelta(hours=5, minutes=45)))
    assert entry_hash(PREVIOUS, WALLET, 7, OPERATION._replace(occurred_at=elsewhere)) == entry_hash(
        PREVIOUS, WALLET, 7, OPERATION
    )
