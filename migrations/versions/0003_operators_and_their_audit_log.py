"""Operators: sessions of their own, their block, the end they ask of a call, and the log of what they do."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision: str = "0003"
down_revision: str | None = "0002"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None

AUDIT_LOG_IS_APPEND_ONLY = (
    """
    CREATE FUNCTION refuse_audit_log_change() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
        RAISE EXCEPTION 'the audit log is append-only' USING ERRCODE = 'restrict_violation';
    END $$
    """,
    """
    CREATE TRIGGER audit_log_is_append_only BEFORE UPDATE OR DELETE ON audit_log
    FOR EACH ROW EXECUTE FUNCTION refuse_audit_log_change()
    """,
    """
    CREATE TRIGGER audit_log_is_never_truncated BEFORE TRUNCATE ON audit_log
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_audit_log_change()
    """,
)


def upgrade() -> None:
    op.add_column("sessions", sa.Column("kind", sa.Text(), server_default="personal", nullable=False))
    op.create_check_constraint(op.f("ck_sessions_kind_known"), "sessions", "kind IN ('personal', 'operator')")
    op.add_column("wallets", sa.Column("operator_blocked_at", sa.DateTime(timezone=True), nullable=True))
    op.add_column("calls", sa.Column("end_asked_at", sa.DateTime(timezone=True), nullable=True))
    op.create_index("ix_calls_ended_at", "calls", ["ended_at"], unique=False, postgresql_using="brin")
    op.create_table(
        "audit_log",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("actor_id", sa.Uuid(), nullable=True),
        sa.Column("actor_name", sa.Text(), nullable=False),
        sa.Column("session_id", sa.Uuid(), nullable=True),
        sa.Column("action", sa.Text(), nullable=False),
        sa.Column("account_id", sa.Uuid(), nullable=True),
        sa.Column("call_id", sa.Uuid(), nullable=True),
        sa.Column("reason", sa.Text(), nullable=True),
        sa.Column("details", postgresql.JSONB(astext_type=sa.Text()), server_default="{}", nullable=False),
        sa.ForeignKeyConstraint(["account_id"], ["accounts.id"], name=op.f("fk_audit_log_account_id_accounts")),
        sa.ForeignKeyConstraint(["actor_id"], ["accounts.id"], name=op.f("fk_audit_log_actor_id_accounts")),
        sa.ForeignKeyConstraint(["call_id"], ["calls.id"], name=op.f("fk_audit_log_call_id_calls")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_audit_log")),
    )
    op.create_index("ix_audit_log_account_id_id", "audit_log", ["account_id", "id"], unique=False)
    op.create_index("ix_audit_log_actor_id_id", "audit_log", ["actor_id", "id"], unique=False)
    op.create_index(
        "uq_audit_log_looks",
        "audit_log",
        ["session_id", "action", "account_id", "call_id"],
        unique=True,
        postgresql_nulls_not_distinct=True,
        postgresql_where="reason IS NULL AND session_id IS NOT NULL",
    )
    for statement in AUDIT_LOG_IS_APPEND_ONLY:
        op.execute(statement)


def downgrade() -> None:
    op.drop_table("audit_log")
    op.execute("DROP FUNCTION refuse_audit_log_change()")
    op.drop_index("ix_calls_ended_at", table_name="calls", postgresql_using="brin")
    op.drop_column("calls", "end_asked_at")
    op.drop_column("wallets", "operator_blocked_at")
    # Outside of its kind such a session would be a person's.
    op.execute("DELETE FROM sessions WHERE kind = 'operator'")
    op.drop_constraint(op.f("ck_sessions_kind_known"), "sessions", type_="check")
    op.drop_column("sessions", "kind")
