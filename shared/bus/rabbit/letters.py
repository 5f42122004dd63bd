"""A dead letter as an operator reads it, whoever parked it: a consumer, the broker itself, or somebody by hand."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from aiormq.abc import DeliveredMessage
from msgspec import Struct
from pamqp.commands import Basic

from shared.bus.rabbit.messages import PERSISTENT, REQUEUED_HEADER, Outgoing, received
from shared.bus.topology import CALL_EVENTS, DELIVERY_LIMIT, QUEUES

BROKERS_REASONS = {
    "delivery_limit": f"given up by the broker: delivered more than {DELIVERY_LIMIT} times, and never finished",
    "rejected": "rejected by a consumer, without a reason",
    "expired": "expired in its queue",
    "maxlen": "its queue was full",
}
"""RabbitMQ, "Dead Letter Exchanges": the reasons of `x-death`."""
UNKNOWN_REASON = "unknown: neither a consumer nor the broker left a reason"
OF_THE_LAST_DEATH = frozenset({"x-reason", "x-original-queue", "x-failed-at", "x-death", "x-delivery-count"})
"""Headers that are true no more once the letter is sent again; so is ``x-first-death-…``."""


class Letter(Struct, frozen=True, kw_only=True):
    """What could not be processed, and why."""

    id: str
    """The message's id; one without has a name made of its body."""
    type: str
    call_id: str | None
    reason: str
    queue: str
    """Where it comes from, and goes when it is sent again."""
    failed_at: datetime | None
    times: int
    """How often it was parked: 1, and one more for each time that it was sent again in vain."""
    body: bytes
    headers: Mapping[str, Any]
    properties: Mapping[str, Any]
    """The others that AMQP knows, those that are set."""
    tag: int
    """The broker's number of the delivery on its channel."""


def letter(message: DeliveredMessage) -> Letter:
    """Return a message of a queue of dead letters as a letter."""
    plain = received(message, monotonic_ms=0)
    headers: dict[str, Any] = dict(message.header.properties.headers or {})
    death = _last_death(headers)
    return Letter(
        id=plain.message_id or f"body-{hashlib.sha256(plain.body).hexdigest()[:16]}",
        type=plain.type,
        call_id=plain.correlation_id,
        reason=_text(headers.get("x-reason")) or _brokers_reason(death),
        queue=_text(headers.get("x-original-queue")) or _text(death.get("queue")) or CALL_EVENTS.name,
        failed_at=_moment(headers.get("x-failed-at")) or _moment(death.get("time")),
        times=plain.requeued + 1,
        body=plain.body,
        headers=headers,
        properties={name: value for name, value in message.header.properties if value and name != "headers"},
        tag=plain.tag,
    )


def sent_again(letter: Letter) -> Outgoing:
    """Return the letter on its way to the queue that it came from, as it was but for what is told of its death."""
    headers = {
        name: value
        for name, value in letter.headers.items()
        if name not in OF_THE_LAST_DEATH and not name.startswith(("x-first-death-", "x-last-death-"))
    }
    properties = Basic.Properties(**{**letter.properties, "headers": headers | {REQUEUED_HEADER: letter.times}})
    properties.delivery_mode = PERSISTENT
    # An expiration would have the broker drop money; a user id of somebody else's it would refuse.
    properties.expiration = None
    properties.user_id = None
    # Not through the exchange: the log has had it already.
    return Outgoing(exchange="", routing_key=letter.queue, body=letter.body, properties=properties)


def can_be_sent_again(letter: Letter) -> bool:
    """Whether its queue is one of ours that is consumed."""
    return any(queue.name == letter.queue and queue.dead_letter_exchange for queue in QUEUES)


def _last_death(headers: Mapping[str, Any]) -> Mapping[str, Any]:
    deaths = headers.get("x-death")
    first = deaths[0] if isinstance(deaths, list) and deaths else None
    return first if isinstance(first, dict) else {}


def _brokers_reason(death: Mapping[str, Any]) -> str:
    word = _text(death.get("reason"))
    return BROKERS_REASONS.get(word, f"dead-lettered by the broker: {word}") if word else UNKNOWN_REASON


def _text(value: object) -> str:
    if isinstance(value, bytes | bytearray):
        return value.decode(errors="replace")
    return value if isinstance(value, str) else ""


def _moment(value: object) -> datetime | None:
    if isinstance(value, str):
        try:
            value = datetime.fromisoformat(value)
        except ValueError:
            return None
    if not isinstance(value, datetime):
        return None
    return value if value.tzinfo else value.replace(tzinfo=UTC)
