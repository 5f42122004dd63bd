"""Money moves only at the word of somebody who has just shown the password."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from api.problems import ApiError, ProblemType
from api.security import Login
from shared.clock import Clock


class LoginTooOldError(ApiError):
    """The session is good for everything else; a new login is good for this."""

    problem_type = ProblemType.LOGIN_TOO_OLD


@dataclass(frozen=True)
class RecentLogins:
    """Which logins are recent. Refreshing makes none recent: it needs no password."""

    clock: Clock
    life: timedelta

    def until(self, login: Login) -> datetime:
        """Return how long the login is recent."""
        return login.logged_in_at + self.life

    def demand(self, login: Login) -> None:
        """Raise `LoginTooOldError` where it is not."""
        if self.clock.now() >= self.until(login):
            raise LoginTooOldError
