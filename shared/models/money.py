"""Wallets, the ledger behind them, and payments. `shared.ledger` is the only writer of the first two."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from sqlalchemy import BigInteger, CheckConstraint, ForeignKey, Identity, Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from shared.models.base import Base, CreatedAt, Minor


class Wallet(Base):
    """An account's money, the claim of the one live call that it is a party of, and what keeps it from calling.

    `balance_minor` is the sum of the wallet's ledger entries; `held_minor` of it is reserved for started minutes.
    `blocked_at` is the block for lack of money, `operator_blocked_at` an operator's, which no payment ends.
    """

    __tablename__ = "wallets"
    __table_args__ = (
        CheckConstraint("0 <= held_minor AND held_minor <= balance_minor", name="held_within_balance"),
        CheckConstraint("price_minor >= 0", name="price_not_negative"),
    )

    account_id: Mapped[UUID] = mapped_column(ForeignKey("accounts.id"), primary_key=True)
    balance_minor: Mapped[Minor] = mapped_column(server_default="0")
    held_minor: Mapped[Minor] = mapped_column(server_default="0")
    price_minor: Mapped[Minor]
    blocked_at: Mapped[datetime | None]
    in_call_id: Mapped[UUID | None]
    version: Mapped[int] = mapped_column(BigInteger, server_default="0")
    operator_blocked_at: Mapped[datetime | None]


class LedgerEntry(Base):
    """One leg of a money operation: append-only, enforced by rights and by a trigger.

    The legs of an operation sum to zero. An operation's key is unique for ever: ``top_up:<payment>``,
    ``charge:<call>``, ``refund:<call>:<n>``, ``forfeit:<account>``, ``adjustment:<id>``. A leg belongs to a wallet
    or a house account.
    """

    __tablename__ = "ledger_entries"
    __table_args__ = (
        CheckConstraint("num_nonnulls(wallet_id, house) = 1", name="one_account"),
        CheckConstraint("amount_minor <> 0", name="amount_not_zero"),
        CheckConstraint("(wallet_id IS NULL) = (balance_after_minor IS NULL)", name="balance_after_of_wallets"),
        Index(
            "uq_ledger_entries_operation_wallet_id",
            "operation",
            "wallet_id",
            unique=True,
            postgresql_where="wallet_id IS NOT NULL",
        ),
        Index(
            "uq_ledger_entries_operation_house",
            "operation",
            "house",
            unique=True,
            postgresql_where="house IS NOT NULL",
        ),
        Index("ix_ledger_entries_wallet_id_id", "wallet_id", "id"),
    )

    id: Mapped[int] = mapped_column(BigInteger, Identity(always=True), primary_key=True)
    operation: Mapped[str]
    wallet_id: Mapped[UUID | None] = mapped_column(ForeignKey("wallets.account_id"))
    house: Mapped[str | None]
    amount_minor: Mapped[Minor]
    balance_after_minor: Mapped[int | None] = mapped_column(BigInteger)
    created_at: Mapped[CreatedAt]


class Payment(Base):
    """What the provider sees: asked for, then settled or failed, once."""

    __tablename__ = "payments"
    __table_args__ = (
        CheckConstraint("amount_minor > 0", name="amount_positive"),
        CheckConstraint("status IN ('pending', 'settled', 'failed')", name="status_known"),
        CheckConstraint("(status = 'settled') = (settled_at IS NOT NULL)", name="settled_at_of_settled"),
        UniqueConstraint("provider", "provider_ref"),
        Index("ix_payments_account_id_id", "account_id", "id"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    account_id: Mapped[UUID] = mapped_column(ForeignKey("accounts.id"))
    amount_minor: Mapped[Minor]
    currency: Mapped[str]
    provider: Mapped[str]
    provider_ref: Mapped[str | None]
    checkout_url: Mapped[str | None]
    status: Mapped[str] = mapped_column(server_default="pending")
    created_at: Mapped[CreatedAt]
    settled_at: Mapped[datetime | None]


class WebhookEvent(Base):
    """A provider's event that was carried out; the same one again is answered and ignored."""

    __tablename__ = "webhook_events"

    provider: Mapped[str] = mapped_column(primary_key=True)
    event_id: Mapped[str] = mapped_column(primary_key=True)
    received_at: Mapped[CreatedAt]
