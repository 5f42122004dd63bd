"""What a broker that answers, but does not let us in, means by it."""

from __future__ import annotations

from urllib.parse import unquote, urlsplit

from aiormq.exceptions import InvalidFrameError, ProbableAuthenticationError

DEFAULT_USER = "guest"
DEFAULT_VIRTUAL_HOST = "/"


def refusal(error: BaseException | None, url: str) -> str | None:
    """Return a sentence for people, never with the password; None where the error is no refusal.

    RabbitMQ answers `Connection.Open` with `Connection.Close`. aiormq expects no such answer, and keeps nothing of
    its words.
    """
    parts = urlsplit(url)
    user = unquote(parts.username or DEFAULT_USER)
    if isinstance(error, ProbableAuthenticationError):
        return f"login refused: there is no user {user!r}, it has another password, or may not come from here"
    if isinstance(error, InvalidFrameError) and "Connection.OpenOk" in str(error):
        virtual_host = unquote(parts.path[1:]) or DEFAULT_VIRTUAL_HOST
        return f"there is no virtual host {virtual_host!r}, or the user {user!r} may not use it"
    return None
