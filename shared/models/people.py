"""Whom somebody takes calls from, and from whom not."""

from __future__ import annotations

from uuid import UUID

from sqlalchemy import ForeignKey
from sqlalchemy.orm import Mapped, mapped_column

from shared.models.base import Base, CreatedAt


class Listed:
    """One person on the list of the account `account_id`; both go with either."""

    account_id: Mapped[UUID] = mapped_column(ForeignKey("accounts.id", ondelete="CASCADE"), primary_key=True)
    listed_id: Mapped[UUID] = mapped_column(
        ForeignKey("accounts.id", ondelete="CASCADE"), primary_key=True, index=True
    )
    created_at: Mapped[CreatedAt]


class BlocklistEntry(Listed, Base):
    """Somebody whom the account takes no calls from. Nobody else learns of it."""

    __tablename__ = "blocklist"


class Contact(Listed, Base):
    """Somebody whom the account takes calls from also where it does so from contacts only."""

    __tablename__ = "contacts"
