"""The promise both transports keep; one contract-test suite holds them to it."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from enum import StrEnum
from typing import Protocol
from uuid import UUID

from msgspec import Struct

from shared.bus.topology import ACCOUNTS, Exchange
from shared.messages.requests import Reply, Request


class BusError(Exception):
    """Something about the bus."""


class NoReplyError(BusError):
    """Nobody answered a request in time, or the broker is not there; the request may still be carried out."""


class UnavailableError(Exception):
    """A handler cannot work now (its database is away): hold the messages and try again."""


class Envelope(Struct, frozen=True, kw_only=True):
    """A message on its way: where to, its name, and its JSON body."""

    exchange: str
    routing_key: str
    type: str
    message_id: UUID
    body: bytes
    correlation_id: str | None = None
    """The call the message is about, where it is about one; searchable in the management UI."""


class Outcome(StrEnum):
    """What became of a publish."""

    CONFIRMED = "confirmed"
    """The broker has it safely."""
    UNROUTABLE = "unroutable"
    """The broker is well, and no queue wants the message."""
    REFUSED = "refused"
    """Nothing was stored: the broker said no, or could not even be asked."""
    UNKNOWN = "unknown"
    """No answer in time: it may or may not be stored. Publish again with the same `message_id`."""


class Delivery(Struct, frozen=True, kw_only=True):
    """A message as a consumer gets it."""

    type: str
    message_id: str
    body: bytes
    redelivered: bool = False
    correlation_id: str | None = None
    """The call the message is about, where it is about one."""
    requeued: int = 0
    """How often it was a dead letter before, and sent again."""


class Rejected(Struct, frozen=True):
    """A delivery that can never be processed, and why; it is parked with the other dead letters."""

    delivery: Delivery
    reason: str


HandleBatch = Callable[[Sequence[Delivery]], Awaitable[Sequence[Rejected]]]
"""Process a batch; what is not returned as rejected is acknowledged. Raise `UnavailableError` to have it again."""

HandleRequests = Callable[[Sequence[Request]], Awaitable[Sequence[Reply]]]
"""Answer a batch, one reply a request in the same order. Raise `UnavailableError` to answer nobody."""

HandleNotice = Callable[[Delivery], Awaitable[None]]
"""Take one message of a mailbox."""


OnReturn = Callable[[], None]
"""Hear that a mailbox is there again after it was not: what was meant for it meanwhile may be lost."""


def nobody_told() -> None:
    """Leave it at that."""


class Subscription(Protocol):
    """A running consumer."""

    async def stop(self) -> None:
        """Take no more messages, finish the batch at hand, and return."""


class Mailbox(Subscription, Protocol):
    """A node's queue, filled with what is meant for the node itself and for the accounts that are bound to it."""

    async def bind(self, account_id: UUID, *, exchange: Exchange = ACCOUNTS) -> None:
        """Have what this exchange has for the account delivered here. Survives a lost connection."""

    async def unbind(self, account_id: UUID, *, exchange: Exchange = ACCOUNTS) -> None:
        """No longer."""


class Bus(Protocol):
    """Publishing, requests, queues and mailboxes.

    No call raises for a broker that is away: publishing answers `Outcome.UNKNOWN` or `REFUSED`, a request raises
    `NoReplyError`, consumers and mailboxes wait for its return and go on by themselves.
    """

    @property
    def connected(self) -> bool:
        """Whether the broker can be reached at this moment and all consumers consume, as far as is known."""

    async def start(self) -> None:
        """Begin connecting and declare the topology; returns at once when the broker is there, else within
        the connection time limit, and goes on trying in the background."""

    async def close(self) -> None:
        """Stop everything; idempotent."""

    async def publish(self, envelopes: Sequence[Envelope]) -> list[Outcome]:
        """Publish persistently, mandatory, with confirms awaited together under one time limit.

        Returns an outcome for each envelope, in order. Raises `BusError` for an exchange outside the topology.
        """

    async def ask(self, request: Request, *, timeout_ms: int) -> Reply:
        """Ask billing and await the reply. Raises `NoReplyError`."""

    async def consume(self, queue: str, handle: HandleBatch, *, batch_max: int, gather_ms: int = 0) -> Subscription:
        """Deliver `queue` to `handle` in batches of what is there, at most `batch_max`, one batch at a time.

        `gather_ms` is waited for more only while batches are already large. Acknowledged after `handle` returns.
        A batch whose handler fails is given again message by message, and the one that fails alone is rejected;
        `UnavailableError` has the whole batch retried with back-off, unreturned to the queue.
        Raises `BusError` for a queue that is not in the topology or has no dead letters.
        """

    async def serve(self, handle: HandleRequests, *, batch_max: int) -> Subscription:
        """Answer requests in batches of what is there, with no added wait."""

    async def open_mailbox(self, node: str, handle: HandleNotice, *, on_return: OnReturn = nobody_told) -> Mailbox:
        """Open the node's mailbox, empty of what an earlier process of that name left behind.

        `on_return` is called whenever it is there again, bound as before, after the broker or the queue was away.
        """
