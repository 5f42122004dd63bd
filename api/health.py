"""Whether the program runs, and whether it can work."""

import logging
from typing import Literal

from litestar import Controller, get
from litestar.di import NamedDependency
from litestar.params import SkipValidation
from msgspec import Struct
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncEngine

from api.problems import UnavailableError
from shared.database import DatabaseUnavailableError, reading

logger = logging.getLogger(__name__)


class Live(Struct, frozen=True):
    """The process answers."""

    status: Literal["live"] = "live"


class Ready(Struct, frozen=True):
    """Everything the program depends on is there."""

    status: Literal["ready"]
    dependencies: dict[str, Literal["up"]]


class HealthRoutes(Controller):
    """For orchestrators and load balancers; needs no login."""

    path = "/health"
    tags = ["Service"]  # noqa: RUF012 - Litestar's

    @get("/live")
    async def live(self) -> Live:
        """Say that the process runs; whatever it depends on may be away."""
        return Live()

    @get("/ready")
    async def ready(self, engine: NamedDependency[SkipValidation[AsyncEngine]]) -> Ready:
        """Say that requests can be served, or which dependency is down."""
        try:
            async with reading(engine) as connection:
                await connection.execute(text("SELECT 1"))
        except DatabaseUnavailableError as error:
            logger.warning("not ready: %s", error)
            raise UnavailableError(database="down") from error
        return Ready("ready", {"database": "up"})
