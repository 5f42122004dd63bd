"""Brings a database to the newest schema, and its role for the programs into being."""

from __future__ import annotations

from pathlib import Path

from alembic import command
from alembic.config import Config
from sqlalchemy import URL, Connection, make_url, pool, text
from sqlalchemy.ext.asyncio import create_async_engine

import migrations
from migrations.rights import grant
from shared.database import CONNECT_SECONDS_MAX, async_url, outages_told

LOCK_ID = 7_425_031
"""Advisory lock: of several migrations started at once, one works and the others wait for it."""


class MigrationError(Exception):
    """The database cannot be migrated as configured; the message says what to do."""


async def migrate(owner_url: str, app_url: str) -> None:
    """Create the programs' role where it is missing, upgrade the schema, and grant the role its rights.

    `owner_url` owns the tables and may create roles; `app_url` names the role (and its password) that the programs
    use. Repeatable. Raises `MigrationError`, or `shared.database.DatabaseUnavailableError`.
    """
    app = make_url(app_url)
    if not app.username or app.username == make_url(owner_url).username:
        raise MigrationError("the programs must not use the role that owns the tables: give them another user name")
    engine = create_async_engine(
        async_url(owner_url), poolclass=pool.NullPool, connect_args={"timeout": CONNECT_SECONDS_MAX}
    )
    try:
        with outages_told():
            async with engine.begin() as connection:
                await connection.run_sync(_migrate, app)
    finally:
        await engine.dispose()


def alembic_config(connection: Connection) -> Config:
    """Return Alembic's configuration for one open connection."""
    config = Config()
    config.set_main_option("script_location", str(Path(migrations.__file__).parent).replace("%", "%%"))
    config.attributes["connection"] = connection
    return config


def _migrate(connection: Connection, app: URL) -> None:
    connection.execute(text("SELECT pg_advisory_xact_lock(:id)"), {"id": LOCK_ID})
    _create_role(connection, app)
    command.upgrade(alembic_config(connection), "head")
    grant(connection, str(app.username))


def _create_role(connection: Connection, app: URL) -> None:
    found = connection.execute(text("SELECT 1 FROM pg_roles WHERE rolname = :name"), {"name": app.username})
    if found.first() is not None:
        return
    # A role's name and password cannot be bound: PostgreSQL itself quotes them.
    quoted = connection.execute(
        text("SELECT format('CREATE ROLE %I LOGIN PASSWORD %L', CAST(:name AS text), CAST(:password AS text))"),
        {"name": app.username, "password": app.password},
    )
    connection.execute(text(quoted.scalar_one()))
