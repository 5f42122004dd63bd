"""Accounts that ask for relayed media only, and accounts whose person has left."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "0002"
down_revision: str | None = "0001"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None


def upgrade() -> None:
    op.add_column("accounts", sa.Column("relay_only", sa.Boolean(), server_default="false", nullable=False))
    op.add_column("accounts", sa.Column("deleted_at", sa.DateTime(timezone=True), nullable=True))
    op.create_check_constraint(
        op.f("ck_accounts_deleted_is_disabled"), "accounts", "deleted_at IS NULL OR disabled_at IS NOT NULL"
    )


def downgrade() -> None:
    op.drop_constraint(op.f("ck_accounts_deleted_is_disabled"), "accounts", type_="check")
    op.drop_column("accounts", "deleted_at")
    op.drop_column("accounts", "relay_only")
