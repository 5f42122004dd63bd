"""What the browser lets the page do: its own scripts and styles, its own server, camera and microphone, no more."""

from urllib.parse import urlsplit

_OWN_FEATURES = (
    "autoplay camera display-capture fullscreen microphone picture-in-picture screen-wake-lock speaker-selection"
).split()
_NO_FEATURES = (
    "accelerometer geolocation gyroscope hid idle-detection local-fonts magnetometer midi payment "
    "publickey-credentials-create publickey-credentials-get serial usb xr-spatial-tracking"
).split()


def page_headers(signaling_url: str) -> dict[str, str]:
    """Return the headers of the page; its sockets go to this address."""
    return {
        "Content-Security-Policy": _content(signaling_url),
        "Permissions-Policy": ", ".join(
            [*(f"{name}=(self)" for name in _OWN_FEATURES), *(f"{name}=()" for name in _NO_FEATURES)]
        ),
        # The checkout opens in a window of its own, which the page may watch.
        "Cross-Origin-Opener-Policy": "same-origin-allow-popups",
        "Cross-Origin-Resource-Policy": "same-origin",
    }


def _content(signaling_url: str) -> str:
    """Return the Content-Security-Policy (W3C CSP level 3, and Trusted Types)."""
    directives = {
        "default-src": "'none'",
        "script-src": "'self'",
        "style-src": "'self'",
        "img-src": "'self' data: blob:",
        "media-src": "'self' blob: mediastream:",
        # Not every browser counts ws:// of the page's own address as 'self'.
        "connect-src": f"'self' {_source(signaling_url)}",
        "font-src": "'self'",
        "manifest-src": "'self'",
        "form-action": "'self'",
        "frame-ancestors": "'none'",
        "base-uri": "'none'",
        "require-trusted-types-for": "'script'",
    }
    return "; ".join(f"{name} {value}" for name, value in directives.items())


def _source(signaling_url: str) -> str:
    """Return the address without its path, or its scheme where the grammar has no word for the host."""
    parts = urlsplit(signaling_url)
    return f"{parts.scheme}:" if "[" in parts.netloc else f"{parts.scheme}://{parts.netloc}"
