"""What the name of an operation says of it, e.g. ``charge:<call>``."""

from typing import NamedTuple, cast, get_args
from uuid import UUID

from api.wallet.schemas import EntryKind

OF_CALLS = frozenset({"charge", "refund"})
OF_PAYMENTS = frozenset({"top_up", "payment_refund", "payment_refund_failed"})


class References(NamedTuple):
    """The kind of an operation, and what it was about, where that can be read elsewhere."""

    kind: EntryKind
    call_id: UUID | None
    payment_id: UUID | None


def references_of(operation: str) -> References:
    """Return what the name says. Raises `ValueError` for a name that is none."""
    kind, subject, *_ = operation.split(":")
    if kind not in get_args(EntryKind):
        raise ValueError(f"no kind of operation is called {kind}")
    subject_id = UUID(subject)
    return References(
        cast("EntryKind", kind),
        subject_id if kind in OF_CALLS else None,
        subject_id if kind in OF_PAYMENTS else None,
    )
