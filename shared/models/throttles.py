"""How much of its limits everybody has used."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy.orm import Mapped, mapped_column

from shared.models.base import Base


class Throttle(Base):
    """One limit of one subject, whom `key` tells by a hash. Of no use after `free_at`, and removed."""

    __tablename__ = "throttles"

    key: Mapped[str] = mapped_column(primary_key=True)
    free_at: Mapped[datetime] = mapped_column(index=True)
