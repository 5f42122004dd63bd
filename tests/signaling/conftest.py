"""The stage that stories about calls play on."""

from collections.abc import AsyncIterator

import pytest

from tests.signaling.stage import Stage, staged


@pytest.fixture
async def stage(anyio_backend: str, request: pytest.FixtureRequest) -> AsyncIterator[Stage]:
    """The signaling service with default settings, but without pings.

    With a parameter it is so many processes, and each device is connected to the next of them.
    """
    async with staged(nodes=getattr(request, "param", 1)) as stage:
        yield stage
