"""C12: whatever a crash leaves of a journal, each whole record in it counts."""

import zlib
from dataclasses import dataclass, field
from uuid import UUID

from hypothesis import given, settings
from hypothesis import strategies as st

from shared.bus.interface import Envelope
from shared.ids import new_id
from signaling.billing.journal_records import Confirmed, Head, kept, line_of, lines_of, read
from tests.signaling.journal.story import event

HEAD = Head(node="node-1", brokers=["broker-1:5672/"])


@dataclass
class Written:
    """A journal as it grows: after each record its length, and what waits then."""

    data: bytes
    steps: list[tuple[int, dict[UUID, Envelope]]] = field(default_factory=list)
    waiting: dict[UUID, Envelope] = field(default_factory=dict)

    def keep(self, envelope: Envelope) -> None:
        self.waiting = self.waiting | {envelope.message_id: envelope}
        self._append(line_of(kept(envelope)))

    def forget(self, message_id: UUID) -> None:
        self.waiting = {name: each for name, each in self.waiting.items() if name != message_id}
        self._append(line_of(Confirmed(message_id=message_id)))

    def waiting_at(self, length: int) -> dict[UUID, Envelope]:
        """Return what waits where the file ends here: as after the last record that is whole."""
        return max((step for step in self.steps if step[0] <= length), key=lambda step: step[0])[1]

    def _append(self, line: bytes) -> None:
        self.data += line
        self.steps.append((len(self.data), self.waiting))


def begun(events: list[Envelope]) -> Written:
    """Return a journal made anew, with these events in it."""
    made = Written(lines_of(HEAD, ()))
    made.steps.append((len(made.data), {}))
    for each in events:
        made.keep(each)
    return made


bodies = st.one_of(st.binary(max_size=40), st.just(b'{"a":"\n"}'), st.just("{„ä“}".encode()))
steps = st.lists(st.tuples(st.booleans(), bodies, st.integers(min_value=0)), max_size=8)


@settings(deadline=None, max_examples=40)
@given(steps)
def test_a_crash_at_any_byte_loses_nothing_and_invents_nothing(taken: list[tuple[bool, bytes, int]]) -> None:
    """Every kept and unconfirmed event is read again, byte for byte; no other is."""
    made = begun([event()])
    for forgets, body, number in taken:
        if forgets and made.waiting:
            made.forget(list(made.waiting)[number % len(made.waiting)])
        else:
            made.keep(event(body=body))
    for length in range(made.steps[0][0], len(made.data) + 1):
        contents = read(made.data[:length])
        assert contents.events == made.waiting_at(length)
        assert list(contents.events) == list(made.waiting_at(length))
        whole = any(length == end for end, _ in made.steps)
        assert len(contents.unreadable) == (0 if whole else 1)


@settings(deadline=None)
@given(st.binary(max_size=60), st.integers(min_value=0, max_value=3))
def test_foreign_bytes_between_two_records_touch_neither(foreign: bytes, place: int) -> None:
    made = begun([event(), event(), event()])
    at = made.steps[place][0]
    contents = read(made.data[:at] + foreign + b"\n" + made.data[at:])
    assert contents.events == made.waiting
    assert b"\n".join(contents.unreadable) == b"\n".join(line for line in foreign.split(b"\n") if line)


def test_a_bit_that_turned_is_noticed() -> None:
    """Else the digit of a talk time might be another one."""
    made = begun([event(body=b'{"talk_ms":61000}'), event()])
    contents = read(made.data.replace(b"61000", b"11000"))
    assert list(contents.events) == list(made.waiting)[1:]
    assert len(contents.unreadable) == 1


def test_a_record_that_only_a_newer_version_knows_is_left_unread() -> None:
    made = begun([event()])
    newer = b'{"record":"postponed","until":7}'
    contents = read(made.data + line_of(Confirmed(message_id=new_id())) + _checked(newer) + made.data)
    assert contents.events == made.waiting
    assert contents.unreadable == [_checked(newer).rstrip(b"\n")]


def test_an_empty_file_is_an_empty_journal() -> None:
    contents = read(b"")
    assert (contents.events, contents.unreadable) == ({}, [])


def test_an_event_of_a_type_that_we_do_not_know_is_kept_as_it_is() -> None:
    """What is inside a body is for its consumer to judge."""
    strange = Envelope(
        exchange="calls",
        routing_key="call.paused",
        type="call.paused",
        message_id=new_id(),
        body=b'{"type":"call.paused","version":9}',
    )
    assert read(begun([strange]).data).events == {strange.message_id: strange}


def _checked(json: bytes) -> bytes:
    return b"%08x %b\n" % (zlib.crc32(json), json)
