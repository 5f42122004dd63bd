"""Whether this process lives, and whether it can be used."""

from __future__ import annotations

from collections.abc import Callable

from quart import Blueprint, Response

from shared.bus.interface import Bus
from signaling.billing.journal import Journal
from signaling.problems import problem


def health_pages(bus: Bus, *, closed: Callable[[], bool], journal: Journal) -> Blueprint:
    """Return the pages `/health/live` and `/health/ready`."""
    pages = Blueprint("health", __name__)

    @pages.get("/health/live")
    async def live() -> dict[str, str]:
        return {"status": "live"}

    @pages.get("/health/ready")
    async def ready() -> Response | dict[str, str]:
        if closed():
            return problem(503, "unavailable", "This process is starting or shutting down.")
        if not bus.connected:
            return problem(503, "unavailable", "The message broker cannot be reached.")
        if not journal.fit:
            return problem(503, "unavailable", "The journal of call events cannot be written to its disk.")
        return {"status": "ready"}

    return pages
