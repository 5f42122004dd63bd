"""Logging in and refreshing."""

import logging
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import (
    ColumnElement,
    Insert,
    Select,
    Text,
    Update,
    and_,
    desc,
    false,
    func,
    insert,
    literal,
    select,
    update,
)
from sqlalchemy.ext.asyncio import AsyncEngine

from api.accounts.schemas import OwnAccount
from api.fields import folded_login, normal_email
from api.operators.audit.log import AuditLog
from api.passwords import Passwords
from api.problems import ApiError, ProblemType
from api.sessions.ending import end_sessions
from api.sessions.kinds import SessionKind
from api.sessions.schemas import NewSession, SessionOpened, TokenPair
from api.sessions.tokens import RefreshTokens, Reused, Rotated
from api.throttling.throttle import Throttling
from shared.clock import Clock
from shared.database import autocommitting, reading, transaction
from shared.ids import new_id
from shared.models import Account, Session
from shared.tokens import TokenSigner

USER_AGENT_CHARS_MAX = 256

logger = logging.getLogger(__name__)


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
    """Opens and refreshes sessions of every kind."""

    engine: AsyncEngine
    clock: Clock
    passwords: Passwords
    signers: Mapping[SessionKind, TokenSigner]
    refresh_tokens: RefreshTokens
    throttling: Throttling
    audit: AuditLog
    sessions_max: int
    """Of one account and kind; one more ends the one that was not used for longest."""

    async def log_in(
        self, credentials: NewSession, device: Device, kind: SessionKind = SessionKind.PERSONAL
    ) -> SessionOpened:
        """Open a session; one of the operators' kind opens for operators only, and stands in the audit log.

        Raises `WrongCredentialsError`, `TooOftenError`, `TooManyPasswordsError`.
        """
        shares = self.throttling.limits.login(credentials.login, device.address)
        async with self.throttling.failures(shares, of=WrongCredentialsError):
            account, password_hash = await self._verified(credentials, kind)
        session_id, now = new_id(), self.clock.now()
        async with transaction(self.engine) as connection:
            opened = await connection.execute(_open(session_id, account.id, password_hash, device, kind, now))
            if opened.first() is None:
                raise WrongCredentialsError
            await end_sessions(connection, _too_many(session_id, account.id, kind, self.sessions_max), now=now)
            if kind is SessionKind.OPERATOR:
                await self.audit.logged_in(connection, account.id, account.user_name, session_id)
            refresh_token = await self.refresh_tokens.issue(connection, session_id, kind, opened_at=now, now=now)
        logger.info("session %s of account %s is opened: %s, from %s", session_id, account.id, kind, device.address)
        access_token, expires_at = self.signers[kind].issue(account_id=account.id, session_id=session_id)
        return SessionOpened(
            access_token=access_token,
            expires_at=expires_at,
            expires_in=_seconds(expires_at - now),
            refresh_token=refresh_token,
            session_id=session_id,
            account=account,
        )

    async def _verified(self, credentials: NewSession, kind: SessionKind) -> tuple[OwnAccount, str]:
        """Return the account whose password this is, and its hash, of today's parameters.

        Raises `WrongCredentialsError`.
        """
        account, password_hash = await self._find(credentials.login, kind) or (None, None)
        if not await self.passwords.verify(credentials.password, password_hash) or account is None:
            logger.info("failed login to account %s at the %s door", account.id if account else "(none)", kind)
            raise WrongCredentialsError
        renewed = await self.passwords.renewed(credentials.password, str(password_hash))
        if renewed is None:
            return account, str(password_hash)
        async with autocommitting(self.engine) as connection:
            changed = await connection.execute(_renew(account.id, str(password_hash), renewed))
        # Another login of the same moment may have been faster: then its hash is the one to go on with.
        return (account, renewed) if changed.rowcount else await self._verified(credentials, kind)

    async def refresh(self, refresh_token: str) -> TokenPair:
        """Rotate the token; one that was replaced long ago ends its session. Raises `RefreshRefusedError`."""
        now = self.clock.now()
        async with transaction(self.engine) as connection:
            outcome = await self.refresh_tokens.rotate(connection, refresh_token, now=now)
            if isinstance(outcome, Reused):
                await end_sessions(connection, Session.id == outcome.session_id, now=now)
                logger.warning("session %s is ended: a refresh token was used again", outcome.session_id)
        if not isinstance(outcome, Rotated):
            raise RefreshRefusedError
        token, expires_at = self.signers[outcome.kind].issue(
            account_id=outcome.account_id, session_id=outcome.session_id
        )
        return TokenPair(
            access_token=token,
            expires_at=expires_at,
            expires_in=_seconds(expires_at - now),
            refresh_token=outcome.refresh_token,
        )

    async def _find(self, login: str, kind: SessionKind) -> tuple[OwnAccount, str] | None:
        async with reading(self.engine) as connection:
            found = await connection.execute(_FIND.where(is_login(login), _may_open(kind)))
        row = found.one_or_none()
        # The database's idea of lower case is wider than ours (its İ is an i), and what we take for another login
        # is counted as another: nobody shall guess at one account under many names.
        if row is None or folded_login(login) not in {folded_login(row.email), folded_login(row.user_name)}:
            return None
        return OwnAccount(*row[:-1]), row.password_hash


def is_login(login: str) -> ColumnElement[bool]:
    """Whose e-mail address or user name this is. An address has an @, a user name never."""
    if "@" not in login:
        return func.lower(Account.user_name) == func.lower(login)
    try:
        login = normal_email(login)
    except ValueError:
        return false()
    return func.lower(Account.email) == func.lower(login)


def _may_open(kind: SessionKind) -> ColumnElement[bool]:
    able = Account.disabled_at.is_(None)
    return and_(able, Account.is_operator) if kind is SessionKind.OPERATOR else able


def _open(
    session_id: UUID, account_id: UUID, password_hash: str, device: Device, kind: SessionKind, now: datetime
) -> Insert:
    """Open it only while the account is as it was verified: its lock waits for whoever changes or deletes it."""
    values = {
        "id": literal(session_id),
        "account_id": Account.id,
        "address": literal(device.address, Text),
        "user_agent": literal(device.user_agent, Text),
        "created_at": literal(now),
        "last_used_at": literal(now),
        "kind": literal(kind.value, Text),
    }
    verified = (
        select(*values.values())
        .where(Account.id == account_id, Account.password_hash == password_hash, _may_open(kind))
        .with_for_update(read=True)
    )
    return insert(Session).from_select(list(values), verified).returning(Session.id)


def _renew(account_id: UUID, password_hash: str, renewed: str) -> Update:
    unchanged = (Account.id == account_id, Account.password_hash == password_hash)
    return update(Account).where(*unchanged).values(password_hash=renewed)


def _too_many(session_id: UUID, account_id: UUID, kind: SessionKind, sessions_max: int) -> ColumnElement[bool]:
    """Which sessions there is no room for besides this new one."""
    others = (
        select(Session.id)
        .where(Session.account_id == account_id, Session.kind == kind, Session.ended_at.is_(None))
        .where(Session.id != session_id)
        .order_by(desc(Session.last_used_at), desc(Session.id))
        .offset(sessions_max - 1)
    )
    return Session.id.in_(others)


def _seconds(duration: timedelta) -> int:
    return int(duration.total_seconds())


_FIND: Select[*tuple[Any, ...]] = select(
    Account.id,
    Account.user_name,
    Account.email,
    Account.is_operator,
    Account.relay_only,
    Account.calls_from,
    Account.do_not_disturb,
    Account.presence_to,
    Account.last_seen_shared,
    Account.created_at,
    Account.password_hash,
)
