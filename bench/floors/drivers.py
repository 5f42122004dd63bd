"""The two bare ways to PostgreSQL: asyncpg alone, and SQLAlchemy Core with statements as text."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from typing import Any, Protocol

import asyncpg
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from shared.database import create_engine


class Statements(Protocol):
    """One connection."""

    async def row(self, sql: str, *arguments: Any) -> Any:
        """Return the first row, or None."""


class Driver(Protocol):
    """Connections for a handler, who takes them and gives them back."""

    def reading(self) -> AbstractAsyncContextManager[Statements]:
        """Give a connection on which each statement stands alone."""

    def transaction(self) -> AbstractAsyncContextManager[Statements]:
        """Give a connection in a transaction that commits at the end."""


class Asyncpg:
    """asyncpg's own pool asks the server to forget everything between two uses; this list does not."""

    def __init__(self, connections: list[asyncpg.Connection[asyncpg.Record]]) -> None:
        self._free = connections

    @asynccontextmanager
    async def reading(self) -> AsyncIterator[Statements]:
        connection = self._free.pop()
        try:
            yield _OnAsyncpg(connection)
        finally:
            self._free.append(connection)

    @asynccontextmanager
    async def transaction(self) -> AsyncIterator[Statements]:
        connection = self._free.pop()
        try:
            async with connection.transaction():
                yield _OnAsyncpg(connection)
        finally:
            self._free.append(connection)


class Core:
    """SQLAlchemy's engine, pool, connections and rows, without its statements."""

    def __init__(self, engine: AsyncEngine) -> None:
        self._engine = engine

    @asynccontextmanager
    async def reading(self) -> AsyncIterator[Statements]:
        async with self._engine.connect() as connection:
            yield _OnCore(await connection.execution_options(isolation_level="AUTOCOMMIT"))

    @asynccontextmanager
    async def transaction(self) -> AsyncIterator[Statements]:
        async with self._engine.begin() as connection:
            yield _OnCore(connection)


class _OnAsyncpg:
    def __init__(self, connection: asyncpg.Connection[asyncpg.Record]) -> None:
        self._connection = connection

    async def row(self, sql: str, *arguments: Any) -> Any:
        return await self._connection.fetchrow(sql, *arguments)


class _OnCore:
    def __init__(self, connection: AsyncConnection) -> None:
        self._connection = connection

    async def row(self, sql: str, *arguments: Any) -> Any:
        result = await self._connection.exec_driver_sql(sql, arguments)
        return result.first() if result.returns_rows else None


async def driver_named(name: str, *, database_url: str, connections_max: int) -> Driver:
    """Return the driver `asyncpg` or `core`, with its connections."""
    if name == "core":
        return Core(create_engine(database_url, connections_max=connections_max))
    return Asyncpg([await asyncpg.connect(database_url) for _ in range(connections_max)])
