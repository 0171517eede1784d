"""Remember as which policy version a checkpoint was promoted."""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Apply."""
    column = sa.Column("promoted_version", sa.Integer(), nullable=True)
    op.add_column("checkpoints", column, schema=_schema())


def downgrade() -> None:
    """Undo."""
    op.drop_column("checkpoints", "promoted_version", schema=_schema())


def _schema() -> str | None:
    # Alembic's ALTER TABLE passes over the connection's translation of schemas; SQLite has none.
    return None if op.get_bind().dialect.name == "sqlite" else "trainer"
