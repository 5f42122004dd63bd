"""The harness keeps its promises: tests stand on it, so it is tested first."""

import os
import signal
import sys
from pathlib import Path

import aio_pika
import asyncpg
import pytest

from tests.harness.clock import ManualClock
from tests.harness.databases import Database
from tests.harness.errors import TookTooLongError
from tests.harness.fixtures import PrivateRabbit
from tests.harness.leftovers import PREFIX, is_left_over
from tests.harness.processes import gone, runs
from tests.harness.programs import ROOT, Programs

SESSION_THAT_WAITS = """
import pathlib, sys, time
from sqlalchemy import make_url

def test_it(postgres_server):
    folder = make_url(postgres_server.owner_url).query["host"]
    pid = pathlib.Path(folder, "postmaster.pid").read_text().split()[0]
    print("ready", pid, file=sys.__stdout__, flush=True)
    time.sleep(600)
"""


def test_time_passes_only_when_it_is_told_to(clock: ManualClock) -> None:
    before = clock.now(), clock.monotonic_ms()
    clock.advance(1_500)
    assert (clock.now() - before[0]).total_seconds() == 1.5
    assert clock.monotonic_ms() - before[1] == 1_500
    clock.shift_wall(-60_000)
    assert clock.monotonic_ms() - before[1] == 1_500


def test_only_names_of_ended_sessions_are_left_over() -> None:
    assert not is_left_over(f"{PREFIX}_{os.getpid()}_1")
    assert is_left_over(f"{PREFIX}_{2**22 + 1}_1")
    assert not is_left_over("postgres")


@pytest.mark.parametrize("turn", [1, 2])
async def test_a_database_is_migrated_and_ones_own(database: Database, turn: int) -> None:
    connection = await asyncpg.connect(database.owner_url)
    try:
        assert await connection.fetchval("SELECT count(*) FROM alembic_version") == 1
        await connection.execute("CREATE TABLE mine (turn int)")
    finally:
        await connection.close()


async def test_programs_come_in_as_a_role_that_owns_nothing(database: Database) -> None:
    connection = await asyncpg.connect(database.app_url)
    try:
        assert await connection.fetchval("SELECT current_user") == "talktime_app"
        with pytest.raises(asyncpg.InsufficientPrivilegeError):
            await connection.execute("CREATE TABLE mine (turn int)")
    finally:
        await connection.close()


async def test_an_empty_database_has_no_tables(empty_database: Database) -> None:
    connection = await asyncpg.connect(empty_database.owner_url)
    try:
        assert await connection.fetchval("SELECT count(*) FROM pg_tables WHERE schemaname = 'public'") == 0
    finally:
        await connection.close()


@pytest.mark.parametrize("turn", [1, 2])
async def test_a_virtual_host_is_empty_and_ones_own(vhost_url: str, turn: int) -> None:
    async with await aio_pika.connect(vhost_url) as connection:
        channel = await connection.channel()
        queue = await channel.declare_queue("mine", durable=True)
        assert queue.declaration_result.message_count == 0
        await channel.default_exchange.publish(aio_pika.Message(b"kept"), routing_key="mine")


async def test_a_program_is_heard_stopped_and_killed(programs: Programs) -> None:
    program = await programs.run("/bin/sh", "-c", "echo ready at 7; exec sleep 600")
    assert (await program.says(r"ready at (\d)"))[1] == "7"
    assert await program.stop() == -signal.SIGTERM
    with_child = await programs.run("/bin/sh", "-c", "echo ready; sleep 600; true")
    await with_child.says("ready")
    assert await with_child.kill() == -signal.SIGKILL


async def test_a_program_that_ends_early_is_not_waited_for(programs: Programs) -> None:
    program = await programs.run("/bin/sh", "-c", "echo 'no such thing'; exit 3")
    with pytest.raises(TookTooLongError, match=r"(?s)ended with 3 before.*no such thing"):
        await program.says("ready")


async def test_a_program_gets_no_setting_of_ours(programs: Programs, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TALKTIME_PRICE_MINOR", "99")
    program = await programs.run("/usr/bin/env", env={"TALKTIME_NODE": "node-7"})
    assert await program.ends() == 0
    assert "TALKTIME_NODE=node-7" in program.lines
    assert "TALKTIME_PRICE_MINOR" not in program.output


async def test_a_broker_comes_back_from_a_kill_with_what_is_durable(private_rabbitmq: PrivateRabbit) -> None:
    async with await aio_pika.connect(private_rabbitmq.vhost_url) as connection:
        channel = await connection.channel(publisher_confirms=True)
        await channel.declare_queue("kept", durable=True)
        message = aio_pika.Message(b"kept", delivery_mode=aio_pika.DeliveryMode.PERSISTENT)
        await channel.default_exchange.publish(message, routing_key="kept")
    await private_rabbitmq.kill()
    with pytest.raises(OSError, match="Connect"):
        await aio_pika.connect(private_rabbitmq.vhost_url)
    await private_rabbitmq.start()
    async with await aio_pika.connect(private_rabbitmq.vhost_url) as connection:
        channel = await connection.channel()
        queue = await channel.declare_queue("kept", durable=True)
        assert queue.declaration_result.message_count == 1


async def test_a_frozen_broker_answers_nobody(private_rabbitmq: PrivateRabbit) -> None:
    await private_rabbitmq.freeze()
    with pytest.raises(TimeoutError):
        await aio_pika.connect(private_rabbitmq.vhost_url, timeout=0.2)
    await private_rabbitmq.thaw()
    await (await aio_pika.connect(private_rabbitmq.vhost_url)).close()


@pytest.mark.parametrize("ended_by", [signal.SIGINT, signal.SIGKILL])
async def test_a_session_that_is_ended_leaves_no_server(
    programs: Programs, tmp_path: Path, ended_by: signal.Signals
) -> None:
    (tmp_path / "test_waiting.py").write_text(SESSION_THAT_WAITS)
    session = await programs.run(
        *(sys.executable, "-m", "pytest", "-s", "-p", "no:cacheprovider", "-p", "tests.conftest"),
        *("-c", str(ROOT / "pyproject.toml"), str(tmp_path)),
        env={"TEST_PRIVATE_SERVICES": "1"},
    )
    server = int((await session.says(r"ready (\d+)"))[1])
    assert runs(server)
    session.send(ended_by)
    await session.ends(seconds_max=90)
    await gone(server)
