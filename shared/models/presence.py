"""Where people are connected."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from sqlalchemy import BigInteger, ForeignKey
from sqlalchemy.orm import Mapped, mapped_column

from shared.models.base import Base


class SignalingNode(Base):
    """A signaling process. One that was not heard of for a while counts as gone, with everybody who is there.

    `report_number` is the greatest of its reports that was taken: one that comes late changes nothing.
    """

    __tablename__ = "signaling_nodes"

    node: Mapped[str] = mapped_column(primary_key=True)
    heard_at: Mapped[datetime]
    report_number: Mapped[int] = mapped_column(BigInteger, server_default="0")


class Presence(Base):
    """A device of the account would ring at this signaling process."""

    __tablename__ = "presence"

    account_id: Mapped[UUID] = mapped_column(ForeignKey("accounts.id", ondelete="CASCADE"), primary_key=True)
    node: Mapped[str] = mapped_column(primary_key=True, index=True)
