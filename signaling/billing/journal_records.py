"""A journal as bytes: one line a record, JSON behind a checksum, only ever appended.

A line is eight hexadecimal digits (CRC-32 of the JSON), a space, the JSON and a line feed. What a crash has torn,
or somebody else has written, does not fit its checksum; the lines around it are not touched by that.
"""

from __future__ import annotations

import zlib
from collections.abc import Iterable
from dataclasses import dataclass, field
from uuid import UUID

import msgspec
from msgspec import Struct

from shared.bus.interface import Envelope

ENCODING = "latin-1"
"""Any bytes are text in it, and the same bytes again; JSON made of ASCII can still be read."""
CHECKSUM_CHARS = 8


class Head(Struct, frozen=True, kw_only=True, tag_field="record", tag="journal"):
    """The first line: whose journal this is, and to which brokers its events go."""

    node: str
    brokers: list[str]


class Kept(Struct, frozen=True, kw_only=True, tag_field="record", tag="kept"):
    """An event waits for its confirmation."""

    message_id: UUID
    exchange: str
    routing_key: str
    type: str
    correlation_id: str | None
    body: str
    """The bytes that are published, as Latin-1."""


class Confirmed(Struct, frozen=True, kw_only=True, tag_field="record", tag="confirmed"):
    """The broker has it."""

    message_id: UUID


Record = Head | Kept | Confirmed

_encoder = msgspec.json.Encoder()
_decoder: msgspec.json.Decoder[Record] = msgspec.json.Decoder(Record)


@dataclass(slots=True)
class Contents:
    """What a journal says."""

    brokers: frozenset[str] = frozenset()
    """Empty where its first line cannot be read."""
    events: dict[UUID, Envelope] = field(default_factory=dict)
    """Kept and not confirmed, oldest first."""
    unreadable: list[bytes] = field(default_factory=list)
    """Lines that are no records."""


def line_of(record: Record) -> bytes:
    """Return the record as it is appended."""
    json = _encoder.encode(record)
    return b"%08x %b\n" % (zlib.crc32(json), json)


def kept(envelope: Envelope) -> Kept:
    """Return the record of an event that begins to wait."""
    return Kept(
        message_id=envelope.message_id,
        exchange=envelope.exchange,
        routing_key=envelope.routing_key,
        type=envelope.type,
        correlation_id=envelope.correlation_id,
        body=envelope.body.decode(ENCODING),
    )


def lines_of(head: Head, events: Iterable[Envelope]) -> bytes:
    """Return a whole journal in which nothing but these events waits."""
    return b"".join([line_of(head), *(line_of(kept(envelope)) for envelope in events)])


def read(data: bytes) -> Contents:
    """Return what the bytes of a journal say, in whatever state it was left."""
    contents = Contents()
    *lines, rest = data.split(b"\n")
    for line in lines:
        match _record(line):
            case Head() as head:
                contents.brokers = frozenset(head.brokers)
            case Kept() as record:
                contents.events[record.message_id] = _envelope(record)
            case Confirmed(message_id=message_id):
                contents.events.pop(message_id, None)
            case None if line:
                contents.unreadable.append(line)
    if rest:
        # The line feed is written last: without it the record was never whole.
        contents.unreadable.append(rest)
    return contents


def _record(line: bytes) -> Record | None:
    checksum, json = line[:CHECKSUM_CHARS], line[CHECKSUM_CHARS + 1 :]
    if checksum != b"%08x" % zlib.crc32(json):
        return None
    try:
        return _decoder.decode(json)
    except (msgspec.DecodeError, UnicodeError, RecursionError):
        return None


def _envelope(record: Kept) -> Envelope:
    return Envelope(
        exchange=record.exchange,
        routing_key=record.routing_key,
        type=record.type,
        message_id=record.message_id,
        body=record.body.encode(ENCODING),
        correlation_id=record.correlation_id,
    )
