"""How the programs log: one line an event on standard error, with time, level and where it comes from."""

from __future__ import annotations

import logging
import sys

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


def log_to_stderr(level: str) -> None:
    """Set up logging for this process."""
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(logging.Formatter("%(asctime)s %(levelname)-7s %(name)s: %(message)s"))
    logging.basicConfig(level=level, handlers=[handler], force=True)
    for name in QUIET:
        logging.getLogger(name).setLevel(logging.ERROR)
