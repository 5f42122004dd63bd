"""Reading through advanced-alchemy's repositories."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from sqlalchemy.ext.asyncio import AsyncEngine, AsyncSession

from shared.database import reading


@asynccontextmanager
async def reading_session(engine: AsyncEngine) -> AsyncIterator[AsyncSession]:
    """Open a session on a reading connection: no transaction block, and an outage is told as one.

    Give repositories `wrap_exceptions=False`; they would hide what kind of failure it was.
    """
    async with reading(engine) as connection, AsyncSession(connection, expire_on_commit=False) as session:
        yield session
