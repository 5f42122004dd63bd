"""Who signed a webhook, and when: the library's own check of the signature, and a check of the time both ways."""

from collections.abc import Mapping, Sequence
from datetime import datetime

from stripe import SignatureVerificationError, WebhookSignature

from api.payments.provider import SignatureRefusedError

HEADER = "Stripe-Signature"
SIGNATURES_MAX = 16
_SECONDS_DIGITS_MAX = len("9999999999")


def verify(
    body: bytes, headers: Mapping[str, str], *, secrets: Sequence[str], now: datetime, tolerance_seconds: int
) -> None:
    """Make sure that Stripe signed exactly these bytes, at most so long from now, before or after.

    Raises `SignatureRefusedError`.
    """
    header = headers.get(HEADER.lower(), "")
    # The library measures by its own clock, and would take what comes from the future: so that is done here.
    if not _is_near(header, now, tolerance_seconds) or not any(_is_signed(body, header, each) for each in secrets):
        raise SignatureRefusedError


def _is_signed(body: bytes, header: str, secret: str) -> bool:
    try:
        WebhookSignature.verify_header(body, header, secret, tolerance=None)
    except (SignatureVerificationError, UnicodeDecodeError, TypeError):
        # The last two: bytes that are no text, and signatures that are no ASCII.
        return False
    return True


def _is_near(header: str, now: datetime, tolerance_seconds: int) -> bool:
    parts = [part.split("=", 1) for part in header.split(",")]
    times = [part[1] for part in parts if part[0] == "t" and len(part) > 1]
    if len(times) != 1 or len(parts) > SIGNATURES_MAX:
        return False
    [seconds] = times
    if not (seconds.isascii() and seconds.isdigit() and len(seconds) <= _SECONDS_DIGITS_MAX):
        return False
    return abs(int(seconds) - now.timestamp()) <= tolerance_seconds
