"""The MetaData that all tables of the service join, and the columns that many of them share."""

from sqlalchemy import Column, MetaData, String, Text

from seawright_shared.stores.columns import UtcTime

SCHEMA = "orchestrator"
NAMES = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "fk": "fk_%(table_name)s_%(column_0_N_name)s",
    "pk": "pk_%(table_name)s",
}

metadata = MetaData(schema=SCHEMA, naming_convention=NAMES)


def id_column(name: str = "id", *, is_key: bool = True) -> Column[str]:
    """Return a column for an identifier."""
    return Column(name, String(80), primary_key=is_key, nullable=False)


def document_column(name: str = "document") -> Column[str]:
    """Return a column for a record as JSON text: order of keys is kept, and it is read whole."""
    return Column(name, Text, nullable=False)


def created_column() -> Column[object]:
    """Return the moment of the row's birth, by the database's clock."""
    return Column("created_at", UtcTime, nullable=False)
