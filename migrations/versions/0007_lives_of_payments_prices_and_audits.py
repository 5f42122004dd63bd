"""Refunds and ends of payments, keys of requests, the history of prices, and what audits of the books came to."""

from collections.abc import Sequence
from typing import Any

import sqlalchemy as sa
from alembic import op

revision: str = "0007"
down_revision: str | None = "0006"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None

APPEND_ONLY = {"price_changes": "the history of prices is", "books_audits": "audits of the books are"}


def upgrade() -> None:
    _widen_payments()
    _create_payment_refunds()
    _widen_webhook_events()
    _create_idempotency_keys()
    _create_price_changes()
    _create_books_audits()
    for table, what in APPEND_ONLY.items():
        op.execute(
            f"CREATE FUNCTION refuse_{table}_change() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN"
            f" RAISE EXCEPTION '{what} append-only' USING ERRCODE = 'restrict_violation'; END $$"
        )
        op.execute(
            f"CREATE TRIGGER {table}_are_append_only BEFORE UPDATE OR DELETE ON {table}"
            f" FOR EACH ROW EXECUTE FUNCTION refuse_{table}_change()"
        )
        op.execute(
            f"CREATE TRIGGER {table}_are_never_truncated BEFORE TRUNCATE ON {table}"
            f" FOR EACH STATEMENT EXECUTE FUNCTION refuse_{table}_change()"
        )


def downgrade() -> None:
    for table in reversed(APPEND_ONLY):
        op.drop_table(table)
        op.execute(f"DROP FUNCTION refuse_{table}_change()")
    op.drop_table("idempotency_keys")
    op.drop_table("payment_refunds")
    for name in ("kept", "payment_id"):
        op.drop_index(f"ix_webhook_events_{name}", table_name="webhook_events")
    for name in ("fact", "charge_ref", "payment_id", "outcome"):
        op.drop_column("webhook_events", name)
    op.drop_index("ix_payments_provider_provider_charge_ref", table_name="payments")
    for name in ("status_known", "ended_at_of_ended", "refunded_within_amount"):
        op.drop_constraint(op.f(f"ck_payments_{name}"), "payments", type_="check")
    # Of the older words, the nearest.
    op.execute("UPDATE payments SET status = 'failed' WHERE status = 'expired'")
    op.create_check_constraint(
        op.f("ck_payments_status_known"), "payments", "status IN ('pending', 'settled', 'failed')"
    )
    for name in ("provider_charge_ref", "refunded_minor", "failure", "ended_at"):
        op.drop_column("payments", name)


def _widen_payments() -> None:
    op.add_column("payments", sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True))
    op.add_column("payments", sa.Column("failure", sa.Text(), nullable=True))
    op.add_column("payments", sa.Column("refunded_minor", sa.BigInteger(), server_default="0", nullable=False))
    op.add_column("payments", sa.Column("provider_charge_ref", sa.Text(), nullable=True))
    op.drop_constraint(op.f("ck_payments_status_known"), "payments", type_="check")
    op.execute("UPDATE payments SET ended_at = created_at WHERE status = 'failed'")
    # The only provider so far had one name for the checkout and what was paid there.
    op.execute("UPDATE payments SET provider_charge_ref = provider_ref WHERE status = 'settled'")
    checks = {
        "status_known": "status IN ('pending', 'settled', 'failed', 'expired')",
        "ended_at_of_ended": "(status IN ('failed', 'expired')) = (ended_at IS NOT NULL)",
        "refunded_within_amount": "0 <= refunded_minor AND refunded_minor <= amount_minor",
    }
    for name, condition in checks.items():
        op.create_check_constraint(op.f(f"ck_payments_{name}"), "payments", condition)
    op.create_index(
        "ix_payments_provider_provider_charge_ref", "payments", ["provider", "provider_charge_ref"], unique=False
    )


def _create_payment_refunds() -> None:
    op.create_table(
        "payment_refunds",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("payment_id", sa.Uuid(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("amount_minor", sa.BigInteger(), nullable=False),
        sa.Column("taken_minor", sa.BigInteger(), nullable=False),
        sa.Column("given_back_minor", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("status", sa.Text(), nullable=False),
        sa.Column("provider_ref", sa.Text(), nullable=True),
        sa.Column("origin", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("actor_id", sa.Uuid(), nullable=True),
        sa.Column("actor_name", sa.Text(), nullable=True),
        _now("created_at"),
        sa.Column("ask_again_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("finished_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("failure", sa.Text(), nullable=True),
        sa.CheckConstraint("amount_minor > 0", name=op.f("ck_payment_refunds_amount_positive")),
        sa.CheckConstraint(
            "0 <= taken_minor AND taken_minor <= amount_minor", name=op.f("ck_payment_refunds_taken_within_amount")
        ),
        sa.CheckConstraint(
            "0 <= given_back_minor AND given_back_minor <= amount_minor",
            name=op.f("ck_payment_refunds_given_within_amount"),
        ),
        sa.CheckConstraint(
            "(status = 'requested') = (finished_at IS NULL)",
            name=op.f("ck_payment_refunds_finished_at_of_finished"),
        ),
        sa.CheckConstraint(
            "(status = 'requested') = (ask_again_at IS NOT NULL)",
            name=op.f("ck_payment_refunds_asked_until_finished"),
        ),
        sa.CheckConstraint(
            "status IN ('requested', 'succeeded', 'failed')", name=op.f("ck_payment_refunds_status_known")
        ),
        sa.CheckConstraint("origin IN ('operator', 'provider')", name=op.f("ck_payment_refunds_origin_known")),
        sa.ForeignKeyConstraint(
            ["payment_id"], ["payments.id"], name=op.f("fk_payment_refunds_payment_id_payments")
        ),
        sa.ForeignKeyConstraint(["actor_id"], ["accounts.id"], name=op.f("fk_payment_refunds_actor_id_accounts")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_payment_refunds")),
        sa.UniqueConstraint("payment_id", "number", name=op.f("uq_payment_refunds_payment_id_number")),
        sa.UniqueConstraint("payment_id", "provider_ref", name=op.f("uq_payment_refunds_payment_id_provider_ref")),
    )
    op.create_index(
        "ix_payment_refunds_requested",
        "payment_refunds",
        ["ask_again_at"],
        unique=False,
        postgresql_where="status = 'requested'",
    )


def _widen_webhook_events() -> None:
    """What was received so far was about payments that were confirmed, and nothing else was kept."""
    op.add_column("webhook_events", sa.Column("outcome", sa.Text(), server_default="settled", nullable=False))
    op.add_column("webhook_events", sa.Column("payment_id", sa.Uuid(), nullable=True))
    op.add_column("webhook_events", sa.Column("charge_ref", sa.Text(), nullable=True))
    op.add_column("webhook_events", sa.Column("fact", sa.Text(), nullable=True))
    op.create_foreign_key(
        op.f("fk_webhook_events_payment_id_payments"), "webhook_events", "payments", ["payment_id"], ["id"]
    )
    op.create_index(
        "ix_webhook_events_kept",
        "webhook_events",
        ["provider", "charge_ref"],
        unique=False,
        postgresql_where="outcome = 'kept'",
    )
    op.create_index(
        "ix_webhook_events_payment_id",
        "webhook_events",
        ["payment_id"],
        unique=False,
        postgresql_where="payment_id IS NOT NULL",
    )


def _create_idempotency_keys() -> None:
    op.create_table(
        "idempotency_keys",
        sa.Column("account_id", sa.Uuid(), nullable=False),
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("route", sa.Text(), nullable=False),
        sa.Column("body_hash", sa.LargeBinary(), nullable=False),
        sa.Column("subject_id", sa.Uuid(), nullable=False),
        _now("started_at"),
        sa.Column("locked_until", sa.DateTime(timezone=True), nullable=False),
        sa.Column("status", sa.Integer(), nullable=True),
        sa.Column("location", sa.Text(), nullable=True),
        sa.Column("answer", sa.LargeBinary(), nullable=True),
        sa.CheckConstraint(
            "(answer IS NULL) = (status IS NULL)", name=op.f("ck_idempotency_keys_answered_completely")
        ),
        sa.ForeignKeyConstraint(
            ["account_id"], ["accounts.id"], name=op.f("fk_idempotency_keys_account_id_accounts")
        ),
        sa.PrimaryKeyConstraint("account_id", "key", name=op.f("pk_idempotency_keys")),
    )
    op.create_index(
        "ix_idempotency_keys_started_at", "idempotency_keys", ["started_at"], unique=False, postgresql_using="brin"
    )


def _create_price_changes() -> None:
    op.create_table(
        "price_changes",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("account_id", sa.Uuid(), nullable=True),
        sa.Column("what", sa.Text(), nullable=False),
        sa.Column("before", sa.BigInteger(), nullable=True),
        sa.Column("after", sa.BigInteger(), nullable=True),
        sa.Column("actor_id", sa.Uuid(), nullable=True),
        sa.Column("actor_name", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        _now("created_at"),
        sa.CheckConstraint(
            "what IN ('price', 'asking_price', 'earning_share', 'default_price')",
            name=op.f("ck_price_changes_what_known"),
        ),
        sa.CheckConstraint(
            "(what = 'default_price') = (account_id IS NULL)", name=op.f("ck_price_changes_account_of_its_price")
        ),
        sa.ForeignKeyConstraint(["account_id"], ["accounts.id"], name=op.f("fk_price_changes_account_id_accounts")),
        sa.ForeignKeyConstraint(["actor_id"], ["accounts.id"], name=op.f("fk_price_changes_actor_id_accounts")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_price_changes")),
    )
    op.create_index("ix_price_changes_account_id_id", "price_changes", ["account_id", "id"], unique=False)
    op.create_index(
        "ix_price_changes_default", "price_changes", ["id"], unique=False, postgresql_where="what = 'default_price'"
    )


def _create_books_audits() -> None:
    op.create_table(
        "books_audits",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        _now("started_at"),
        sa.Column("finished_at", sa.DateTime(timezone=True), nullable=False),
        *(
            sa.Column(name, sa.BigInteger(), nullable=False)
            for name in ("wallets", "entries", "calls", "differences")
        ),
        sa.Column("first_difference", sa.Text(), nullable=True),
        sa.Column("sealed_until", sa.DateTime(timezone=True), nullable=False),
        sa.Column("seal", sa.LargeBinary(), nullable=False),
        sa.CheckConstraint(
            "(differences = 0) = (first_difference IS NULL)", name=op.f("ck_books_audits_difference_told")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_books_audits")),
    )


def _now(name: str) -> sa.Column[Any]:
    return sa.Column(name, sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False)
