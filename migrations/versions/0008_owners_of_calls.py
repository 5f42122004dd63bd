"""How often a call got another owner: it is the later one's."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "0008"
down_revision: str | None = "0007"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None


def upgrade() -> None:
    op.add_column("calls", sa.Column("epoch", sa.Integer(), server_default="1", nullable=False))
    op.create_check_constraint(op.f("ck_calls_epoch_counts_from_one"), "calls", "epoch >= 1")


def downgrade() -> None:
    op.drop_constraint(op.f("ck_calls_epoch_counts_from_one"), "calls", type_="check")
    op.drop_column("calls", "epoch")
