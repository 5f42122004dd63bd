"""The door of the queue: bytes become events, and what can never be one is refused here."""

from __future__ import annotations

from datetime import datetime

import msgspec
from msgspec import Struct

from shared.messages.events import CallEvent
from shared.messages.registry import decode_call_event


class UnreadableError(Exception):
    """The body is no event that could be stored."""


def read_event(body: bytes) -> CallEvent:
    """Return the event of a body. Raises `UnreadableError`, whose text says what is wrong with it."""
    try:
        event = decode_call_event(body)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise UnreadableError(f"unreadable: {error}") from error
    check_storable(event)
    return event


def check_storable(part: Struct) -> None:
    """Look for what JSON can say and PostgreSQL cannot keep, in all parts. Raises `UnreadableError`."""
    for field in part.__struct_fields__:
        match getattr(part, field):
            case Struct() as inner:
                check_storable(inner)
            case str() as text if "\0" in text:
                raise UnreadableError(f"unreadable: NUL in `{field}`")
            case datetime() as time:
                _check_time(time)


def _check_time(time: datetime) -> None:
    if time.tzinfo is None:
        raise UnreadableError("unreadable: a time without a time zone")
    if not 1970 < time.year < 9999:
        raise UnreadableError(f"unreadable: the year {time.year}")
