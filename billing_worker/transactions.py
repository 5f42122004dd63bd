"""One batch, one transaction."""

from __future__ import annotations

import logging
from collections.abc import Awaitable, Callable
from typing import TypeVar

from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from billing_worker.calls import CallsOvertakenError
from shared.database import DatabaseUnavailableError, transaction

ATTEMPTS_MAX = 5
"""Each attempt sees what overtook the one before; five in a row is no coincidence any more."""

log = logging.getLogger(__name__)

T = TypeVar("T")


async def transact(engine: AsyncEngine, work: Callable[[AsyncConnection], Awaitable[T]]) -> T:
    """Do the work in one transaction, again where another one overtook it.

    Raises `DatabaseUnavailableError`, and whatever else the work raises; then nothing of it has happened.
    """
    for _ in range(ATTEMPTS_MAX):
        try:
            async with transaction(engine) as connection:
                return await work(connection)
        except CallsOvertakenError as error:
            log.info("Once more: %s", error)
    raise DatabaseUnavailableError(f"overtaken {ATTEMPTS_MAX} times")
