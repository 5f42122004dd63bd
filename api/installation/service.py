"""What is the same for everybody, from the settings."""

from importlib.metadata import PackageNotFoundError, version
from urllib.parse import urlsplit

from api.installation.schemas import Installation
from shared.money import currency_exponent
from shared.settings import Settings

_SOCKET_SCHEMES = {"http": "ws", "https": "wss"}


def installation_of(settings: Settings) -> Installation:
    """Return what pages are told."""
    return Installation(
        version=_version(),
        currency=settings.currency,
        currency_exponent=currency_exponent(settings.currency),
        minute_ms=settings.minute_ms,
        payment_provider=settings.payment_provider,
        payment_minor_max=settings.payment_minor_max,
        relay_available=bool(settings.turn_urls),
        relay_only=settings.relay_only,
        signaling_url=settings.signaling_url or _behind(settings.public_url),
    )


def _behind(public_url: str) -> str:
    """Return where signaling is when a proxy, or one process, makes one address of both programs."""
    parts = urlsplit(public_url)
    return f"{_SOCKET_SCHEMES.get(parts.scheme, parts.scheme)}://{parts.netloc}/ws"


def _version() -> str:
    try:
        return version("talktime")
    except PackageNotFoundError:  # sources that are not installed
        return "0"
