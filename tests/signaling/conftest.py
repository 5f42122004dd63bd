"""The stage that stories about calls play on."""

from collections.abc import AsyncIterator

import pytest

from tests.signaling.stage import Stage, staged


@pytest.fixture
async def stage(anyio_backend: str) -> AsyncIterator[Stage]:
    """The signaling service with default settings, but without pings."""
    async with staged() as stage:
        yield stage
