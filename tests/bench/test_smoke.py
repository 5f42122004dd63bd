"""Every measurement runs and its books are right; nothing is said of how fast."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest

from bench import hang_up, relay, rest, settle
from bench.installation import Installation
from tests.harness.postgres import PostgresAddress
from tests.harness.programs import Programs


@pytest.fixture
async def place(
    anyio_backend: str,
    postgres_server: PostgresAddress,
    database_template: str,
    vhost_url: str,
    programs: Programs,  # for its place among the slow ones
) -> AsyncIterator[Installation]:
    """What the measurements use, on the services of the tests."""
    made = Installation(postgres_server, database_template, vhost_url)
    yield made
    await made.stop()


async def test_relay(place: Installation, capsys: pytest.CaptureFixture[str]) -> None:
    figures = await relay.measure(place, relay.QUICK)
    relay.show(figures, relay.QUICK)
    assert "signaling" in capsys.readouterr().out


async def test_rest(place: Installation, capsys: pytest.CaptureFixture[str]) -> None:
    rest.show(await rest.measure(place, rest.QUICK))
    assert "bare ASGI and asyncpg" in capsys.readouterr().out


async def test_hang_up(place: Installation, capsys: pytest.CaptureFixture[str]) -> None:
    hang_up.show(await hang_up.measure(place, hang_up.QUICK))
    assert "hang-up to charge committed" in capsys.readouterr().out


async def test_settle(place: Installation, capsys: pytest.CaptureFixture[str]) -> None:
    settle.show(await settle.measure(place, settle.QUICK), settle.QUICK)
    assert "charged and told" in capsys.readouterr().out
