"""What is read of a stream: its messages, which of them are wanted, and how far the reading has come."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from aiormq.abc import DeliveredMessage
from msgspec import Struct

from shared.bus.batches import Received
from shared.bus.rabbit.messages import received

OFFSET_HEADER = "x-stream-offset"


class Logged(Received, frozen=True, kw_only=True):
    """A message of a stream."""

    offset: int
    """Its number in the stream, for ever."""
    published_at: datetime | None
    """By its publisher's clock, to the second; None where it did not say."""


class Span(Struct, frozen=True, kw_only=True):
    """The part of a stream that is wanted, by the time of publication (whole seconds, both included).

    A message that does not say when it was published is wanted in any case.
    """

    since: datetime | None = None
    until: datetime | None = None
    from_offset: int | None = None

    def begin(self, *, late: timedelta) -> str | int | datetime:
        """Return what AMQP calls the offset specification, earlier than `since` by as much as clocks may differ."""
        if self.from_offset is not None:
            return self.from_offset
        return "first" if self.since is None else self.since - late

    def begins_before(self, message: Logged) -> bool:
        """Whether something in front of this message could be wanted."""
        if self.from_offset is not None:
            return self.from_offset < message.offset
        return self.since is None or message.published_at is None or self.since < message.published_at

    def is_long_over(self, message: Logged, *, late: timedelta) -> bool:
        """Whether nothing behind this message can be wanted any more."""
        return bool(self.until and message.published_at and message.published_at > self.until + late)

    def __contains__(self, message: Logged) -> bool:
        if self.from_offset is not None and message.offset < self.from_offset:
            return False
        if message.published_at is None:
            return True
        since = self.since and self.since.replace(microsecond=0)
        return (since is None or since <= message.published_at) and (
            self.until is None or message.published_at <= self.until
        )


@dataclass(slots=True)
class Place:
    """How far a reading has come. Offsets are None until they are known."""

    oldest: int | None = None
    """What the stream began with when the reading did; all before it has expired."""
    newest: int | None = None
    """About what it ended with."""
    first: int | None = None
    """What the reading began with."""
    next_offset: int | None = None
    """Where it goes on."""
    begins_cut_off: bool = False
    """Whether some of what was asked for has expired."""

    def knows(self, offset: int) -> bool:
        """Whether this message was passed before: another connection begins with a whole chunk."""
        return self.next_offset is not None and offset < self.next_offset

    def pass_by(self, message: Logged, span: Span) -> None:
        """The message was read."""
        if self.first is None:
            self.first = message.offset
            self.begins_cut_off = bool(self.oldest) and self.first == self.oldest and span.begins_before(message)
        self.next_offset = message.offset + 1


def logged(message: DeliveredMessage) -> Logged:
    """Return a stream's message as it arrived, whoever published it."""
    plain = received(message, monotonic_ms=0)
    properties = message.header.properties
    return Logged(
        type=plain.type,
        message_id=plain.message_id,
        body=plain.body,
        correlation_id=plain.correlation_id,
        tag=plain.tag,
        offset=_number((properties.headers or {}).get(OFFSET_HEADER)),
        published_at=properties.timestamp,
    )


def _number(offset: object) -> int:
    if not isinstance(offset, int):
        raise TypeError(f"A stream's message has the offset {offset!r}")
    return offset
