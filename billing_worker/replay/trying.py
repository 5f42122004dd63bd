"""Transactions of a replay: one a batch, tried again; or all in one, which is rolled back."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from typing import Protocol, TypeVar

from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from billing_worker.calls import CallsOvertakenError
from billing_worker.transactions import transact
from shared.database import DatabaseUnavailableError, outages_told

ATTEMPTS_MAX = 10
PAUSE_SECONDS = 0.5
"""After a deadlock with those who work meanwhile, or a moment without database."""

log = logging.getLogger(__name__)

T = TypeVar("T")
Work = Callable[[AsyncConnection], Awaitable[T]]


class Transact(Protocol):
    """Does work in a transaction."""

    async def __call__(self, work: Work[T]) -> T:
        """Return what the work returns. Raises `DatabaseUnavailableError`: nothing of it has happened."""


def working(engine: AsyncEngine) -> Transact:
    """Return what commits each work by itself."""

    async def in_transactions(work: Work[T]) -> T:
        for attempt in range(1, ATTEMPTS_MAX):
            try:
                return await transact(engine, work)
            except DatabaseUnavailableError as error:
                log.warning("Attempt %d of %d: %s", attempt, ATTEMPTS_MAX, error)
                await asyncio.sleep(PAUSE_SECONDS)
        return await transact(engine, work)

    return in_transactions


@asynccontextmanager
async def trying(engine: AsyncEngine) -> AsyncIterator[Transact]:
    """Yield what does all work in one transaction, which is never committed.

    So each work sees what the one before did, and the counts are those of a real replay. What was changed stays
    locked to the end.
    """
    with outages_told():
        async with engine.connect() as connection, connection.begin() as whole:

            async def in_the_one(work: Work[T]) -> T:
                while True:
                    try:
                        async with connection.begin_nested():
                            return await work(connection)
                    except CallsOvertakenError as error:
                        log.info("Once more: %s", error)

            try:
                yield in_the_one
            finally:
                await whole.rollback()
