"""The books that planted damage is done to, those of the audit's own tests; and a stage for the short form."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tests.billing_worker.audit.conftest import books, clock, kept_books, names
from tests.faults.stage import NODES, Stage

LOGS = Path("build/faults/short")
__all__ = ["books", "clock", "kept_books", "names"]


@pytest.fixture(scope="module")
async def fault_stage(anyio_backend: str) -> AsyncIterator[Stage]:
    """Everything, with two signaling nodes, to be broken by whoever asks for it."""
    stage = Stage(nodes=len(NODES))
    try:
        await stage.open()
        yield stage
        stage.write_logs(LOGS)
    finally:
        await stage.close()
