"""Identifiers that sort by the time of their making (UUID version 7, RFC 9562)."""

from __future__ import annotations

from datetime import UTC, datetime
from uuid import UUID

from uuid_utils.compat import uuid7

_BITS_AFTER_TIME = 80


def new_id() -> UUID:
    """Return a fresh id; later ids are greater, so a primary key is also an order of creation."""
    return uuid7()


def made_at(made: UUID) -> datetime:
    """Return when an id of `new_id` was made, to the millisecond."""
    return datetime.fromtimestamp((made.int >> _BITS_AFTER_TIME) / 1_000, UTC)


def first_id_at(moment: datetime) -> UUID:
    """Return the least id: none that is made at this moment or later is below it."""
    return UUID(int=max(0, int(moment.timestamp() * 1_000)) << _BITS_AFTER_TIME)
