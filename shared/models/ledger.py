"""Wallets and the ledger behind them. `shared.ledger` is the only writer of both."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from sqlalchemy import BigInteger, CheckConstraint, ForeignKey, Index, SmallInteger
from sqlalchemy.orm import Mapped, mapped_column

from shared.models.base import Base, CreatedAt, Minor


class Wallet(Base):
    """An account's money, the claim of the one live call that it is a party of, and what keeps it from calling.

    `balance_minor` is the sum of the wallet's entries of credit; `held_minor` of it is held for started minutes.
    `earned_minor` is the sum of its entries of earnings: what it has to get for calls that it took.
    `blocked_at` is the block for lack of money, `operator_blocked_at` an operator's, which no payment ends.

    Who calls this account pays `asking_price_minor` a minute or, where that is null, their own `price_minor`; of
    either the account earns `earning_share_bp` basis points. What the owner wants to spend at most, on one call and
    on one day, and how long one call may be, is null where there is no such wish. `chain_seq` and `chain_hash` are
    the number and the hash of the wallet's last entry.
    """

    __tablename__ = "wallets"
    __table_args__ = (
        CheckConstraint("0 <= held_minor AND held_minor <= balance_minor", name="held_within_balance"),
        CheckConstraint("price_minor >= 0", name="price_not_negative"),
        CheckConstraint("earned_minor >= 0", name="earned_not_negative"),
        CheckConstraint("asking_price_minor >= 0", name="asking_price_not_negative"),
        CheckConstraint("earning_share_bp BETWEEN 0 AND 10000", name="earning_share_within_all"),
        CheckConstraint(
            "spend_call_minor_max > 0 AND spend_day_minor_max > 0 AND call_ms_max > 0", name="limits_positive"
        ),
    )

    account_id: Mapped[UUID] = mapped_column(ForeignKey("accounts.id"), primary_key=True)
    balance_minor: Mapped[Minor] = mapped_column(server_default="0")
    held_minor: Mapped[Minor] = mapped_column(server_default="0")
    price_minor: Mapped[Minor]
    blocked_at: Mapped[datetime | None]
    in_call_id: Mapped[UUID | None]
    version: Mapped[int] = mapped_column(BigInteger, server_default="0")
    operator_blocked_at: Mapped[datetime | None]
    earned_minor: Mapped[Minor] = mapped_column(server_default="0")
    asking_price_minor: Mapped[int | None] = mapped_column(BigInteger)
    earning_share_bp: Mapped[int] = mapped_column(server_default="0")
    spend_call_minor_max: Mapped[int | None] = mapped_column(BigInteger)
    spend_day_minor_max: Mapped[int | None] = mapped_column(BigInteger)
    call_ms_max: Mapped[int | None] = mapped_column(BigInteger)
    chain_seq: Mapped[int] = mapped_column(BigInteger, server_default="0")
    chain_hash: Mapped[bytes] = mapped_column(server_default="")


class LedgerEntry(Base):
    """One leg of a money operation: append-only, enforced by rights and by a trigger.

    The legs of an operation sum to zero. An operation has a name that never repeats, not even when an old backup is
    restored and the log replayed: ``top_up:<payment>``, ``charge:<call>``, ``refund:<call>:<n>``,
    ``adjustment:<id>``, ``forfeit:<account>``, ``payout:<id>``, ``payment_refund:<payment>:<n>``,
    ``payment_refund_failed:<payment>:<n>``. A leg belongs to a purse of a wallet or to a house account.

    What happened at `occurred_at` is booked at `created_at`. A wallet's legs are numbered by `seq`, from 1, and
    chained: each `hash` covers the hash before it and the whole operation (`shared.ledger.chain`). Operators' acts
    name who and why.
    """

    __tablename__ = "ledger_entries"
    __table_args__ = (
        CheckConstraint("num_nonnulls(wallet_id, house) = 1", name="one_account"),
        CheckConstraint("amount_minor <> 0", name="amount_not_zero"),
        CheckConstraint(
            "num_nulls(wallet_id, purse, balance_after_minor, seq, hash) IN (0, 5)", name="complete_of_wallets"
        ),
        CheckConstraint("purse IN ('credit', 'earnings')", name="purse_known"),
        Index("uq_ledger_entries_wallet_id_seq", "wallet_id", "seq", unique=True),
        # Entries are booked about in the order of their rows, for which this kind of index costs next to nothing.
        Index("ix_ledger_entries_created_at", "created_at", postgresql_using="brin"),
    )

    operation: Mapped[str] = mapped_column(primary_key=True)
    leg: Mapped[int] = mapped_column(SmallInteger, primary_key=True, autoincrement=False)
    wallet_id: Mapped[UUID | None] = mapped_column(ForeignKey("wallets.account_id"))
    purse: Mapped[str | None]
    house: Mapped[str | None]
    amount_minor: Mapped[Minor]
    balance_after_minor: Mapped[int | None] = mapped_column(BigInteger)
    seq: Mapped[int | None] = mapped_column(BigInteger)
    hash: Mapped[bytes | None]
    occurred_at: Mapped[datetime]
    created_at: Mapped[CreatedAt]
    reason: Mapped[str | None]
    actor_id: Mapped[UUID | None] = mapped_column(ForeignKey("accounts.id"))
