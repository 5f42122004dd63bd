"""Every message of the system becomes JSON and itself again, and nothing else passes for one."""

import re
from collections.abc import Callable
from typing import Any, TypeVar, get_args
from uuid import UUID

import msgspec
import pytest
from polyfactory.factories.msgspec_factory import MsgspecFactory

from shared.bus.interface import Envelope
from shared.bus.topology import ACCOUNTS, BILLING_LOG, CALL_EVENTS, CALLS, PAYMENTS, Queue
from shared.messages import base, events, from_client, nodes, notices, requests, to_client
from shared.messages.base import Message
from shared.messages.events import (
    EVENTS,
    CallEnded,
    CallEvent,
    CallRefunded,
    CallTakenOver,
    Event,
    MoneyEvent,
    SweepDue,
)
from shared.messages.from_client import FROM_CLIENT, ClientMessage
from shared.messages.nodes import BROADCASTS, NODE_MESSAGES, LaneMessage
from shared.messages.notices import NOTICES, Notice
from shared.messages.registry import (
    BUS_MESSAGES,
    SOCKET_MESSAGES,
    decode_call_event,
    decode_event,
    decode_from_client,
    decode_node_message,
    decode_notice,
    decode_reply,
    decode_request,
    encode,
    envelope_of,
    type_of,
)
from shared.messages.requests import REPLIES, REQUESTS
from shared.messages.to_client import TO_CLIENT, ServerMessage, ToClient

M = TypeVar("M", bound=Message)
Decode = Callable[[bytes], Message]
SAMPLES = 20
CALL_EVENTS_OF_BUS: tuple[type[CallEvent], ...] = get_args(CallEvent)
MONEY_EVENTS: tuple[type[MoneyEvent], ...] = get_args(MoneyEvent)
DOORS_OF_STRANGERS = (decode_call_event, decode_request, decode_reply, decode_notice, decode_from_client)
_to_client: msgspec.json.Decoder[ToClient] = msgspec.json.Decoder(ToClient)


def doors() -> list[tuple[type[Message], Decode]]:
    """Return each message with what decodes it where it arrives."""
    groups: list[tuple[tuple[type[Message], ...], Decode]] = [
        (CALL_EVENTS_OF_BUS, decode_call_event),
        ((CallTakenOver, *MONEY_EVENTS), decode_event),
        (REQUESTS, decode_request),
        (REPLIES, decode_reply),
        (NOTICES, decode_notice),
        ((*NODE_MESSAGES, *BROADCASTS), decode_node_message),
        (FROM_CLIENT, decode_from_client),
        (TO_CLIENT, _to_client.decode),
    ]
    return [(kind, decode) for kinds, decode in groups for kind in kinds]


each_message = pytest.mark.parametrize(
    ("kind", "decode"), doors(), ids=lambda value: getattr(value, "__name__", "")
)


def made(kind: type[M], seed: int = 0) -> M:
    """Return a message with random values of the right types."""
    factory = MsgspecFactory.create_factory(kind, __random_seed__=seed)
    return factory.build()


def as_json(message: Message) -> dict[str, Any]:
    value: dict[str, Any] = msgspec.json.decode(encode(message))
    return value


@each_message
def test_a_message_becomes_json_and_itself_again(kind: type[Message], decode: Decode) -> None:
    factory = MsgspecFactory.create_factory(kind, __random_seed__=1)
    for message in factory.batch(SAMPLES):
        assert decode(encode(message)) == message


@each_message
def test_its_name_stands_in_the_json(kind: type[Message], decode: Decode) -> None:
    assert as_json(made(kind))["type"] == type_of(kind)


@each_message
def test_an_unknown_field_is_refused(kind: type[Message], decode: Decode) -> None:
    with pytest.raises(msgspec.ValidationError, match="unknown field `sneaked_in`"):
        decode(msgspec.json.encode(as_json(made(kind)) | {"sneaked_in": 1}))


@each_message
def test_an_unknown_field_of_a_part_is_refused(kind: type[Message], decode: Decode) -> None:
    message = as_json(made(kind))
    for name, part in message.items():
        if isinstance(part, dict):
            with pytest.raises(msgspec.ValidationError, match="unknown field `sneaked_in`"):
                decode(msgspec.json.encode(message | {name: part | {"sneaked_in": 1}}))


@each_message
def test_a_missing_field_is_refused(kind: type[Message], decode: Decode) -> None:
    message = as_json(made(kind))
    for field in msgspec.structs.fields(kind):
        if field.required:
            with pytest.raises(msgspec.ValidationError, match=f"missing required field `{field.name}`"):
                decode(msgspec.json.encode({name: part for name, part in message.items() if name != field.name}))


@each_message
def test_a_field_of_the_wrong_type_is_refused(kind: type[Message], decode: Decode) -> None:
    message = as_json(made(kind))
    for name in message:
        with pytest.raises(msgspec.ValidationError, match=rf"\$\.{name}"):
            decode(msgspec.json.encode(message | {name: [[]]}))


@each_message
def test_a_message_of_another_door_is_refused(kind: type[Message], decode: Decode) -> None:
    with pytest.raises(msgspec.ValidationError):
        decode(b'{"type": "no.such.thing"}')
    with pytest.raises(msgspec.ValidationError):
        decode(msgspec.json.encode({name: part for name, part in as_json(made(kind)).items() if name != "type"}))


@pytest.mark.parametrize(
    "body",
    [b"", b"{", b"null", b"[]", b'"call.ended"', b"{}", b'{"type": 1}', b"\xff\xfe", b'{"type": "hello"}x', b"NaN"],
)
def test_what_is_no_message_is_refused_with_one_kind_of_error(body: bytes) -> None:
    """D7, F3"""
    for decode in DOORS_OF_STRANGERS:
        with pytest.raises(msgspec.DecodeError):
            decode(body)


@pytest.mark.parametrize("opening", [b"[", b'{"type":', b'{"type":"call.offer","sdp":[', b'{"x":'])
@pytest.mark.parametrize("decode", DOORS_OF_STRANGERS)
def test_deep_nesting_is_refused(decode: Decode, opening: bytes) -> None:
    """D7, F3: a hundred thousand levels."""
    with pytest.raises(msgspec.DecodeError):
        decode(opening * 100_000)


@pytest.mark.parametrize("token", [b"\xff", b"\xed\xa0\x80", b"\xc0\xaf", rb"\ud800"])
@pytest.mark.parametrize("decode", DOORS_OF_STRANGERS)
def test_what_is_not_utf_8_is_refused(decode: Decode, token: bytes) -> None:
    """D7, F3: as a name, as a value, and as the type."""
    for body in (b'{"type":"hello","token":"%s"}', b'{"type":"hello","%s":1}', b'{"type":"%s"}'):
        with pytest.raises(msgspec.DecodeError):
            decode(body % token)


def test_half_a_character_in_text_is_refused() -> None:
    with pytest.raises(msgspec.DecodeError):
        decode_from_client('{"type":"hello","token":"\ud800"}')


@pytest.mark.parametrize(
    ("talk_ms", "taken"),
    [(0, True), (base.TALK_MS_MAX, True), (base.TALK_MS_MAX + 1, False), (-1, False), (2**64, False), (1.5, False)],
)
def test_talk_time_is_a_whole_number_within_reason(talk_ms: float, *, taken: bool) -> None:
    body = msgspec.json.encode(as_json(made(CallEnded)) | {"talk_ms": talk_ms})
    if taken:
        assert decode_call_event(body)
        return
    with pytest.raises(msgspec.ValidationError, match=r"\$\.talk_ms"):
        decode_call_event(body)


@pytest.mark.parametrize("name", ["ab", "a" * 33, "-ab", "a b", "abc\n", "äbc", "abc/../", "%%%"])
def test_a_callee_is_asked_for_by_a_possible_name(name: str) -> None:
    with pytest.raises(msgspec.ValidationError):
        decode_from_client(msgspec.json.encode({"type": "call.invite", "callee_user_name": name}))


def test_a_browsers_candidate_is_taken_as_it_comes() -> None:
    """The four members of RTCIceCandidateInit (W3C WebRTC, 4.8.1), nulls included."""
    candidate = {
        "candidate": "candidate:1 1 UDP 2122252543 192.0.2.1 49203 typ host",
        "sdpMid": "0",
        "sdpMLineIndex": 0,
        "usernameFragment": None,
    }
    body = {"type": "call.candidate", "call_id": str(UUID(int=1)), "candidate": candidate}
    message = decode_from_client(msgspec.json.encode(body))
    assert as_json(message)["candidate"] == candidate


def test_names_are_in_dotted_lower_case() -> None:
    for kind in (*BUS_MESSAGES, *SOCKET_MESSAGES):
        assert re.fullmatch(r"[a-z]+(_[a-z]+)*(\.[a-z]+(_[a-z]+)*)?", type_of(kind)), kind


@pytest.mark.parametrize("group", [BUS_MESSAGES, FROM_CLIENT, TO_CLIENT], ids=["bus", "from client", "to client"])
def test_a_name_means_one_message(group: tuple[type[Message], ...]) -> None:
    names = [type_of(kind) for kind in group]
    assert len(set(names)) == len(names)


def test_every_message_that_is_defined_is_registered() -> None:
    defined = {
        kind
        for module in (events, requests, notices, nodes, from_client, to_client)
        for kind in vars(module).values()
        if isinstance(kind, type) and issubclass(kind, Message) and kind.__struct_config__.tag is not None
    }
    without_name = {Message, ClientMessage, ServerMessage, LaneMessage, from_client.CallMessage}
    assert defined - without_name == {*BUS_MESSAGES, *SOCKET_MESSAGES}


def test_every_message_says_what_it_means() -> None:
    for kind in (*BUS_MESSAGES, *SOCKET_MESSAGES):
        assert kind.__doc__
        assert not kind.__doc__.startswith(kind.__name__), kind


def addressed(envelope: Envelope, queue: Queue) -> bool:
    """Tell whether a queue gets the message, as a topic exchange decides."""
    return any(
        binding.exchange == envelope.exchange and _matches(binding.routing_key, envelope.routing_key)
        for binding in queue.bindings
    )


def _matches(pattern: str, routing_key: str) -> bool:
    return re.fullmatch(re.escape(pattern).replace(r"\*", "[^.]+").replace(r"\#", ".*"), routing_key) is not None


@pytest.mark.parametrize("kind", CALL_EVENTS_OF_BUS)
def test_call_events_reach_billing_and_the_log(kind: type[CallEvent]) -> None:
    envelope = envelope_of(made(kind))
    assert (envelope.exchange, envelope.routing_key) == (CALLS.name, type_of(kind))
    assert addressed(envelope, CALL_EVENTS)
    assert addressed(envelope, BILLING_LOG)


@pytest.mark.parametrize("kind", MONEY_EVENTS)
def test_what_is_booked_already_reaches_the_log_only(kind: type[MoneyEvent]) -> None:
    envelope = envelope_of(made(kind))
    assert (envelope.exchange, envelope.routing_key) == (PAYMENTS.name, type_of(kind))
    assert addressed(envelope, BILLING_LOG)
    assert not addressed(envelope, CALL_EVENTS)


@pytest.mark.parametrize("kind", NOTICES)
def test_notices_go_to_their_account(kind: type[Notice]) -> None:
    notice = made(kind)
    envelope = envelope_of(notice)
    assert (envelope.exchange, envelope.routing_key) == (ACCOUNTS.name, str(notice.account_id))
    assert envelope.message_id == notice.notice_id


@pytest.mark.parametrize("kind", [*EVENTS, *NOTICES])
def test_an_envelope_tells_what_is_in_it(kind: type[Event | Notice]) -> None:
    message = made(kind)
    envelope = envelope_of(message)
    assert envelope.type == type_of(message)
    assert envelope.body == encode(message)
    assert envelope == envelope_of(message), "published again, it has the same id"
    assert envelope.correlation_id == (str(call_id) if (call_id := getattr(message, "call_id", None)) else None)


def test_a_call_can_be_found_by_its_id_in_all_its_events() -> None:
    about_calls: tuple[type[Event], ...] = (*CALL_EVENTS_OF_BUS, CallRefunded)
    for kind in about_calls:
        assert envelope_of(made(kind)).correlation_id is not None


def test_an_end_of_before_its_terms_were_told_is_still_read() -> None:
    """The log keeps what was published by older programs."""
    ended = made(CallEnded)
    told = as_json(ended)
    for later in ("terms", "minutes_held", "hidden_from_caller"):
        del told[later]
    read = decode_call_event(msgspec.json.encode(told))
    assert read == msgspec.structs.replace(ended, terms=None, minutes_held=None, hidden_from_caller=False)


def test_bodies_can_be_read_by_people() -> None:
    body = encode(SweepDue(event_id=UUID(int=1), call_id=UUID(int=2), minutes_held=3))
    assert body == (
        b'{"type":"sweep.due","event_id":"00000000-0000-0000-0000-000000000001",'
        b'"call_id":"00000000-0000-0000-0000-000000000002","minutes_held":3,"epoch":1}'
    )
