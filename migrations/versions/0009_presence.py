"""Where people are connected, who may know whether they can be called, and when they were there last."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "0009"
down_revision: str | None = "0008"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None

CHECKS = {
    "presence_to_known": "presence_to IN ('callers', 'contacts', 'nobody')",
    "last_seen_is_shared": "last_seen_shared OR last_seen_at IS NULL",
}


def upgrade() -> None:
    op.create_table(
        "signaling_nodes",
        sa.Column("node", sa.Text(), nullable=False),
        sa.Column("heard_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("report_number", sa.BigInteger(), server_default="0", nullable=False),
        sa.PrimaryKeyConstraint("node", name=op.f("pk_signaling_nodes")),
    )
    op.create_table(
        "presence",
        sa.Column("account_id", sa.Uuid(), nullable=False),
        sa.Column("node", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["account_id"], ["accounts.id"], name=op.f("fk_presence_account_id_accounts"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("account_id", "node", name=op.f("pk_presence")),
    )
    op.create_index(op.f("ix_presence_node"), "presence", ["node"])
    op.add_column("accounts", sa.Column("do_not_disturb", sa.Boolean(), server_default="false", nullable=False))
    op.add_column("accounts", sa.Column("presence_to", sa.Text(), server_default="callers", nullable=False))
    op.add_column("accounts", sa.Column("last_seen_shared", sa.Boolean(), server_default="false", nullable=False))
    op.add_column("accounts", sa.Column("last_seen_at", sa.DateTime(timezone=True), nullable=True))
    for name, condition in CHECKS.items():
        op.create_check_constraint(op.f(f"ck_accounts_{name}"), "accounts", condition)


def downgrade() -> None:
    for name in CHECKS:
        op.drop_constraint(op.f(f"ck_accounts_{name}"), "accounts", type_="check")
    for name in ("last_seen_at", "last_seen_shared", "presence_to", "do_not_disturb"):
        op.drop_column("accounts", name)
    op.drop_table("presence")
    op.drop_table("signaling_nodes")
