"""Frames and peers that mean no good, or know no better."""

import asyncio
import json

import msgspec
import pytest
from websockets.asyncio.client import connect
from websockets.frames import Frame, Opcode

from shared.ids import new_id
from shared.messages.from_client import Candidate, IceCandidate, Offer, Pong
from shared.messages.notices import WalletChanged
from shared.messages.to_client import CloseCode, Error, ErrorCode, PeerCandidate, PeerLost, PeerOffer
from signaling.door.endpoint import MALFORMED_MAX
from signaling.sockets.socket import SEND_MS_MAX
from signaling.sockets.wire import FRAGMENTS_MAX
from tests.signaling.stage import Stage, anywhere, staged, talks

ID = "018f0000-0000-7000-8000-000000000000"
DEEP = "[" * 30_000


def candidate_at(index: str) -> str:
    """Return a candidate with this for a number."""
    return f'{{"type":"call.candidate","call_id":"{ID}","candidate":{{"candidate":"c","sdpMLineIndex":{index}}}}}'


MALFORMED: dict[str, str | bytes] = {
    "empty": "",
    "no JSON": "hello",
    "cut off": '{"type":"pong"',
    "two objects": '{"type":"pong"}{"type":"pong"}',
    "an array": "[]",
    "a string": '"pong"',
    "null": "null",
    "NUL": "\x00",
    "NaN": "NaN",
    "a lone surrogate": '{"type":"pong","ref":"\\ud800"}',
    "no type": "{}",
    "unknown type": '{"type":"call.steal"}',
    "type of the server": '{"type":"welcome"}',
    "type is a number": '{"type":5}',
    "unknown field": '{"type":"pong","admin":true}',
    "missing field": '{"type":"call.accept"}',
    "no id": '{"type":"call.accept","call_id":"1"}',
    "id is a number": '{"type":"call.accept","call_id":1}',
    "wrong type": f'{{"type":"call.offer","call_id":"{ID}","sdp":5}}',
    "huge integer": candidate_at("9" * 5_000),
    "negative": candidate_at("-1"),
    "float": candidate_at("1e2"),
    "long sdp": json.dumps({"type": "call.offer", "call_id": ID, "sdp": "v" * 32_769}),
    "long ref": json.dumps({"type": "pong", "ref": "r" * 65}),
    "bad name": '{"type":"call.invite","callee_user_name":"a\'; drop table"}',
    "deep array": DEEP,
    "deep in a field": f'{{"type":"pong","ref":{DEEP}',
    "deep in an unknown field": f'{{"type":"pong","x":{DEEP}',
    "deep objects": '{"a":' * 10_000,
    "binary nothing": b"",
    "binary": b'{"type":"pong"}',
    "binary noise": b"\xff" * 1_000,
    "second type": '{"type":"pong","type":"nonsense"}',
}  # fmt: skip


@anywhere
async def test_malformed_messages_are_answered_and_nothing_else_happens(stage: Stage) -> None:
    """D7: the socket stays open, and a call goes on."""
    ann, ben = await stage.pair()
    call_id = await talks(ann, ben)
    for name, frame in MALFORMED.items():
        await ann.say_raw(frame)
        error = await ann.expect(Error)
        assert error.code is ErrorCode.MALFORMED, name
        assert error.message, name
        await ann.say(Offer(call_id=call_id, sdp=name))
        assert (await ben.expect(PeerOffer)).sdp == name


@anywhere
async def test_an_error_carries_the_mark_of_the_message(stage: Stage) -> None:
    """D7."""
    ann, _ = await stage.pair()
    await ann.say_raw('{"type":"call.accept","ref":"mine","call_id":[1,{"a":null}]}')
    error = await ann.expect(Error)
    assert (error.code, error.ref) == (ErrorCode.MALFORMED, "mine")


@anywhere
async def test_a_second_hello(stage: Stage) -> None:
    """D5."""
    ann, _ = await stage.pair()
    await ann.say_raw(f'{{"type":"hello","token":"{stage.token(stage.account_of(ann))}","ref":"again"}}')
    error = await ann.expect(Error)
    assert (error.code, error.ref) == (ErrorCode.ALREADY_WELCOME, "again")


@anywhere
async def test_too_large_a_message_closes_the_socket_and_no_other(stage: Stage) -> None:
    """D7: nesting 100 000 deep is one of these."""
    ann, ben = await stage.pair()
    carl = await stage.device(stage.billing.account("carl"))
    await talks(ann, ben)
    await carl.say_raw("[" * 100_000)
    assert (await carl.closed_with())[0] == CloseCode.MESSAGE_TOO_BIG
    await ann.hears_nothing()
    await ben.hears_nothing()


@anywhere
async def test_a_message_in_endless_fragments(stage: Stage) -> None:
    """D11: fragments without content count too."""
    carl = await stage.device(stage.billing.account("carl"))
    transport = carl.connection.transport
    for number in range(FRAGMENTS_MAX + 1):
        frame = Frame(Opcode.CONT if number else Opcode.TEXT, b"", fin=False)
        transport.write(frame.serialize(mask=True))
    assert (await carl.closed_with())[0] == CloseCode.MESSAGE_TOO_BIG


@anywhere
async def test_invalid_utf8_closes_the_socket_and_no_other(stage: Stage) -> None:
    """D7, E6: as RFC 6455, section 8.1 demands."""
    ann, _ = await stage.pair()
    carl = await stage.device(stage.billing.account("carl"))
    carl.connection.transport.write(Frame(Opcode.TEXT, b'{"type":"\xff"}').serialize(mask=True))
    assert (await carl.closed_with())[0] == 1007
    await ann.hears_nothing()


@anywhere
async def test_compression_is_not_agreed_to(stage: Stage) -> None:
    """D11: there are no compressed bombs where nothing is compressed."""
    async with connect(stage.url, compression="deflate", proxy=None) as connection:
        assert connection.response is not None
        assert "Sec-WebSocket-Extensions" not in connection.response.headers


@anywhere
async def test_nothing_but_nonsense_closes_the_socket(stage: Stage) -> None:
    """D7: after a while; a good message in between starts the count again."""
    ann, ben = await stage.pair()
    for _ in range(2):
        for _ in range(MALFORMED_MAX - 1):
            await ann.say_raw("nonsense")
        await ann.say_raw('{"type":"pong"}')
    await ann.say_raw("nonsense")
    for _ in range(2 * (MALFORMED_MAX - 1) + 1):
        await ann.expect(Error)
    for _ in range(MALFORMED_MAX):
        await ann.say_raw("nonsense")
    assert (await ann.closed_with())[0] == CloseCode.MALFORMED_HELLO
    await ben.hears_nothing()


async def test_a_flood_slows_down_its_sender_only() -> None:
    """D11: the other party gets all of it although its queue is short, and others are served meanwhile."""
    async with staged(socket_queue_max=8, messages_burst_max=10_000) as stage:
        ann, ben = await stage.pair()
        carl = await stage.device(stage.billing.account("carl"))
        call_id = await talks(ann, ben)
        sent = [Candidate(call_id=call_id, candidate=IceCandidate(candidate=f"c{n}")) for n in range(2_000)]

        async def send() -> None:
            for candidate in sent:
                await ann.say(candidate)

        sending = asyncio.create_task(send())
        for candidate in sent:
            assert (await ben.expect(PeerCandidate)).candidate == candidate.candidate
            if candidate is sent[1_000]:
                await carl.hears_nothing()
        await sending


async def test_a_peer_that_does_not_read_is_dropped_and_nobody_else_notices() -> None:
    """D11: its queue is bounded, and so is the time that it may take."""
    async with staged(socket_queue_max=16, messages_burst_max=10_000) as stage:
        ann, ben = await stage.pair()
        call_id = await talks(ann, ben)
        ben.connection.transport.pause_reading()
        big = Offer(call_id=call_id, sdp="v" * 30_000)

        async def send() -> None:
            for _ in range(1_000):
                await ann.say(big)

        sending = asyncio.create_task(send())
        carl = await stage.device(stage.billing.account("carl"))
        await carl.hears_nothing()
        while not sending.done():
            await stage.time.pass_ms(SEND_MS_MAX)
        ben.connection.transport.abort()
        assert any(isinstance(message, PeerLost) for message in await ann.hears_no_more_than())


async def test_a_peer_that_does_not_read_its_notices_stops_nobody_else() -> None:
    """D11: who waits for room in a queue is who has filled it; notices come from nobody who could."""
    async with staged(socket_queue_max=40) as stage:
        _, ben = await stage.pair()
        carl = await stage.device(stage.billing.account("carl"))
        ben.connection.transport.pause_reading()
        wallet = msgspec.structs.replace(stage.account_of(ben).wallet, currency="E" * 60_000)
        for _ in range(80):
            for _ in range(5):
                notice = WalletChanged(notice_id=new_id(), account_id=ben.account_id, wallet=wallet)
                await stage.billing.tell(notice)
            await carl.say(Pong())
            await carl.hears_nothing()
        ben.connection.transport.abort()


@anywhere
@pytest.mark.parametrize(
    "frame",
    [
        '{"type":"pong","type":"pong"}',
        '{"type":"pong","\\u0074ype":"pong"}',
        '{"type":"pong","ref":"1","ref":"2"}',
        '{"type":"call.candidate","call_id":"01985d21-0f58-7e36-8c71-5a9d4e3b2c04",'
        '"candidate":{"candidate":"a","candidate":"b"}}',
    ],
)
async def test_a_repeated_key_is_malformed(stage: Stage, frame: str) -> None:
    """D7: nobody guesses which one is meant."""
    ann, _ = await stage.pair()
    await ann.say_raw(frame)
    error = await ann.expect(Error)
    assert (error.code, error.message) == (ErrorCode.MALFORMED, "JSON is malformed: a key is repeated")


@anywhere
async def test_a_key_may_be_the_text_of_another_or_stand_at_another_level(stage: Stage) -> None:
    """D7: only a repetition inside one object is refused."""
    ann, ben = await stage.pair()
    call_id = await talks(ann, ben)
    for sdp in ('"sdp":"sdp"', "\\u0073dp", '"type" "type" "type"'):
        await ann.say(Offer(call_id=call_id, sdp=sdp))
        assert (await ben.expect(PeerOffer)).sdp == sdp
    await ann.say(Candidate(call_id=call_id, candidate=IceCandidate(candidate='"candidate"', sdpMid="candidate")))
    await ben.expect(PeerCandidate)
