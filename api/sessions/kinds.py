"""The doors at which somebody logs in."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum


class SessionKind(StrEnum):
    """Which door it was. Each has an audience of its own, so that no token of one opens the other."""

    PERSONAL = "personal"
    OPERATOR = "operator"
    """Only for operators; it does their work and nothing else, and lives shorter."""


@dataclass(frozen=True)
class SessionLife:
    """How long a session may go on: nothing refreshes it that comes later."""

    unused: timedelta
    whole: timedelta

    def end(self, *, opened_at: datetime, used_at: datetime) -> datetime:
        """Return when it is over, if nobody uses it again."""
        return min(used_at + self.unused, opened_at + self.whole)
