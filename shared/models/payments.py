"""What payment providers see, and the requests that must not be carried out twice."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from shared.models.base import Base, CreatedAt, Minor


class Payment(Base):
    """What the provider sees: asked for; then settled, or failed or expired, of which money may still make settled.

    `provider_charge_ref` is the provider's name for the money itself, by which it is refunded.
    """

    __tablename__ = "payments"
    __table_args__ = (
        CheckConstraint("amount_minor > 0", name="amount_positive"),
        CheckConstraint("status IN ('pending', 'settled', 'failed', 'expired')", name="status_known"),
        CheckConstraint("(status = 'settled') = (settled_at IS NOT NULL)", name="settled_at_of_settled"),
        CheckConstraint("(status IN ('failed', 'expired')) = (ended_at IS NOT NULL)", name="ended_at_of_ended"),
        CheckConstraint("0 <= refunded_minor AND refunded_minor <= amount_minor", name="refunded_within_amount"),
        UniqueConstraint("provider", "provider_ref"),
        Index("ix_payments_account_id_id", "account_id", "id"),
        Index("ix_payments_provider_provider_charge_ref", "provider", "provider_charge_ref"),
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
    ended_at: Mapped[datetime | None]
    failure: Mapped[str | None]
    refunded_minor: Mapped[Minor] = mapped_column(server_default="0")
    provider_charge_ref: Mapped[str | None]


class PaymentRefund(Base):
    """Money of a payment on its way back to the payer, at an operator's word or at the provider's.

    `taken_minor` of it left the wallet, the rest is the house's loss; where it failed, `given_back_minor` came
    again. Until it is done or has failed, the provider is asked again at `ask_again_at`. `failure` is its word for
    why it did not do it.
    """

    __tablename__ = "payment_refunds"
    __table_args__ = (
        CheckConstraint("amount_minor > 0", name="amount_positive"),
        CheckConstraint("status IN ('requested', 'succeeded', 'failed')", name="status_known"),
        CheckConstraint("origin IN ('operator', 'provider')", name="origin_known"),
        CheckConstraint("0 <= taken_minor AND taken_minor <= amount_minor", name="taken_within_amount"),
        CheckConstraint("0 <= given_back_minor AND given_back_minor <= amount_minor", name="given_within_amount"),
        CheckConstraint("(status = 'requested') = (finished_at IS NULL)", name="finished_at_of_finished"),
        CheckConstraint("(status = 'requested') = (ask_again_at IS NOT NULL)", name="asked_until_finished"),
        UniqueConstraint("payment_id", "number"),
        UniqueConstraint("payment_id", "provider_ref"),
        Index("ix_payment_refunds_requested", "ask_again_at", postgresql_where="status = 'requested'"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    payment_id: Mapped[UUID] = mapped_column(ForeignKey("payments.id"))
    number: Mapped[int]
    amount_minor: Mapped[Minor]
    taken_minor: Mapped[Minor]
    given_back_minor: Mapped[Minor] = mapped_column(server_default="0")
    status: Mapped[str]
    provider_ref: Mapped[str | None]
    origin: Mapped[str]
    reason: Mapped[str]
    actor_id: Mapped[UUID | None] = mapped_column(ForeignKey("accounts.id"))
    actor_name: Mapped[str | None]
    created_at: Mapped[CreatedAt]
    ask_again_at: Mapped[datetime | None]
    finished_at: Mapped[datetime | None]
    failure: Mapped[str | None]


class WebhookEvent(Base):
    """A provider's event, the fact in it, and what came of it; the same one again is answered and ignored.

    Of what is about money that no payment of ours is known by yet, the outcome is `kept`: it is carried out when
    the payment with this `charge_ref` is confirmed. Events from before facts were kept have none.
    """

    __tablename__ = "webhook_events"
    __table_args__ = (
        Index("ix_webhook_events_kept", "provider", "charge_ref", postgresql_where="outcome = 'kept'"),
        Index("ix_webhook_events_payment_id", "payment_id", postgresql_where="payment_id IS NOT NULL"),
    )

    provider: Mapped[str] = mapped_column(primary_key=True)
    event_id: Mapped[str] = mapped_column(primary_key=True)
    received_at: Mapped[CreatedAt]
    outcome: Mapped[str] = mapped_column(server_default="settled")
    payment_id: Mapped[UUID | None] = mapped_column(ForeignKey("payments.id"))
    charge_ref: Mapped[str | None]
    fact: Mapped[str | None]


class IdempotencyKey(Base):
    """A client's name for a request that moves money, and the answer that it got, to be given again.

    `subject_id` is the id that what the request makes will have, chosen before anything is done. Until there is an
    answer, nobody else may work under the key before `locked_until`.
    """

    __tablename__ = "idempotency_keys"
    __table_args__ = (
        CheckConstraint("(answer IS NULL) = (status IS NULL)", name="answered_completely"),
        Index("ix_idempotency_keys_started_at", "started_at", postgresql_using="brin"),
    )

    account_id: Mapped[UUID] = mapped_column(ForeignKey("accounts.id"), primary_key=True)
    key: Mapped[str] = mapped_column(primary_key=True)
    route: Mapped[str]
    body_hash: Mapped[bytes]
    subject_id: Mapped[UUID]
    started_at: Mapped[CreatedAt]
    locked_until: Mapped[datetime]
    status: Mapped[int | None]
    location: Mapped[str | None]
    answer: Mapped[bytes | None]
