"""The door of the replay: messages of the log become events."""

from __future__ import annotations

from uuid import UUID

import msgspec

from billing_worker.settlement.inbox import UnreadableError, check_storable
from shared.messages.events import Event
from shared.messages.registry import decode_event


def read_logged(body: bytes) -> Event:
    """Return the event of a body. Raises `UnreadableError`, whose text says what is wrong with it."""
    try:
        event = decode_event(body)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise UnreadableError(f"unreadable: {error}") from error
    check_storable(event)
    return event


def call_of(event: Event) -> UUID | None:
    """Return the call that the event is about."""
    call_id: UUID | None = getattr(event, "call_id", None)
    return call_id


def accounts_of(event: Event) -> set[UUID]:
    """Return the accounts that the event names as having to do with money."""
    named = (getattr(event, name, None) for name in ("account_id", "caller_id", "callee_id"))
    return {account_id for account_id in named if account_id is not None}
