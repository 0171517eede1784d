"""Run by alembic: gives it the connection that `upgrade` opened."""

from alembic import context

from seawright_trainer.adapters.tables import SCHEMA, metadata

connection = context.config.attributes["connection"]
is_sqlite = connection.dialect.name == "sqlite"
context.configure(
    connection=connection,
    target_metadata=metadata,
    version_table="alembic_version",
    version_table_schema=None if is_sqlite else SCHEMA,
    include_schemas=not is_sqlite,
)
context.run_migrations()
