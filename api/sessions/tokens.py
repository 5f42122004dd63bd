"""Refresh tokens: opaque, 256 random bits, stored only as their SHA-256, each replaced by its use."""

import hashlib
import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Literal
from uuid import UUID

from sqlalchemy import Delete, Select, Update, delete, insert, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from api.sessions.kinds import SessionKind, SessionLife
from shared.models import Account, RefreshToken, Session

TOKEN_BYTES = 32


@dataclass(frozen=True)
class Rotated:
    """The token was good, and is replaced."""

    account_id: UUID
    session_id: UUID
    kind: SessionKind
    refresh_token: str


@dataclass(frozen=True)
class Reused:
    """The token was replaced long ago: it, or the one that replaced it, is in the wrong hands."""

    session_id: UUID


@dataclass(frozen=True)
class RefreshTokens:
    """Issues and rotates the tokens of sessions, inside the transaction that it is given."""

    lives: Mapping[SessionKind, SessionLife]
    grace: timedelta
    """How long a token may be used again after its first use: two honest requests that overlap."""

    async def issue(
        self,
        connection: AsyncConnection,
        session_id: UUID,
        kind: SessionKind,
        *,
        opened_at: datetime,
        now: datetime,
    ) -> str:
        """Return a fresh token of the session, which is of this kind and was opened then."""
        token = secrets.token_urlsafe(TOKEN_BYTES)
        expires_at = self.lives[kind].end(opened_at=opened_at, used_at=now)
        values = {"session_id": session_id, "created_at": now, "expires_at": expires_at}
        await connection.execute(insert(RefreshToken).values(token_hash=hash_of(token), **values))
        return token

    async def rotate(
        self, connection: AsyncConnection, token: str, *, now: datetime
    ) -> Rotated | Reused | Literal["refused"]:
        """Replace the token; `"refused"` where it, its session, its account or its rights are unknown or over."""
        row = (await connection.execute(_find(token))).one_or_none()
        if row is None or row.ended_at is not None or row.disabled_at is not None:
            return "refused"
        if row.kind == SessionKind.OPERATOR and not row.is_operator:
            return "refused"
        if row.replaced_at is not None and now - row.replaced_at > self.grace:
            return Reused(row.session_id)
        if row.expires_at <= now:
            return "refused"
        if row.replaced_at is None:
            await connection.execute(_replace(token, now))
        await connection.execute(_forget_expired(row.session_id, now))
        await connection.execute(update(Session).where(Session.id == row.session_id).values(last_used_at=now))
        kind = SessionKind(row.kind)
        fresh = await self.issue(connection, row.session_id, kind, opened_at=row.opened_at, now=now)
        return Rotated(row.account_id, row.session_id, kind, fresh)


def hash_of(token: str) -> bytes:
    """Return what is stored of a token; with 256 random bits it needs no salt."""
    return hashlib.sha256(token.encode()).digest()


def _find(token: str) -> Select[*tuple[Any, ...]]:
    # The lock on the session lets one rotation of a family, or its end, happen at a time.
    return (
        select(
            Session.id.label("session_id"),
            Session.account_id,
            Session.ended_at,
            Session.kind,
            Session.created_at.label("opened_at"),
            Account.disabled_at,
            Account.is_operator,
            RefreshToken.replaced_at,
            RefreshToken.expires_at,
        )
        .join(Session, Session.id == RefreshToken.session_id)
        .join(Account, Account.id == Session.account_id)
        .where(RefreshToken.token_hash == hash_of(token))
        .with_for_update(of=Session)
    )


def _replace(token: str, now: datetime) -> Update:
    unreplaced = (RefreshToken.token_hash == hash_of(token), RefreshToken.replaced_at.is_(None))
    return update(RefreshToken).where(*unreplaced).values(replaced_at=now)


def _forget_expired(session_id: UUID, now: datetime) -> Delete:
    return delete(RefreshToken).where(RefreshToken.session_id == session_id, RefreshToken.expires_at <= now)
