"""What operators do, kept for ever."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from sqlalchemy import BigInteger, ForeignKey, Identity, Index
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from shared.models.base import Base, CreatedAt


class AuditEntry(Base):
    """One act of an operator, or of the command line, which is no account: append-only, by rights and by a trigger.

    It names whom it was about by id alone, so that nothing personal stays of people who leave; the operator's name
    is the one at that time. What was only looked at has no reason, and one row a session.
    """

    __tablename__ = "audit_log"
    __table_args__ = (
        Index("ix_audit_log_account_id_id", "account_id", "id"),
        Index("ix_audit_log_actor_id_id", "actor_id", "id"),
        Index(
            "uq_audit_log_looks",
            "session_id",
            "action",
            "account_id",
            "call_id",
            unique=True,
            postgresql_nulls_not_distinct=True,
            postgresql_where="reason IS NULL AND session_id IS NOT NULL",
        ),
    )

    id: Mapped[int] = mapped_column(BigInteger, Identity(always=True), primary_key=True)
    created_at: Mapped[CreatedAt]
    actor_id: Mapped[UUID | None] = mapped_column(ForeignKey("accounts.id"))
    actor_name: Mapped[str]
    session_id: Mapped[UUID | None]
    action: Mapped[str]
    account_id: Mapped[UUID | None] = mapped_column(ForeignKey("accounts.id"))
    call_id: Mapped[UUID | None] = mapped_column(ForeignKey("calls.id"))
    reason: Mapped[str | None]
    details: Mapped[dict[str, Any]] = mapped_column(JSONB, server_default="{}")
