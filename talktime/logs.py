"""How the programs log: one line an event on standard error, with time (UTC), level and where it comes from.

Whatever is said of a call begins with ``Call <id>``; accounts and devices are named by their ids likewise.
"""

from __future__ import annotations

import logging
import re
import sys
from datetime import UTC, datetime
from typing import Literal

import msgspec

QUIET = (
    "aio_pika",
    "aiormq",
    "alembic",
    "asyncio",
    "httpcore",
    "httpx",
    "litestar",
    "quart",
    "stripe",
    "uvicorn.access",
    "websockets",
)
"""Libraries that would log addresses with queries, or a line for every reconnect; we log these facts ourselves."""

_CONTROLS = {code: f"\\x{code:02x}" for code in (*range(0x20), *range(0x7F, 0xA0))} | {
    0x2028: "\\u2028",
    0x2029: "\\u2029",
}
_CONTROLS_IN_JSON = {code: f"\\u{code:04x}" for code in _CONTROLS}
_INDENT = "\n    "
_SUBJECTS = re.compile(
    r"\b([Cc]all|[Dd]evice|[Aa]ccount|[Ss]ession) ([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})\b"
)
"""What an entry is about, in the words of all our entries."""


class LineFormatter(logging.Formatter):
    """Makes a line of each entry: what somebody sends us begins no line of its own. Traces follow it, indented."""

    def formatTime(self, record: logging.LogRecord, datefmt: str | None = None) -> str:  # noqa: ARG002, N802 - logging's
        """Return the time in UTC, to the millisecond."""
        moment = datetime.fromtimestamp(record.created, UTC)
        return moment.isoformat(timespec="milliseconds").replace("+00:00", "Z")

    def formatMessage(self, record: logging.LogRecord) -> str:  # noqa: N802 - logging's name
        """Return the line."""
        record.message = record.message.translate(_CONTROLS)
        return super().formatMessage(record)

    def format(self, record: logging.LogRecord) -> str:
        """Return the line and the trace that belongs to it."""
        line, *trace = super().format(record).splitlines()
        return _INDENT.join([line, *(each.translate(_CONTROLS) for each in trace)])


class JsonFormatter(LineFormatter):
    """Makes a JSON object of each entry, for programs that read logs: what it is about in fields of their own."""

    def format(self, record: logging.LogRecord) -> str:
        """Return the object on one line; times and words are those of the lines."""
        message = record.getMessage()
        entry = {
            "time": self.formatTime(record),
            "level": record.levelname,
            "source": record.name,
            "message": message,
            **{f"{kind.lower()}_id": found for kind, found in _SUBJECTS.findall(message)},
        }
        if record.exc_info:
            entry["trace"] = self.formatException(record.exc_info)
        # What is no Unicode, half an emoji for one, must not cost the entry.
        whole = {name: text.encode(errors="backslashreplace").decode() for name, text in entry.items()}
        return msgspec.json.encode(whole).decode().translate(_CONTROLS_IN_JSON)


def log_to_stderr(level: str, form: Literal["lines", "json"] = "lines") -> None:
    """Set up logging for this process."""
    handler = logging.StreamHandler(sys.stderr)
    words = "%(asctime)s %(levelname)-7s %(name)s: %(message)s"
    handler.setFormatter(JsonFormatter() if form == "json" else LineFormatter(words))
    logging.basicConfig(level=level, handlers=[handler], force=True)
    for name in QUIET:
        logging.getLogger(name).setLevel(logging.ERROR)
