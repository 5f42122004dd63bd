"""Brings a database to the newest schema, and its role for the programs into being."""

from __future__ import annotations

from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.util import CommandError
from sqlalchemy import URL, Connection, pool, text
from sqlalchemy.exc import ArgumentError, DBAPIError
from sqlalchemy.ext.asyncio import AsyncEngine, create_async_engine

import migrations
from migrations.rights import grant
from shared.database import CONNECT_SECONDS_MAX, WRONG_ADDRESS, async_url, outages_told, sqlstate

LOCK_ID = 7_425_031
"""Advisory lock: of several migrations started at once, one works and the others wait for it."""

# PostgreSQL, appendix A.
_ALREADY_THERE = frozenset({"42710", "23505"})
_MAY_NOT = "42501"


class MigrationError(Exception):
    """The database cannot be migrated as configured; the message says what to do."""


async def migrate(owner_url: str, app_url: str) -> None:
    """Create the programs' role where it is missing, upgrade the schema, and grant the role its rights.

    `owner_url` owns the tables and may create roles; `app_url` names the role (and its password) that the programs
    use. Repeatable. Raises `MigrationError`, or `shared.database.DatabaseUnavailableError`.
    """
    owner, app = _parsed(owner_url, "TALKTIME_DATABASE_OWNER_URL"), _parsed(app_url, "TALKTIME_DATABASE_URL")
    if not app.username or app.username == owner.username:
        raise MigrationError(
            "TALKTIME_DATABASE_URL must name a role of its own for the programs, "
            "not the one of TALKTIME_DATABASE_OWNER_URL, which owns the tables"
        )
    engine = create_async_engine(owner, poolclass=pool.NullPool, connect_args={"timeout": CONNECT_SECONDS_MAX})
    try:
        with outages_told():
            await _upgrade(engine, owner, app)
    finally:
        await engine.dispose()


def alembic_config(connection: Connection) -> Config:
    """Return Alembic's configuration for one open connection."""
    config = Config()
    config.set_main_option("script_location", str(Path(migrations.__file__).parent).replace("%", "%%"))
    config.attributes["connection"] = connection
    return config


def _parsed(url: str, variable: str) -> URL:
    try:
        return async_url(url)
    except ArgumentError as error:
        raise MigrationError(
            f"{variable} is not an address like postgresql://role:password@host/database"
        ) from error


async def _upgrade(engine: AsyncEngine, owner: URL, app: URL) -> None:
    try:
        async with engine.begin() as connection:
            await connection.run_sync(_migrate, app)
    except CommandError as error:
        raise MigrationError(f"this version of Talktime does not fit the database: {error}") from error
    except DBAPIError as error:
        raise _told(error, owner) from None


def _told(error: DBAPIError, owner: URL) -> Exception:
    """Return the error as what to do about it, where that is known."""
    state = sqlstate(error) or ""
    reason = str(error.orig) if state == _MAY_NOT else WRONG_ADDRESS.get(state)
    if reason is None:
        return error
    return MigrationError(f"TALKTIME_DATABASE_OWNER_URL ({owner.set(drivername='postgresql')}): {reason}")


def _migrate(connection: Connection, app: URL) -> None:
    connection.execute(text("SELECT pg_advisory_xact_lock(:id)"), {"id": LOCK_ID})
    _create_role(connection, app)
    _refuse_power(connection, str(app.username))
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
    ).scalar_one()
    try:
        with connection.begin_nested():
            # Not as `text`, which would take a colon in the password for a parameter.
            connection.exec_driver_sql(quoted)
    except DBAPIError as error:
        # The error's own text holds the statement and so the password: nothing of it may be passed on.
        state = sqlstate(error)
        if state in _ALREADY_THERE:  # made meanwhile by the migration of another database of this server
            return
        what_to_do = (
            "create it by hand, or let the owner create roles" if state == _MAY_NOT else f"PostgreSQL: {state}"
        )
        raise MigrationError(f"the programs' role {app.username!r} cannot be created: {what_to_do}") from None


def _refuse_power(connection: Connection, role: str) -> None:
    """A superuser, or a member of the owner, could change what is booked, whatever is granted."""
    powerful = connection.execute(text("SELECT pg_has_role(:role, current_user, 'MEMBER')"), {"role": role})
    if powerful.scalar_one():
        raise MigrationError(
            f"the programs' role {role!r} has all rights of the owner, so that nothing would keep the ledger "
            "append-only: give TALKTIME_DATABASE_URL an ordinary role"
        )
