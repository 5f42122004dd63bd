"""Exchanges, queues and bindings as data; the names are what an operator reads in the management UI.

The arguments of a queue cannot be changed once it exists: a change needs a new name.
"""

from __future__ import annotations

from typing import Literal

from msgspec import Struct

EXPIRES_MS_MAX = 2**32 - 1


class Exchange(Struct, frozen=True):
    """A durable exchange."""

    name: str
    kind: Literal["topic", "direct", "fanout"]


class Binding(Struct, frozen=True):
    """What of an exchange a queue gets."""

    exchange: str
    routing_key: str


class Queue(Struct, frozen=True, kw_only=True):
    """A durable queue."""

    name: str
    kind: Literal["quorum", "classic", "stream"]
    bindings: tuple[Binding, ...] = ()
    delivery_limit: int | None = None
    dead_letter_exchange: str | None = None
    dead_letter_routing_key: str | None = None
    message_ttl_ms: int | None = None
    max_age: str | None = None
    """How long a stream keeps what it has, e.g. ``90D``."""


CALLS = Exchange("calls", "topic")
PAYMENTS = Exchange("payments", "topic")
ACCOUNTS = Exchange("accounts", "direct")
NODES = Exchange("nodes", "direct")
"""Keyed by node: what signaling nodes say to one another."""
PRESENCE = Exchange("presence", "direct")
"""Keyed by account: hints that somebody may have become callable, or not; to the nodes that watch them."""
DEAD_LETTERS = Exchange("dead-letters", "direct")
REQUESTS = Exchange("billing", "direct")

DELIVERY_LIMIT = 20
UNLIMITED = 1_000_000_000
"""RabbitMQ 4 has a limit where none is given, and drops a dead letter looked at too often; 3.10 knows no -1."""
REQUEST_MS_MAX = 3_000
"""A request older than this has no asker any more."""

CALL_EVENTS = Queue(
    name="billing.calls",
    kind="quorum",
    bindings=(Binding(CALLS.name, "call.*"), Binding(CALLS.name, "sweep.due")),
    delivery_limit=DELIVERY_LIMIT,
    dead_letter_exchange=DEAD_LETTERS.name,
    dead_letter_routing_key="billing.calls",
)
DEAD_CALL_EVENTS = Queue(
    name="billing.calls.dead",
    kind="quorum",
    delivery_limit=UNLIMITED,
    bindings=(Binding(DEAD_LETTERS.name, "billing.calls"),),
)
BILLING_LOG = Queue(
    name="billing.log",
    kind="stream",
    bindings=(Binding(CALLS.name, "#"), Binding(PAYMENTS.name, "#")),
    max_age="90D",
)
BILLING_REQUESTS = Queue(
    name="billing.requests.v2",
    kind="quorum",
    # Each is taken once: what is delivered again has no asker any more.
    delivery_limit=UNLIMITED,
    bindings=(Binding(REQUESTS.name, "requests"),),
    message_ttl_ms=REQUEST_MS_MAX,
)

OUTDATED_REQUESTS = "billing.requests"
"""Where requests were, in a queue that ends with its node, up to version 0.1; nothing is sent there any more."""

EXCHANGES = (CALLS, PAYMENTS, ACCOUNTS, NODES, PRESENCE, DEAD_LETTERS, REQUESTS)
QUEUES = (CALL_EVENTS, DEAD_CALL_EVENTS, BILLING_LOG, BILLING_REQUESTS)

MAILBOX_KIND = "quorum"
MAILBOX_EXPIRES_MS = 10 * 60_000
"""How long a mailbox outlives its node's last connection; afterwards its notices are unroutable."""
NOTICE_BATCH_MAX = 100
"""Messages of a mailbox that a node fetches ahead."""


def mailbox_name(node: str) -> str:
    """Return the queue of what is meant for the accounts connected to a signaling node."""
    return f"signaling.{node}"


def replies_name(node: str) -> str:
    """Return the queue of the replies to a node's requests."""
    return f"signaling.{node}.replies"
