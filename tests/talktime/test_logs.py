"""How a line of the log looks."""

import io
import logging
import re
import sys

import msgspec
import pytest

from talktime.logs import JsonFormatter, LineFormatter

LINE = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z (INFO|ERROR) +test: ")


def fail(message: str) -> None:
    """Fail, with what somebody sent us in the message."""
    raise ValueError(message)


@pytest.fixture
def written() -> io.StringIO:
    """What a logger of its own writes."""
    stream = io.StringIO()
    handler = logging.StreamHandler(stream)
    handler.setFormatter(LineFormatter("%(asctime)s %(levelname)-7s %(name)s: %(message)s"))
    logger = logging.Logger("test")  # noqa: LOG001 - one that nobody else has
    logger.addHandler(handler)
    logger.info("a device said %s", "yes\r\n2030-01-01T00:00:00.000Z INFO test: forged\x1b[2J\u2028\x85end")
    try:
        fail("bad\n2030-01-01T00:00:00.000Z INFO test: forged")
    except ValueError:
        logger.exception("it failed")
    return stream


def test_time_is_utc_and_says_so() -> None:
    """G8, ASVS 16.2.2: whatever the machine's time zone."""
    record = logging.LogRecord("test", logging.INFO, "", 0, "midnight", None, None)
    record.created = 1_893_456_000.25
    line = LineFormatter("%(asctime)s %(message)s").format(record)
    assert line == "2030-01-01T00:00:00.250Z midnight"


def test_nothing_sent_to_us_begins_a_line(written: io.StringIO) -> None:
    """ASVS 16.4.1: every line is an entry of ours, or is indented; no control character reaches a terminal."""
    entries = [line for line in written.getvalue().splitlines() if not line.startswith("    ")]
    assert len(entries) == 2
    assert all(LINE.match(line) for line in entries)
    assert not re.search(r"[\x00-\x09\x0b-\x1f\x7f-\x9f\u2028\u2029]", written.getvalue())
    assert "forged" in entries[0]


def test_a_trace_follows_its_entry(written: io.StringIO) -> None:
    """E1: it is for the operator, in the log alone."""
    trace = written.getvalue().partition("it failed\n")[2]
    assert "Traceback" in trace
    assert "ValueError: bad" in trace


CALL, ACCOUNT = "01985d21-0f58-7e36-8c71-5a9d4e3b2c04", "01985d21-0f58-7e36-8c71-5a9d4e3b2c05"


def test_an_entry_can_be_an_object_with_the_ids_of_what_it_is_about() -> None:
    """G8: so that all that was said of a call, on every program, can be found."""
    record = logging.LogRecord(
        "signaling", logging.INFO, "", 0, "Call %s: invited by account %s", (CALL, ACCOUNT), None
    )
    record.created = 1_893_456_000.25
    assert msgspec.json.decode(JsonFormatter().format(record)) == {
        "time": "2030-01-01T00:00:00.250Z",
        "level": "INFO",
        "source": "signaling",
        "message": f"Call {CALL}: invited by account {ACCOUNT}",
        "call_id": CALL,
        "account_id": ACCOUNT,
    }


def test_an_object_is_one_line_whatever_is_in_it() -> None:
    """ASVS 16.4.1: a trace too, and what was sent to us."""
    try:
        fail("bad\nforged\u2028")
    except ValueError:
        record = logging.LogRecord("test", logging.ERROR, "", 0, "failed\r\nforged\x1b", None, sys.exc_info())
    [line] = JsonFormatter().format(record).splitlines()
    entry = msgspec.json.decode(line)
    assert entry["message"] == "failed\r\nforged\x1b"
    assert "ValueError: bad" in entry["trace"]
    assert not re.search(r"[\x00-\x1f\x7f-\x9f\u2028\u2029]", line)


def test_what_is_no_unicode_does_not_cost_the_entry() -> None:
    record = logging.LogRecord("test", logging.INFO, "", 0, "half an emoji: %s", ("\ud83d",), None)
    assert msgspec.json.decode(JsonFormatter().format(record))["message"] == "half an emoji: \\ud83d"
