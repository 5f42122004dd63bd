"""The door of the queue: bytes become events, and what can never be one is refused here."""

from __future__ import annotations

from datetime import datetime

import msgspec

from shared.messages.events import CallEnded, CallEvent, CallStarted, SweepDue
from shared.messages.registry import decode_call_event


class UnreadableError(Exception):
    """The body is no event that could be stored."""


def read_event(body: bytes) -> CallEvent:
    """Return the event of a body. Raises `UnreadableError`, whose text says what is wrong with it."""
    try:
        event = decode_call_event(body)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise UnreadableError(f"unreadable: {error}") from error
    if not isinstance(event, SweepDue) and "\0" in event.node:
        # JSON can say it, PostgreSQL's text cannot.
        raise UnreadableError("unreadable: NUL in `node`")
    for time in _times(event):
        _check(time)
    return event


def _times(event: CallEvent) -> list[datetime]:
    match event:
        case CallStarted():
            return [event.started_at]
        case CallEnded():
            return [event.ended_at, *([event.started_at] if event.started_at else [])]
        case SweepDue():
            return []


def _check(time: datetime) -> None:
    if time.tzinfo is None:
        raise UnreadableError("unreadable: a time without a time zone")
    if not 1970 < time.year < 9999:
        raise UnreadableError(f"unreadable: the year {time.year}")
