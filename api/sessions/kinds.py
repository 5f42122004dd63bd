"""The doors at which somebody logs in."""

from enum import StrEnum


class SessionKind(StrEnum):
    """Which door it was. Each has an audience of its own, so that no token of one opens the other."""

    PERSONAL = "personal"
    OPERATOR = "operator"
    """Only for operators; it does their work and nothing else, and lives shorter."""
