"""Messages stored in the transaction of what they tell, until the relay has published them."""

from __future__ import annotations

from uuid import UUID

from sqlalchemy import BigInteger, Identity
from sqlalchemy.orm import Mapped, mapped_column

from shared.models.base import Base, CreatedAt


class OutboxMessage(Base):
    """An envelope waiting for the relay; deleted once the broker has confirmed it."""

    __tablename__ = "outbox"

    id: Mapped[int] = mapped_column(BigInteger, Identity(always=True), primary_key=True)
    message_id: Mapped[UUID]
    exchange: Mapped[str]
    routing_key: Mapped[str]
    type: Mapped[str]
    correlation_id: Mapped[str | None]
    body: Mapped[str]
    created_at: Mapped[CreatedAt]
