"""Webhook signatures of the kind that real providers use: ``t=<unix>,v1=<hex hmac-sha256 of "t.body">``.

Several `v1` are allowed, and several secrets, so that a secret can be changed without losing an event.
"""

import hashlib
import hmac
from collections.abc import Iterator, Sequence
from datetime import datetime

HEADER = "Talktime-Signature"
SIGNATURES_MAX = 8


def sign(body: bytes, *, secret: str, now: datetime) -> str:
    """Return the header of this body."""
    seconds = str(int(now.timestamp()))
    return f"t={seconds},v1={_digest(seconds, body, secret)}"


def is_signed(header: str, body: bytes, *, secrets: Sequence[str], now: datetime, tolerance_seconds: int) -> bool:
    """Tell whether one of the secrets signed exactly these bytes, at most `tolerance_seconds` from now."""
    parts = [part.split("=", 1) for part in header.split(",") if "=" in part]
    times = [value for name, value in parts if name.strip() == "t"]
    given = [value.strip().encode() for name, value in parts if name.strip() == "v1"][:SIGNATURES_MAX]
    if len(times) != 1 or not _is_near(times[0], now, tolerance_seconds):
        return False
    return any(
        hmac.compare_digest(each, expected) for each in given for expected in _expected(times[0], body, secrets)
    )


def _expected(seconds: str, body: bytes, secrets: Sequence[str]) -> Iterator[bytes]:
    for secret in secrets:
        yield _digest(seconds, body, secret).encode()


def _is_near(seconds: str, now: datetime, tolerance_seconds: int) -> bool:
    if not (seconds.isascii() and seconds.isdigit() and len(seconds) <= len("9999999999")):
        return False
    return abs(int(seconds) - now.timestamp()) <= tolerance_seconds


def _digest(seconds: str, body: bytes, secret: str) -> str:
    return hmac.new(secret.encode(), seconds.encode() + b"." + body, hashlib.sha256).hexdigest()
