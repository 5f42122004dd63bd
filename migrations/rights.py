"""What the programs' database role may do: everything on rows, but to change or remove what was booked or done."""

from sqlalchemy import Connection

from shared.models import METADATA, AuditEntry, BooksAudit, LedgerEntry, PriceChange, Wallet

APPEND_ONLY = {table.__tablename__ for table in (LedgerEntry, AuditEntry, PriceChange, BooksAudit)}
NEVER_DELETED = {Wallet.__tablename__}


def grant(connection: Connection, role: str) -> None:
    """Grant the role what it needs on every table, and nothing more; repeatable."""
    quoted = connection.dialect.identifier_preparer.quote_identifier(role)
    connection.exec_driver_sql(f"GRANT USAGE ON SCHEMA public TO {quoted}")
    connection.exec_driver_sql(f"GRANT SELECT ON alembic_version TO {quoted}")
    for table in METADATA.sorted_tables:
        connection.exec_driver_sql(f"REVOKE ALL ON {table.name} FROM {quoted}")
        connection.exec_driver_sql(f"GRANT {', '.join(_rights(table.name))} ON {table.name} TO {quoted}")


def _rights(table: str) -> list[str]:
    if table in APPEND_ONLY:
        return ["SELECT", "INSERT"]
    return ["SELECT", "INSERT", "UPDATE"] + ([] if table in NEVER_DELETED else ["DELETE"])
