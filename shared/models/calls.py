"""The lasting record of each call attempt."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from sqlalchemy import BigInteger, CheckConstraint, ForeignKey, Index, text
from sqlalchemy.orm import Mapped, mapped_column

from shared.models.base import Base, CreatedAt, Minor


class Call(Base):
    """One call attempt, from its authorization to its settlement.

    `minutes_held` minutes of `price_minor` are held until the call is settled. `proof_talk_ms` is the greatest talk
    time at which the parties were proven alive, `talk_ms` the smallest at which the call was said to have ended.
    `lease_ends_at` is only for finding calls whose end never came; money is never decided by it. No minute is held
    after `end_asked_at`, when an operator asked for the end. `node` owns the call as the `epoch`-th to do so: what
    earlier ones still say of it holds and ends nothing. What is `hidden_from_caller` would tell more than the
    answer to the invite did.

    The terms are those of the authorization, whatever is set later: minutes of `minute_ms`, of which the first
    `free_ms` of talk cost nothing; a call of at most `grace_ms` costs nothing at all; the callee earns
    `earning_share_bp` basis points of the charge. `earned_minor` is what the callee has got of it,
    `refunded_minor` what operators gave back of it. Corrections make `charge_minor` itself smaller; `refund_count`
    counts both.
    """

    __tablename__ = "calls"
    __table_args__ = (
        CheckConstraint("minutes_held >= 0 AND proof_talk_ms >= 0 AND price_minor >= 0", name="not_negative"),
        CheckConstraint(
            "(settled_at IS NULL AND num_nulls(talk_ms, minutes, charge_minor, reason, ended_at) = 5) OR"
            " (settled_at IS NOT NULL AND num_nulls(talk_ms, minutes, charge_minor, reason, ended_at) = 0)",
            name="settled_completely",
        ),
        CheckConstraint("charge_minor >= 0 AND charge_minor = minutes * price_minor", name="charge_by_minutes"),
        CheckConstraint("epoch >= 1", name="epoch_counts_from_one"),
        CheckConstraint("minutes <= minutes_held", name="charge_within_hold"),
        CheckConstraint(
            "0 <= refunded_minor AND refunded_minor <= coalesce(charge_minor, 0)", name="refunded_within_charge"
        ),
        CheckConstraint("earned_minor >= 0 AND refund_count >= 0", name="earned_and_refunds_not_negative"),
        CheckConstraint(
            "minute_ms > 0 AND free_ms >= 0 AND grace_ms >= 0 AND earning_share_bp BETWEEN 0 AND 10000",
            name="terms_possible",
        ),
        Index("ix_calls_caller_id_id", "caller_id", "id"),
        Index("ix_calls_callee_id_id", "callee_id", "id"),
        Index("ix_calls_unsettled_lease_ends_at", "lease_ends_at", postgresql_where=text("settled_at IS NULL")),
        # Calls end about in the order of their rows, for which this kind of index costs next to nothing.
        Index("ix_calls_ended_at", "ended_at", postgresql_using="brin"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    caller_id: Mapped[UUID] = mapped_column(ForeignKey("accounts.id"))
    callee_id: Mapped[UUID | None] = mapped_column(ForeignKey("accounts.id"))
    node: Mapped[str]
    price_minor: Mapped[Minor]
    minutes_held: Mapped[int] = mapped_column(server_default="0")
    proof_talk_ms: Mapped[int] = mapped_column(BigInteger, server_default="0")
    authorized_at: Mapped[CreatedAt]
    lease_ends_at: Mapped[datetime]
    started_at: Mapped[datetime | None]
    ended_at: Mapped[datetime | None]
    talk_ms: Mapped[int | None] = mapped_column(BigInteger)
    minutes: Mapped[int | None]
    charge_minor: Mapped[int | None] = mapped_column(BigInteger)
    reason: Mapped[str | None]
    settled_at: Mapped[datetime | None]
    end_asked_at: Mapped[datetime | None]
    hidden_from_caller: Mapped[bool] = mapped_column(server_default="false")
    minute_ms: Mapped[int] = mapped_column(BigInteger, server_default="60000")
    free_ms: Mapped[int] = mapped_column(BigInteger, server_default="0")
    grace_ms: Mapped[int] = mapped_column(BigInteger, server_default="0")
    earning_share_bp: Mapped[int] = mapped_column(server_default="0")
    earned_minor: Mapped[Minor] = mapped_column(server_default="0")
    refunded_minor: Mapped[Minor] = mapped_column(server_default="0")
    refund_count: Mapped[int] = mapped_column(server_default="0")
    epoch: Mapped[int] = mapped_column(server_default="1")
