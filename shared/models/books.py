"""What is kept of how prices came about, and of each time that the books were looked through."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from sqlalchemy import BigInteger, CheckConstraint, ForeignKey, Identity, Index
from sqlalchemy.orm import Mapped, mapped_column

from shared.models.base import Base, CreatedAt


class PriceChange(Base):
    """Who changed which price of whom, when, from what and to what: append-only, by rights and by a trigger.

    Prices are minor units a minute; null is no asking price. A share is in basis points. The default price, which
    new accounts get, belongs to no account.
    """

    __tablename__ = "price_changes"
    __table_args__ = (
        CheckConstraint("what IN ('price', 'asking_price', 'earning_share', 'default_price')", name="what_known"),
        CheckConstraint("(what = 'default_price') = (account_id IS NULL)", name="account_of_its_price"),
        Index("ix_price_changes_account_id_id", "account_id", "id"),
        Index("ix_price_changes_default", "id", postgresql_where="what = 'default_price'"),
    )

    id: Mapped[int] = mapped_column(BigInteger, Identity(always=True), primary_key=True)
    account_id: Mapped[UUID | None] = mapped_column(ForeignKey("accounts.id"))
    what: Mapped[str]
    before: Mapped[int | None] = mapped_column(BigInteger)
    after: Mapped[int | None] = mapped_column(BigInteger)
    actor_id: Mapped[UUID | None] = mapped_column(ForeignKey("accounts.id"))
    actor_name: Mapped[str]
    reason: Mapped[str]
    created_at: Mapped[CreatedAt]


class BooksAudit(Base):
    """What one look through all books came to: append-only, by rights and by a trigger.

    `seal` is one hash over everything that was booked before `sealed_until`; kept elsewhere as well, it proves that
    nothing of that was changed or cut off since.
    """

    __tablename__ = "books_audits"
    __table_args__ = (CheckConstraint("(differences = 0) = (first_difference IS NULL)", name="difference_told"),)

    id: Mapped[int] = mapped_column(BigInteger, Identity(always=True), primary_key=True)
    started_at: Mapped[CreatedAt]
    finished_at: Mapped[datetime]
    wallets: Mapped[int] = mapped_column(BigInteger)
    entries: Mapped[int] = mapped_column(BigInteger)
    calls: Mapped[int] = mapped_column(BigInteger)
    differences: Mapped[int] = mapped_column(BigInteger)
    first_difference: Mapped[str | None]
    sealed_until: Mapped[datetime]
    seal: Mapped[bytes]
