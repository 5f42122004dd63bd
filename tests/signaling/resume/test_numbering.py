"""Numbered messages, with sockets that break at any byte."""

from __future__ import annotations

from dataclasses import dataclass, field

import msgspec
from hypothesis import given, settings
from hypothesis import strategies as st

from signaling.devices.numbering import Numbering


@dataclass
class Wire:
    """The bytes of one socket, of which some come."""

    frames: list[bytes] = field(default_factory=list)

    def arrives(self, share: float) -> list[bytes]:
        """Return the frames that are whole when the socket breaks after this share of its bytes."""
        left = int(sum(map(len, self.frames)) * share)
        whole = []
        for frame in self.frames:
            if len(frame) > left:
                break
            left -= len(frame)
            whole.append(frame)
        return whole


@dataclass
class Client:
    """What the other end does with numbers, written down again from the protocol."""

    received: int = 0
    heard: list[int] = field(default_factory=list)

    def hear(self, frame: bytes) -> None:
        message = msgspec.json.decode(frame)
        assert message["seq"] == self.received + 1, "in order, without a gap, none twice"
        self.received = message["seq"]
        self.heard.append(message["body"]["n"])


def text_of(number: int, size: int) -> bytes:
    return msgspec.json.encode({"type": "x", "body": {"n": number}, "pad": "p" * size})


sends = st.tuples(st.just("send"), st.integers(0, 60))
others = st.tuples(st.sampled_from(["acknowledge", "lose", "resume"]), st.floats(0, 1))
happenings = st.lists(st.one_of(sends, others), max_size=60)


class Line:
    """A server that sends, a client that counts, and sockets between them."""

    def __init__(self, numbering: Numbering) -> None:
        self.numbering = numbering
        self.client, self.wire = Client(), Wire()
        self.connected = True
        self.told = self.told_before_the_snapshot = 0

    def send(self, size: float) -> None:
        self.told += 1
        numbered = self.numbering.number(text_of(self.told, int(size)))
        if self.connected:
            self.wire.frames.append(numbered)

    def acknowledge(self, share: float) -> None:
        if self.connected:
            self.arrive(share)
            self.numbering.acknowledge(self.client.received)

    def lose(self, share: float) -> None:
        if self.connected:
            self.arrive(share)
            self.connected = False

    def resume(self, share: float) -> None:
        self.lose(share)
        missed = self.numbering.missed(self.client.received)
        if missed is None:
            told = self.told - self.told_before_the_snapshot
            assert told > self.client.received, "a snapshot only where something is missing"
            self.numbering.begin_again()
            self.client, self.told_before_the_snapshot = Client(), self.told
        self.wire, self.connected = Wire(list(missed or ())), True

    def arrive(self, share: float) -> None:
        come = self.wire.arrives(share)
        for frame in come:
            self.client.hear(frame)
        del self.wire.frames[: len(come)]


@settings(max_examples=400)
@given(happenings, st.integers(1, 12), st.integers(50, 1_000))
def test_every_message_comes_once_and_in_order_or_a_snapshot_does(
    story: list[tuple[str, float]], messages_max: int, bytes_max: int
) -> None:
    """D8: wherever sockets break, and whatever was acknowledged when."""
    line = Line(Numbering(messages_max=messages_max, bytes_max=bytes_max))
    for what, how in story:
        getattr(line, what)(how)
    line.resume(0.5)
    line.arrive(1)
    assert line.client.heard == list(range(line.told_before_the_snapshot + 1, line.told + 1))


def test_no_more_is_kept_than_allowed() -> None:
    """D11: neither in messages nor in bytes, also for a device that never says what came."""
    numbering = Numbering(messages_max=10, bytes_max=1_000)
    for number in range(100):
        numbering.number(text_of(number, 0))
    assert len(numbering.missed(90) or ()) == 10
    assert numbering.missed(89) is None
    for number in range(100):
        numbering.number(text_of(number, 300))
    kept = numbering.missed(numbering.sent - 2)
    assert kept is not None
    assert sum(map(len, kept)) <= 1_000
    assert numbering.missed(numbering.sent - 3) is None
    numbering.number(text_of(0, 2_000))
    assert numbering.missed(numbering.sent - 1) is None
    assert numbering.missed(numbering.sent) == ()


def test_a_number_of_somebody_elses_says_nothing() -> None:
    """D8: what was never sent cannot have come."""
    numbering = Numbering(messages_max=10, bytes_max=1_000)
    numbering.number(text_of(1, 0))
    numbering.acknowledge(7)
    assert numbering.missed(7) is None
    assert len(numbering.missed(0) or ()) == 1


def test_a_device_is_heard_once() -> None:
    """D8: what comes again was answered before; what a client leaves out is missing, and nothing waits for it."""
    numbering = Numbering(messages_max=10, bytes_max=1_000)
    assert [numbering.take(number) for number in (1, 2, 2, 1, None, 5, 4, 6)] == [
        True, True, False, False, True, True, False, True,
    ]  # fmt: skip
    assert numbering.taken == 6
    numbering.begin_again()
    assert numbering.take(1)
