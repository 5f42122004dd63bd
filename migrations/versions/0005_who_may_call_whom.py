"""People on one another's lists, calls from contacts only, and attempts that the callee alone sees."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "0005"
down_revision: str | None = "0004"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None

LISTS = ("blocklist", "contacts")


def upgrade() -> None:
    for name in LISTS:
        op.create_table(
            name,
            sa.Column("account_id", sa.Uuid(), nullable=False),
            sa.Column("listed_id", sa.Uuid(), nullable=False),
            sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
            sa.ForeignKeyConstraint(
                ["account_id"], ["accounts.id"], name=op.f(f"fk_{name}_account_id_accounts"), ondelete="CASCADE"
            ),
            sa.ForeignKeyConstraint(
                ["listed_id"], ["accounts.id"], name=op.f(f"fk_{name}_listed_id_accounts"), ondelete="CASCADE"
            ),
            sa.PrimaryKeyConstraint("account_id", "listed_id", name=op.f(f"pk_{name}")),
        )
        op.create_index(op.f(f"ix_{name}_listed_id"), name, ["listed_id"])
    op.add_column("accounts", sa.Column("calls_from", sa.Text(), server_default="everybody", nullable=False))
    op.create_check_constraint(
        op.f("ck_accounts_calls_from_known"), "accounts", "calls_from IN ('everybody', 'contacts')"
    )
    op.add_column("calls", sa.Column("hidden_from_caller", sa.Boolean(), server_default="false", nullable=False))


def downgrade() -> None:
    # Without the column the caller would see them. What operators have looked at stays, as their log does.
    op.execute(
        "DELETE FROM calls c WHERE hidden_from_caller"
        " AND NOT EXISTS (SELECT FROM audit_log a WHERE a.call_id = c.id)"
    )
    op.drop_column("calls", "hidden_from_caller")
    op.drop_constraint(op.f("ck_accounts_calls_from_known"), "accounts", type_="check")
    op.drop_column("accounts", "calls_from")
    for name in LISTS:
        op.drop_table(name)
