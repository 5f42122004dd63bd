"""One moment of the database: all that is read here was true at the same time, whatever happens meanwhile."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from typing import Any

from sqlalchemy import Row, text
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from shared.database import create_engine, outages_told

ROWS_AT_ONCE = 200
"""Rows fetched together: what is in memory at a time, and how long a program that also does other work is kept."""
STATEMENT_SECONDS_MAX = 3_600.0
"""Looking through millions of entries takes longer than anything else a program asks of the database."""


class Snapshot:
    """A read-only look at one moment. Rows come by a cursor of the server, some at a time."""

    def __init__(self, connection: AsyncConnection) -> None:
        self._connection = connection

    async def rows(self, query: str, values: Mapping[str, object] | None = None) -> AsyncIterator[Row[Any]]:
        """Yield what the query returns."""
        result = await self._connection.stream(
            text(query), values or {}, execution_options={"yield_per": ROWS_AT_ONCE}
        )
        try:
            # Said once more: without the number all rows come at once.
            async for some in result.partitions(ROWS_AT_ONCE):
                for row in some:
                    yield row
        finally:
            await result.close()

    async def number(self, query: str) -> int:
        """Return the one number that the query returns."""
        return int((await self._connection.execute(text(query))).scalar_one())


@asynccontextmanager
async def snapshot(engine: AsyncEngine) -> AsyncIterator[Snapshot]:
    """Yield the moment that begins with the first look, on a connection of its own.

    Nothing is locked, and nobody waits. Raises `shared.database.DatabaseUnavailableError`.
    """
    own = create_engine(engine.url, connections_max=1, statement_seconds_max=STATEMENT_SECONDS_MAX)
    try:
        with outages_told():
            async with own.connect() as connection:
                reading = await connection.execution_options(
                    isolation_level="REPEATABLE READ", postgresql_readonly=True
                )
                async with reading.begin():
                    yield Snapshot(reading)
    finally:
        await own.dispose()
