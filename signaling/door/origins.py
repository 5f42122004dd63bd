"""Which web pages may open a socket (RFC 6454; RFC 6455, section 10.2)."""

from __future__ import annotations

from collections.abc import Iterable
from urllib.parse import urlsplit

_PORTS = {"http": 80, "https": 443}


class Origins:
    """The product's own origin and those that the settings allow; nothing switches the check off."""

    def __init__(self, *, public_url: str, allowed: Iterable[str]) -> None:
        self._allowed = {origin for url in (public_url, *allowed) if (origin := _origin(url))}

    def allow(self, given: list[str]) -> bool:
        """Whether a handshake with these `Origin` headers may go on.

        Browsers always send exactly one. Without any it is no page of somebody else's that uses a visitor's
        browser, but a program of its own, which could send whatever it likes: it is let through.
        """
        if not given:
            return True
        return len(given) == 1 and _origin(given[0]) in self._allowed


def _origin(url: str) -> tuple[str, str, int | None] | None:
    """Return scheme, host and port; None where the text is no origin, ``null`` and ``*`` among them."""
    try:
        parts = urlsplit(url.strip())
        port = parts.port or _PORTS.get(parts.scheme)
    except ValueError:
        return None
    return (parts.scheme, parts.hostname, port) if parts.scheme and parts.hostname else None
