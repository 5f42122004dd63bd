"""`talktime create-operator`, as it is typed."""

import asyncio
from collections.abc import Callable

import asyncpg
import pytest
from click.testing import CliRunner, Result

from shared.settings import Settings
from talktime.command_line import talktime
from tests.harness.databases import Database
from tests.harness.ports import free_port

PASSWORD = "a long enough password"
NEW = ("olga", "--email", "olga@example.com")

Type = Callable[..., Result]


@pytest.fixture
def types(database: Database) -> Type:
    """Types the command, and answers what it asks."""

    def typed(*arguments: str, answers: str = "", url: str = database.app_url) -> Result:
        return CliRunner().invoke(
            talktime, ["create-operator", *arguments], input=answers, env={"TALKTIME_DATABASE_URL": url}
        )

    return typed


def in_the_database(database: Database, query: str) -> list[tuple[object, ...]]:
    """Return what the database has."""

    async def fetch() -> list[asyncpg.Record]:
        connection = await asyncpg.connect(database.owner_url)
        try:
            return list(await connection.fetch(query))
        finally:
            await connection.close()

    return [tuple(row) for row in asyncio.run(fetch())]


def test_a_new_account_is_asked_its_password_twice_and_unseen(types: Type, database: Database) -> None:
    """A17: and the log says who did it."""
    done = types(*NEW, answers=f"{PASSWORD}\n{PASSWORD}\n")
    assert done.exit_code == 0, done.output
    assert done.output.splitlines()[-1] == "olga is a new account, and an operator."
    assert "Password of the new account" in done.output
    assert PASSWORD not in done.output
    assert in_the_database(database, "SELECT user_name, email, is_operator FROM accounts") == [
        ("olga", "olga@example.com", True)
    ]
    assert in_the_database(database, "SELECT action, actor_id, actor_name, reason FROM audit_log") == [
        ("operator.appointed", None, "command line", None)
    ]
    assert in_the_database(database, "SELECT count(*) FROM wallets") == [(1,)]


def test_an_account_that_is_there_becomes_one_and_is_one_no_more(types: Type, database: Database) -> None:
    """A9, A17: said again, nothing happens; the password is nobody's business."""
    types(*NEW, "--password-stdin", answers=f"{PASSWORD}\n")
    said = [
        types(*arguments).output
        for arguments in (("OLGA",), ("olga", "--remove"), ("olga", "--remove"), ("olga@example.com",))
    ]
    assert said == [
        "OLGA is an operator already.\n",
        "olga is no operator any more.\n",
        "olga is no operator.\n",
        "olga@example.com is an operator.\n",
    ]
    assert in_the_database(database, "SELECT is_operator FROM accounts") == [(True,)]
    assert in_the_database(database, "SELECT count(*) FROM audit_log") == [(3,)]


def test_what_cannot_be_done_is_said_in_a_sentence(types: Type, database: Database) -> None:
    """A17: nobody else's account is given away for an e-mail address that happens to be typed with its name."""
    types(*NEW, "--password-stdin", answers=f"{PASSWORD}\n")
    types("olga", "--remove")
    short = ("otto", "--email", "otto@example.com", "--password-stdin")
    for arguments, answers, words in (
        (("nobody",), "", "there is no account 'nobody'; --email makes one"),
        (("nobody", "--remove"), "", "there is no account 'nobody'"),
        ((*NEW, "--password-stdin"), f"{PASSWORD}\n", "an account with this email and user_name exists"),
        (short, "too short\n", "length >= 10"),
        (short, "talktime-otto\n", "Too easy to guess"),
        (short, "", "password"),
        (("otto", "--email", "nonsense", "--password-stdin"), f"{PASSWORD}\n", "@"),
        (("o", "--email", "otto@example.com", "--password-stdin"), f"{PASSWORD}\n", "user_name"),
    ):
        failed = types(*arguments, answers=answers)
        assert failed.exit_code == 1, arguments
        assert failed.output.startswith("Error: "), arguments
        assert words in failed.output, arguments
        assert "Traceback" not in failed.output
    assert in_the_database(database, "SELECT user_name, is_operator FROM accounts") == [("olga", False)]


def test_a_database_that_is_away_is_said(types: Type) -> None:
    """E7: with the address, and without its password."""
    address = f"127.0.0.1:{free_port()}/talktime"
    failed = types("olga", url=f"postgresql://talktime_app:{PASSWORD}@{address}")
    assert failed.exit_code == 1
    assert failed.output == (
        f"Error: postgresql://talktime_app:***@{address}: the database is not available: ConnectionRefusedError\n"
    )


def test_an_address_that_nobody_gave_is_told_from_one_that_is_wrong(
    types: Type, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A17: whoever tries `talktime run` may have meant its database."""
    default = f"postgresql://talktime_app@127.0.0.1:{free_port()}/talktime"
    monkeypatch.setattr("talktime.operators.Settings", lambda: Settings(database_url=default))
    failed = types("olga", url=default)
    assert failed.exit_code == 1
    for words in ("TALKTIME_DATABASE_URL is not set", "--data-dir", f"at {default}: the database is not available"):
        assert words in failed.output


def test_a_database_that_is_not_there_or_empty_is_said(types: Type, empty_database: Database) -> None:
    """A17"""
    missing = types("olga", url=f"{empty_database.app_url}_gone")
    assert missing.exit_code == 1
    assert f"{empty_database.name}_gone: the database is not available: there is no such database" in missing.output
    empty = types("olga", url=empty_database.app_url)
    assert empty.exit_code == 1
    assert f"{empty_database.name} has no tables: `talktime migrate` makes them\n" in empty.output


def test_a_data_folder_where_nothing_runs_is_said(types: Type, tmp_path: object) -> None:
    """G1"""
    failed = types("olga", "--data-dir", f"{tmp_path}/nothing")
    assert failed.exit_code == 1
    assert failed.output == f"Error: no Talktime runs on {tmp_path}/nothing: start it with `talktime run`\n"
