"""How the programs log: one line an event on standard error, with time (UTC), level and where it comes from."""

from __future__ import annotations

import logging
import sys
from datetime import UTC, datetime

QUIET = (
    "aio_pika",
    "aiormq",
    "alembic",
    "asyncio",
    "httpcore",
    "httpx",
    "litestar",
    "quart",
    "uvicorn.access",
    "websockets",
)
"""Libraries that would log addresses with queries, or a line for every reconnect; we log these facts ourselves."""

_CONTROLS = {code: f"\\x{code:02x}" for code in (*range(0x20), *range(0x7F, 0xA0))} | {
    0x2028: "\\u2028",
    0x2029: "\\u2029",
}
_INDENT = "\n    "


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


def log_to_stderr(level: str) -> None:
    """Set up logging for this process."""
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(LineFormatter("%(asctime)s %(levelname)-7s %(name)s: %(message)s"))
    logging.basicConfig(level=level, handlers=[handler], force=True)
    for name in QUIET:
        logging.getLogger(name).setLevel(logging.ERROR)
