"""Whether this process lives, and whether it can be used."""

from __future__ import annotations

from collections.abc import Callable

from quart import Blueprint, Response

from shared.bus.interface import Bus
from signaling.problems import problem


def health_pages(bus: Bus, *, draining: Callable[[], bool]) -> Blueprint:
    """Return the pages `/health/live` and `/health/ready`."""
    pages = Blueprint("health", __name__)

    @pages.get("/health/live")
    async def live() -> dict[str, str]:
        return {"status": "live"}

    @pages.get("/health/ready")
    async def ready() -> Response | dict[str, str]:
        if draining():
            return problem(503, "draining", "This process is shutting down.")
        if not bus.connected:
            return problem(503, "bus-unavailable", "The message broker cannot be reached.")
        return {"status": "ready"}

    return pages
