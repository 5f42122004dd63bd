"""One stage for the tests of a file: every story empties it first."""

import asyncio
from collections.abc import Iterator
from uuid import uuid4

import pytest

from tests.harness.databases import make_database
from tests.harness.postgres import PostgresAddress
from tests.harness.sql import drop_database
from tests.proof.stage import Stage, opened_stage


@pytest.fixture(scope="module")
def stage(postgres_server: PostgresAddress, database_template: str) -> Iterator[Stage]:
    """A stage on a database of its own."""
    with asyncio.Runner(loop_factory=asyncio.new_event_loop) as loop:
        name = f"{postgres_server.prefix}proof_{uuid4().hex[:8]}"
        made = loop.run(make_database(postgres_server, name, template=database_template))
        try:
            with opened_stage(made) as stage:
                yield stage
        finally:
            loop.run(drop_database(postgres_server.owner_url, made.name))
