"""One event loop and one database, on which story after story is played from an empty beginning."""

from __future__ import annotations

import asyncio
import logging
from collections import Counter
from collections.abc import Coroutine, Iterator
from contextlib import contextmanager
from typing import Any, TypeVar

import asyncpg
from sqlalchemy.ext.asyncio import AsyncEngine

from shared.database import create_engine
from shared.models import METADATA
from tests.harness.clock import ManualClock
from tests.harness.databases import Database
from tests.proof.books import Books
from tests.proof.comparing import assert_same
from tests.proof.model import Model
from tests.proof.names import Names
from tests.proof.office import Office
from tests.proof.reality import Reality

T = TypeVar("T")

GUARDED = "SELECT DISTINCT tgrelid::regclass::text FROM pg_trigger WHERE NOT tgisinternal"
QUICKLY = "ALTER DATABASE {} SET synchronous_commit = off"
"""No power fails here; what a commit means to other transactions stays the same."""


class Stage:
    """Where a story is played, and compared with what should have happened."""

    def __init__(
        self,
        app_url: str,
        loop: asyncio.Runner,
        engine: AsyncEngine,
        owner: asyncpg.Connection[Any],
        reader: asyncpg.Connection[Any],
    ) -> None:
        self._loop = loop
        self.app_url = app_url
        self.engine = engine
        self._owner = owner
        self._reader = reader
        self.seen: Counter[str] = Counter()
        """What happened in all stories, and how often."""

    def run(self, doing: Coroutine[Any, Any, T]) -> T:
        """Do it, and return what came of it."""
        return self._loop.run(doing)

    async def begin(self) -> tuple[Reality, Office, Names]:
        """Empty the database, and open the office."""
        await self.empty()
        clock = ManualClock()
        names = Names(clock)
        reality = Reality(self.engine, clock, names)
        office = Office(reality)
        await reality.open()
        await office.open()
        return reality, office, names

    async def alter(self, statement: str) -> None:
        """Do to the tables what only their owner can."""
        await self._owner.execute(statement)

    async def empty(self) -> None:
        """Remove all rows, which only the owner of the tables can do, and no program."""
        guarded = [row[0] for row in await self._owner.fetch(GUARDED)]
        async with self._owner.transaction():
            for table in guarded:
                await self._owner.execute(f"ALTER TABLE {table} DISABLE TRIGGER USER")
            for known in reversed(METADATA.sorted_tables):
                await self._owner.execute(f"DELETE FROM {known.name}")
            for table in guarded:
                await self._owner.execute(f"ALTER TABLE {table} ENABLE TRIGGER USER")

    async def compare(self, model: Model, names: Names) -> Books:
        """Fail where the database is not sound, or not what the model says."""
        books = await self.look()
        assert_same(books, model, names)
        return books

    async def look(self) -> Books:
        """Return the books; fail where they are not sound."""
        books = await Books.read(self._reader)
        books.check()
        return books

    async def rows(self, query: str) -> list[asyncpg.Record]:
        """Return what is there, whatever it means."""
        return list(await self._reader.fetch(query))


@contextmanager
def opened_stage(database: Database) -> Iterator[Stage]:
    """Open a stage on this database. In the caller's thread no event loop may run."""
    # A factory leaves the thread's own event loop, which is pytest's, as it is.
    with asyncio.Runner(loop_factory=asyncio.new_event_loop) as loop:
        owner = loop.run(asyncpg.connect(database.owner_url))
        loop.run(owner.execute(QUICKLY.format(database.name)))
        reader = loop.run(asyncpg.connect(database.app_url))
        engine = create_engine(database.app_url, connections_max=4)
        # A story tells itself; what the programs log while it is shortened would bury it.
        logging.disable()
        try:
            yield Stage(database.app_url, loop, engine, owner, reader)
        finally:
            logging.disable(logging.NOTSET)
            loop.run(_close(engine, owner, reader))


async def _close(engine: AsyncEngine, *connections: asyncpg.Connection[Any]) -> None:
    await engine.dispose()
    for connection in connections:
        await connection.close()
