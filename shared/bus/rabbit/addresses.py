"""Where the broker is: one URL, or those of a cluster's nodes, separated by commas."""

from __future__ import annotations

import re
from urllib.parse import unquote, urlsplit

PORTS = {"amqp": 5672, "amqps": 5671}

_BETWEEN = re.compile(r"\s*,\s*(?=amqps?://)")


def broker_urls(text: str) -> tuple[str, ...]:
    """Return the URLs; a comma that no URL follows belongs to a password."""
    return tuple(url for url in _BETWEEN.split(text.strip()) if url)


def place_of(url: str) -> str:
    """Return host, port and virtual host for people, without user and password."""
    parts = urlsplit(url)
    host = f"[{parts.hostname}]" if ":" in (parts.hostname or "") else parts.hostname or "localhost"
    return f"{host}:{parts.port or PORTS.get(parts.scheme, 5672)}/{unquote(parts.path[1:])}"
