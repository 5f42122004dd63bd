"""Who there is, and where they are logged in."""

from __future__ import annotations

from datetime import datetime
from typing import Literal
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index, Text, func
from sqlalchemy.orm import Mapped, mapped_column

from shared.models.base import Base, CreatedAt

CallsFrom = Literal["everybody", "contacts"]
"""Whom an account takes calls from, blocklist aside."""
PresenceTo = Literal["callers", "contacts", "nobody"]
"""Who may know whether an account can be called: those whom it takes calls from, its contacts alone, or nobody."""


class Account(Base):
    """A person, or an operator. E-mail and user name are unique without regard to case.

    A deleted account is a disabled one that nobody can enable again: nothing in its row tells of the person.
    `last_seen_at` is when its last device went; known only of those who share it.
    """

    __tablename__ = "accounts"
    __table_args__ = (
        CheckConstraint("deleted_at IS NULL OR disabled_at IS NOT NULL", name="deleted_is_disabled"),
        CheckConstraint("calls_from IN ('everybody', 'contacts')", name="calls_from_known"),
        CheckConstraint("presence_to IN ('callers', 'contacts', 'nobody')", name="presence_to_known"),
        CheckConstraint("last_seen_shared OR last_seen_at IS NULL", name="last_seen_is_shared"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    email: Mapped[str]
    user_name: Mapped[str]
    password_hash: Mapped[str]
    is_operator: Mapped[bool] = mapped_column(server_default="false")
    disabled_at: Mapped[datetime | None]
    created_at: Mapped[CreatedAt]
    relay_only: Mapped[bool] = mapped_column(server_default="false")
    deleted_at: Mapped[datetime | None]
    calls_from: Mapped[CallsFrom] = mapped_column(Text, server_default="everybody")
    do_not_disturb: Mapped[bool] = mapped_column(server_default="false")
    presence_to: Mapped[PresenceTo] = mapped_column(Text, server_default="callers")
    last_seen_shared: Mapped[bool] = mapped_column(server_default="false")
    last_seen_at: Mapped[datetime | None]


Index("uq_accounts_email", func.lower(Account.email), unique=True)
Index("uq_accounts_user_name", func.lower(Account.user_name), unique=True)


class Session(Base):
    """One login; its access tokens carry its id, its refresh tokens are one family.

    Its kind says at which door: an operator's session does operators' work and nothing else.
    """

    __tablename__ = "sessions"
    __table_args__ = (CheckConstraint("kind IN ('personal', 'operator')", name="kind_known"),)

    id: Mapped[UUID] = mapped_column(primary_key=True)
    account_id: Mapped[UUID] = mapped_column(ForeignKey("accounts.id", ondelete="CASCADE"), index=True)
    address: Mapped[str | None]
    user_agent: Mapped[str | None]
    created_at: Mapped[CreatedAt]
    last_used_at: Mapped[CreatedAt]
    ended_at: Mapped[datetime | None]
    kind: Mapped[str] = mapped_column(server_default="personal")


class RefreshToken(Base):
    """An opaque refresh token, stored only as its SHA-256. Used once: `replaced_at` says when."""

    __tablename__ = "refresh_tokens"

    token_hash: Mapped[bytes] = mapped_column(primary_key=True)
    session_id: Mapped[UUID] = mapped_column(ForeignKey("sessions.id", ondelete="CASCADE"), index=True)
    created_at: Mapped[CreatedAt]
    expires_at: Mapped[datetime]
    replaced_at: Mapped[datetime | None]
