"""Logging in, refreshing, logging out."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import ColumnElement, Insert, false, func, insert, select, update
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from api.accounts.schemas import OwnAccount
from api.fields import normal_email
from api.passwords import Passwords
from api.problems import ApiError, ProblemType
from api.security import Login
from api.sessions.schemas import NewSession, SessionOpened, TokenPair
from api.sessions.tokens import RefreshTokens, Reused, Rotated
from shared.clock import Clock
from shared.database import reading, transaction
from shared.ids import new_id
from shared.messages.notices import SessionEnded
from shared.models import Account, Session
from shared.outbox import store
from shared.tokens import TokenSigner

USER_AGENT_CHARS_MAX = 256


class WrongCredentialsError(ApiError):
    """Unknown login, wrong password, disabled account: always the same answer, after the same time."""

    problem_type = ProblemType.WRONG_CREDENTIALS


class RefreshRefusedError(ApiError):
    """The refresh token is unknown, expired, or was replaced; log in again."""

    problem_type = ProblemType.REFRESH_REFUSED


@dataclass(frozen=True)
class Device:
    """Where a login comes from, as far as it can be told."""

    address: str | None
    user_agent: str | None


@dataclass(frozen=True)
class Sessions:
    """Opens, refreshes and ends sessions."""

    engine: AsyncEngine
    clock: Clock
    passwords: Passwords
    signer: TokenSigner
    refresh_tokens: RefreshTokens

    async def log_in(self, credentials: NewSession, device: Device) -> SessionOpened:
        """Open a session. Raises `WrongCredentialsError`, `TooManyPasswordsError`."""
        found = await self._find(credentials.login)
        password_hash = found[1] if found else None
        if not await self.passwords.verify(credentials.password, password_hash) or found is None:
            raise WrongCredentialsError
        account, session_id, now = found[0], new_id(), self.clock.now()
        async with transaction(self.engine) as connection:
            await connection.execute(_open(session_id, account.id, device, now))
            refresh_token = await self.refresh_tokens.issue(connection, session_id, now=now)
        access_token, expires_at = self.signer.issue(account_id=account.id, session_id=session_id)
        return SessionOpened(
            access_token=access_token,
            expires_at=expires_at,
            expires_in=_seconds(expires_at - now),
            refresh_token=refresh_token,
            account=account,
        )

    async def refresh(self, refresh_token: str) -> TokenPair:
        """Rotate the token; one that was replaced long ago ends its session. Raises `RefreshRefusedError`."""
        now = self.clock.now()
        async with transaction(self.engine) as connection:
            outcome = await self.refresh_tokens.rotate(connection, refresh_token, now=now)
            if isinstance(outcome, Reused):
                await _end(connection, outcome.account_id, outcome.session_id, now)
        if not isinstance(outcome, Rotated):
            raise RefreshRefusedError
        token, expires_at = self.signer.issue(account_id=outcome.account_id, session_id=outcome.session_id)
        return TokenPair(
            access_token=token,
            expires_at=expires_at,
            expires_in=_seconds(expires_at - now),
            refresh_token=outcome.refresh_token,
        )

    async def log_out(self, login: Login) -> None:
        """End the session; its sockets are told to close."""
        async with transaction(self.engine) as connection:
            await _end(connection, login.account_id, login.session_id, self.clock.now())

    async def _find(self, login: str) -> tuple[OwnAccount, str] | None:
        async with reading(self.engine) as connection:
            found = await connection.execute(_FIND.where(_is_login(login), Account.disabled_at.is_(None)))
        row = found.one_or_none()
        return None if row is None else (OwnAccount(*row[:-1]), row.password_hash)


def _is_login(login: str) -> ColumnElement[bool]:
    """An address has an @, a user name never."""
    if "@" not in login:
        return func.lower(Account.user_name) == func.lower(login)
    try:
        login = normal_email(login)
    except ValueError:
        return false()
    return func.lower(Account.email) == func.lower(login)


def _open(session_id: UUID, account_id: UUID, device: Device, now: datetime) -> Insert:
    return insert(Session).values(
        id=session_id,
        account_id=account_id,
        address=device.address,
        user_agent=device.user_agent,
        created_at=now,
        last_used_at=now,
    )


async def _end(connection: AsyncConnection, account_id: UUID, session_id: UUID, now: datetime) -> None:
    """End the session, once: the fact and its notice together."""
    running = (Session.id == session_id, Session.ended_at.is_(None))
    ended = await connection.execute(update(Session).where(*running).values(ended_at=now).returning(Session.id))
    if ended.first() is not None:
        notice = SessionEnded(notice_id=new_id(), account_id=account_id, session_id=session_id)
        await store(connection, [notice])


def _seconds(duration: timedelta) -> int:
    return int(duration.total_seconds())


_FIND = select(
    Account.id,
    Account.user_name,
    Account.email,
    Account.is_operator,
    Account.relay_only,
    Account.created_at,
    Account.password_hash,
)
