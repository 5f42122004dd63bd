"""Runs migrations: on the connection that the caller gives, or on the owner's URL of the settings."""

import asyncio
import os

from alembic import context
from sqlalchemy import Connection, make_url, pool
from sqlalchemy.ext.asyncio import create_async_engine

from shared.models import METADATA
from shared.settings_loading import load_settings


def run(connection: Connection) -> None:
    """Run on one connection, in one transaction: PostgreSQL rolls back a failed migration whole."""
    context.configure(connection=connection, target_metadata=METADATA, compare_server_default=True)
    with context.begin_transaction():
        context.run_migrations()


async def run_on_settings() -> None:
    """Run on the database that the environment names; what `alembic` on the command line does."""
    settings = load_settings(os.environ, "migrate")
    url = make_url(settings.database_owner_url or settings.database_url).set(drivername="postgresql+asyncpg")
    engine = create_async_engine(url, poolclass=pool.NullPool)
    async with engine.begin() as connection:
        await connection.run_sync(run)
    await engine.dispose()


given = context.config.attributes.get("connection")
if given is not None:
    run(given)
else:
    asyncio.run(run_on_settings())
