"""Our messages as AMQP carries them: what an operator sees of each in the management UI."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from aiormq.abc import DeliveredMessage
from msgspec import Struct
from pamqp.commands import Basic
from pamqp.common import FieldTable

from shared.bus.batches import Received
from shared.bus.interface import Delivery, Envelope, Rejected
from shared.bus.topology import BILLING_REQUESTS, REQUEST_MS_MAX, Queue
from shared.ids import new_id
from shared.messages.registry import encode, type_of
from shared.messages.requests import Reply, Request

APP_ID = "talktime"
TRANSIENT = 1
PERSISTENT = 2
MARK = "log.mark"
"""The type of what readers of a stream write behind its end to find it again; about nothing."""
REQUEUED_HEADER = "x-requeued"
"""How often a dead letter was sent to its queue again."""


class Outgoing(Struct, frozen=True, kw_only=True):
    """A message with its address."""

    exchange: str
    routing_key: str
    body: bytes
    properties: Basic.Properties
    mandatory: bool = True
    """Whether the publisher hears that no queue wants it."""


def event(envelope: Envelope, *, now: datetime) -> Outgoing:
    """Return an event or notice, to be kept on disk until it is consumed."""
    properties = _properties(
        message_type=envelope.type,
        message_id=str(envelope.message_id),
        correlation_id=envelope.correlation_id,
        headers=_about(envelope.correlation_id),
        delivery_mode=PERSISTENT,
        now=now,
    )
    return Outgoing(
        exchange=envelope.exchange, routing_key=envelope.routing_key, body=envelope.body, properties=properties
    )


def dead_letter(rejected: Rejected, *, queue: Queue, now: datetime) -> Outgoing:
    """Return a rejected message on its way to the dead letters, with its reason."""
    headers: FieldTable = {
        "x-reason": rejected.reason,
        "x-original-queue": queue.name,
        "x-failed-at": now.isoformat(timespec="milliseconds"),
    }
    return Outgoing(
        exchange=queue.dead_letter_exchange or "",
        routing_key=queue.dead_letter_routing_key or "",
        body=rejected.delivery.body,
        properties=_again(rejected.delivery, headers=headers, now=now),
    )


def given_back(delivery: Delivery, *, queue: Queue, now: datetime) -> Outgoing:
    """Return a message on its way to the end of the queue it came from."""
    properties = _again(delivery, headers={}, now=now)
    return Outgoing(exchange="", routing_key=queue.name, body=delivery.body, properties=properties)


def mark(mark_id: str, *, stream: str, now: datetime) -> Outgoing:
    """Return the mark of one reading, for this stream alone."""
    properties = _properties(
        message_type=MARK,
        message_id=mark_id,
        correlation_id=None,
        headers={},
        delivery_mode=PERSISTENT,
        now=now,
    )
    return Outgoing(exchange="", routing_key=stream, body=b"{}", properties=properties)


def request(asked: Request, *, correlation_id: str, reply_to: str, timeout_ms: int, now: datetime) -> Outgoing:
    """Return a request, which the broker drops when nobody waits for its reply any more."""
    call_id: UUID | None = getattr(asked, "call_id", None)
    (binding,) = BILLING_REQUESTS.bindings
    properties = _properties(
        message_type=type_of(asked),
        message_id=correlation_id,
        correlation_id=correlation_id,
        headers=_about(call_id),
        delivery_mode=TRANSIENT,
        now=now,
    )
    properties.reply_to = reply_to
    properties.expiration = str(min(timeout_ms, REQUEST_MS_MAX))
    return Outgoing(
        exchange=binding.exchange, routing_key=binding.routing_key, body=encode(asked), properties=properties
    )


def reply(answer: Reply, *, asked: Received, now: datetime) -> Outgoing:
    """Return a reply; that its asker is gone by now is nobody's concern."""
    call_id: UUID | None = getattr(answer, "call_id", None)
    properties = _properties(
        message_type=type_of(answer),
        message_id=str(new_id()),
        correlation_id=asked.correlation_id,
        headers=_about(call_id),
        delivery_mode=TRANSIENT,
        now=now,
    )
    return Outgoing(
        exchange="",
        routing_key=asked.reply_to or "",
        body=encode(answer),
        properties=properties,
        mandatory=False,
    )


def received(message: DeliveredMessage, *, monotonic_ms: int) -> Received:
    """Return a message as it arrived, whoever published it."""
    properties = message.header.properties
    expiration = properties.expiration or ""
    return Received(
        type=properties.message_type or "",
        message_id=properties.message_id or "",
        body=message.body,
        redelivered=bool(message.redelivered),
        correlation_id=properties.correlation_id,
        requeued=_requeued(properties.headers),
        tag=message.delivery_tag or 0,
        reply_to=properties.reply_to,
        stale_at_ms=monotonic_ms + int(expiration) if expiration.isdigit() else None,
    )


def _again(delivery: Delivery, *, headers: FieldTable, now: datetime) -> Basic.Properties:
    return _properties(
        message_type=delivery.type,
        message_id=delivery.message_id,
        correlation_id=delivery.correlation_id,
        headers=_about(delivery.correlation_id) | _often(delivery.requeued) | headers,
        delivery_mode=PERSISTENT,
        now=now,
    )


def _properties(
    *,
    message_type: str,
    message_id: str,
    correlation_id: str | None,
    headers: FieldTable,
    delivery_mode: int,
    now: datetime,
) -> Basic.Properties:
    return Basic.Properties(
        app_id=APP_ID,
        content_type="application/json",
        message_type=message_type,
        message_id=message_id,
        correlation_id=correlation_id,
        headers=headers,
        delivery_mode=delivery_mode,
        timestamp=now,
    )


def _about(call_id: UUID | str | None) -> FieldTable:
    return {"call_id": str(call_id)} if call_id else {}


def _often(requeued: int) -> FieldTable:
    return {REQUEUED_HEADER: requeued} if requeued else {}


def _requeued(headers: FieldTable | None) -> int:
    often = (headers or {}).get(REQUEUED_HEADER)
    return often if isinstance(often, int) and often > 0 else 0
