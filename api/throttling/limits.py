"""What is limited, for whom, and how much of it there is."""

from dataclasses import dataclass
from uuid import UUID

from api.fields import folded_login
from shared.addresses import counted_as
from shared.settings import Settings
from shared.throttling.shares import Rate, Share


@dataclass(frozen=True)
class Limits:
    """Each method returns the shares that one act is counted against."""

    settings: Settings

    def login(self, login: str, address: str | None) -> list[Share]:
        """A wrong login: little for one account from one place, more for it from everywhere, and for the place.

        So whoever guesses somebody's password keeps nobody out who comes from elsewhere, or for long.
        """
        login, place = folded_login(login), counted_as(address)
        return [
            self._share("login", f"{login} {place}", self.settings.login_limit),
            self._share("login-of-account", login, self.settings.login_limit_account),
            self._share("login-from-address", place, self.settings.login_limit_address),
        ]

    def registration(self, address: str | None) -> list[Share]:
        """A new account."""
        return [self._share("registration", counted_as(address), self.settings.registration_limit_address)]

    def password(self, account_id: UUID) -> list[Share]:
        """A wrong password of somebody who is logged in."""
        return [self._share("password", str(account_id), self.settings.proof_limit)]

    def payment(self, account_id: UUID) -> list[Share]:
        """A payment that is begun."""
        return [self._share("payment", str(account_id), self.settings.payment_limit)]

    def search(self, account_id: UUID) -> list[Share]:
        """A look for people."""
        return [self._share("search", str(account_id), self.settings.search_limit)]

    def _share(self, name: str, subject: str, rate: str) -> Share:
        return Share(name, subject, Rate.parse(rate))
