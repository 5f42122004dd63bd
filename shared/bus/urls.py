"""Where the broker is: one URL, or those of a cluster's nodes, separated by commas."""

from __future__ import annotations

import random
import re
from collections import deque
from collections.abc import Sequence
from urllib.parse import unquote, urlsplit

PORTS = {"amqp": 5672, "amqps": 5671}

_BETWEEN = re.compile(r"\s*,\s*(?=amqps?://)")


class Turns:
    """URLs in an order of our own, so that programs spread over a cluster; one after another, round and round."""

    def __init__(self, urls: Sequence[str]) -> None:
        self._urls = deque(random.sample(urls, len(urls)))
        self._tried = 0

    @property
    def current(self) -> str:
        """The one whose turn it is."""
        return self._urls[0]

    def turn(self) -> bool:
        """Have the next one's turn; True where each has had one since the round began."""
        self._urls.rotate(-1)
        self._tried += 1
        if self._tried < len(self._urls):
            return False
        self._tried = 0
        return True

    def begin_round(self) -> None:
        """The current one answered: its loss is the first failure of a new round."""
        self._tried = 0


def broker_urls(text: str) -> tuple[str, ...]:
    """Return the URLs; a comma that no URL follows belongs to a password."""
    return tuple(url for url in _BETWEEN.split(text.strip()) if url)


def check_broker_urls(text: str) -> None:
    """Raise `ValueError`, without the text, where these are no URLs of one broker or cluster."""
    urls = broker_urls(text)
    if not urls or not all(url.startswith(("amqp://", "amqps://")) for url in urls):
        raise ValueError("must be amqp:// or amqps:// URLs, separated by commas")
    if len({urlsplit(url).path for url in urls}) > 1:
        raise ValueError("must name the same virtual host in each URL")


def place_of(url: str) -> str:
    """Return host, port and virtual host for people, without user and password."""
    parts = urlsplit(url)
    host = f"[{parts.hostname}]" if ":" in (parts.hostname or "") else parts.hostname or "localhost"
    return f"{host}:{parts.port or PORTS.get(parts.scheme, 5672)}/{unquote(parts.path[1:])}"
