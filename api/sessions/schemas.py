"""What logging in takes and gives."""

from datetime import datetime
from typing import Annotated, Literal
from uuid import UUID

from msgspec import Meta, Struct

from api.accounts.schemas import OwnAccount
from api.fields import EMAIL_CHARS_MAX, Password
from api.sessions.kinds import SessionKind


class NewSession(Struct, frozen=True, forbid_unknown_fields=True):
    """An e-mail address or a user name, and its password."""

    login: Annotated[str, Meta(min_length=1, max_length=EMAIL_CHARS_MAX)]
    password: Password


class Refresh(Struct, frozen=True, forbid_unknown_fields=True):
    """The refresh token of the newest pair."""

    refresh_token: Annotated[str, Meta(min_length=1, max_length=128)]


class TokenPair(Struct, frozen=True, kw_only=True):
    """An access token for the requests of the next minutes, and what to get the next one with."""

    access_token: str
    token_type: Literal["Bearer"] = "Bearer"  # noqa: S105 - the scheme of RFC 6750, no secret
    expires_at: datetime
    expires_in: int
    refresh_token: str


class SessionOpened(TokenPair, frozen=True, kw_only=True):
    """A login."""

    session_id: UUID
    account: OwnAccount


class SessionView(Struct, frozen=True, kw_only=True):
    """Where the account is logged in. `last_used_at` is exact to the life of an access token."""

    id: UUID
    address: str | None
    user_agent: str | None
    created_at: datetime
    last_used_at: datetime
    kind: SessionKind
    is_current: bool
