"""Headers of every HTTP answer, whichever program gives it: what a browser must not do with it (ASVS 5.0, V3.4)."""

from __future__ import annotations

HSTS_SECONDS = 31_536_000
"""A year."""

OWN_DEFAULTS = {
    # What accounts read is theirs; what may be kept says so itself.
    "Cache-Control": "no-store",
    # What is no page loads nothing, should a browser ever show it.
    "Content-Security-Policy": "default-src 'none'; frame-ancestors 'none'",
    "Permissions-Policy": "camera=(), display-capture=(), geolocation=(), microphone=(), payment=(), usb=()",
}
"""For answers that do not say otherwise themselves."""


def answer_headers(public_url: str) -> dict[str, str]:
    """Return what every answer has; for an installation that people reach by https also that they must."""
    always = {
        "X-Content-Type-Options": "nosniff",
        "Referrer-Policy": "no-referrer",
        "X-Frame-Options": "DENY",
    }
    if public_url.lower().startswith("https:"):
        # Only for this host: what the operator runs at others is none of ours.
        always["Strict-Transport-Security"] = f"max-age={HSTS_SECONDS}"
    return always
