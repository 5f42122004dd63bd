"""Which messages there are, where each goes, and how it becomes bytes and back."""

from __future__ import annotations

from typing import TypeVar, assert_never

import msgspec

from shared.bus.interface import Envelope
from shared.bus.topology import ACCOUNTS, CALLS, NODES, PAYMENTS, PRESENCE
from shared.ids import new_id
from shared.messages.base import Message
from shared.messages.events import (
    EVENTS,
    BalanceAdjusted,
    BalanceForfeited,
    CallEnded,
    CallEvent,
    CallRefunded,
    CallStarted,
    CallTakenOver,
    Event,
    PaymentRefunded,
    PaymentSettled,
    PayoutRecorded,
    PriceSet,
    SweepDue,
)
from shared.messages.from_client import FROM_CLIENT, FromClient
from shared.messages.nodes import BROADCASTS, NODE_MESSAGES, FindCallee, NodeMessage, PresenceHint
from shared.messages.notices import (
    NOTICES,
    AccountBlocked,
    AccountRenamed,
    AccountUnblocked,
    CallCharged,
    CallEndAsked,
    Notice,
    SessionEnded,
    WalletChanged,
)
from shared.messages.requests import REPLIES, REQUESTS, Reply, Request
from shared.messages.to_client import TO_CLIENT

BUS_MESSAGES: tuple[type[Message], ...] = (
    *EVENTS,
    *REQUESTS,
    *REPLIES,
    *NOTICES,
    *NODE_MESSAGES,
    *BROADCASTS,
)
SOCKET_MESSAGES: tuple[type[Message], ...] = (*FROM_CLIENT, *TO_CLIENT)

M = TypeVar("M")

_encoder = msgspec.json.Encoder()
_call_events: msgspec.json.Decoder[CallEvent] = msgspec.json.Decoder(CallEvent)
_events: msgspec.json.Decoder[Event] = msgspec.json.Decoder(Event)
_requests: msgspec.json.Decoder[Request] = msgspec.json.Decoder(Request)
_replies: msgspec.json.Decoder[Reply] = msgspec.json.Decoder(Reply)
_notices: msgspec.json.Decoder[Notice] = msgspec.json.Decoder(Notice)
_node_messages: msgspec.json.Decoder[NodeMessage | FindCallee | PresenceHint] = msgspec.json.Decoder(
    NodeMessage | FindCallee | PresenceHint
)
_from_client: msgspec.json.Decoder[FromClient] = msgspec.json.Decoder(FromClient)


def type_of(message: Message | type[Message]) -> str:
    """Return the message's name, e.g. ``call.ended``."""
    return str(message.__struct_config__.tag)


def envelope_of(message: Event | Notice) -> Envelope:
    """Return the message addressed to its exchange."""
    match message:
        case CallStarted() | CallEnded() | SweepDue():
            exchange, routing_key = CALLS.name, type_of(message)
        case (
            CallTakenOver()
            | CallRefunded()
            | PaymentSettled()
            | PaymentRefunded()
            | BalanceAdjusted()
            | BalanceForfeited()
            | PayoutRecorded()
            | PriceSet()
        ):
            # `call.refunded` and `call.taken_over` as well: on the other exchange they would reach the queue of the
            # call events.
            exchange, routing_key = PAYMENTS.name, type_of(message)
        case (
            WalletChanged()
            | AccountBlocked()
            | AccountUnblocked()
            | CallCharged()
            | CallEndAsked()
            | SessionEnded()
            | AccountRenamed()
        ):
            exchange, routing_key = ACCOUNTS.name, str(message.account_id)
        case _:
            assert_never(message)
    return Envelope(
        exchange=exchange,
        routing_key=routing_key,
        type=type_of(message),
        message_id=message.notice_id if isinstance(message, Notice) else message.event_id,
        body=encode(message),
        correlation_id=str(call_id) if (call_id := getattr(message, "call_id", None)) else None,
    )


def broadcast_of(message: FindCallee | PresenceHint) -> Envelope:
    """Return the message addressed to the nodes that it concerns, wherever they are."""
    exchange = PRESENCE if isinstance(message, PresenceHint) else ACCOUNTS
    return Envelope(
        exchange=exchange.name,
        routing_key=str(message.account_id),
        type=type_of(message),
        message_id=new_id(),
        body=encode(message),
        correlation_id=str(message.call_id) if isinstance(message, FindCallee) else None,
    )


def letter_of(message: NodeMessage, *, node: str) -> Envelope:
    """Return the message addressed to one node."""
    call_id = getattr(message, "call_id", None)
    return Envelope(
        exchange=NODES.name,
        routing_key=node,
        type=type_of(message),
        message_id=new_id(),
        body=encode(message),
        correlation_id=str(call_id) if call_id else None,
    )


def encode(message: Message) -> bytes:
    """Return the message as JSON."""
    return _encoder.encode(message)


def decode_call_event(body: bytes) -> CallEvent:
    """Raises `msgspec.DecodeError` (`ValidationError` included) where it is none."""
    return _decoded(_call_events, body)


def decode_event(body: bytes) -> Event:
    """Raises `msgspec.DecodeError` where it is none."""
    return _decoded(_events, body)


def decode_request(body: bytes) -> Request:
    """Raises `msgspec.DecodeError` where it is none."""
    return _decoded(_requests, body)


def decode_reply(body: bytes) -> Reply:
    """Raises `msgspec.DecodeError` where it is none."""
    return _decoded(_replies, body)


def decode_notice(body: bytes) -> Notice:
    """Raises `msgspec.DecodeError` where it is none."""
    return _decoded(_notices, body)


def decode_node_message(body: bytes) -> NodeMessage | FindCallee | PresenceHint:
    """Raises `msgspec.DecodeError` where it is none."""
    return _decoded(_node_messages, body)


def decode_from_client(frame: bytes | str) -> FromClient:
    """Raises `msgspec.DecodeError` where it is none."""
    return _decoded(_from_client, frame)


def _decoded(decoder: msgspec.json.Decoder[M], body: bytes | str) -> M:
    """Two errors of Python's own come out of msgspec: for what is not UTF-8, and for deep nesting."""
    try:
        return decoder.decode(body)
    except UnicodeError as error:
        raise msgspec.DecodeError("JSON is malformed: not UTF-8") from error
    except RecursionError as error:
        raise msgspec.DecodeError("JSON is malformed: nested too deeply") from error
