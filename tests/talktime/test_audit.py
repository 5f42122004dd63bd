"""`talktime audit`, as it is typed."""

import asyncio
import json
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import asyncpg
import pytest
from click.testing import CliRunner, Result

from shared.clock import SystemClock
from shared.database import create_engine, transaction
from shared.ids import new_id
from shared.ledger import Ledger, open_wallet
from talktime.command_line import talktime
from tests.harness.databases import Database
from tests.harness.ports import free_port

Type = Callable[..., Result]


@pytest.fixture
def types(database: Database) -> Type:
    """Types the command; standard output and error apart."""

    def typed(*arguments: object, url: str = database.app_url) -> Result:
        environment = {"TALKTIME_DATABASE_URL": url, "TALKTIME_CURRENCY": "EUR"}
        return CliRunner().invoke(talktime, ["audit", *map(str, arguments)], env=environment)

    return typed


def statement(database: Database, *statements: str) -> None:
    """Change the books as the owner of the tables."""

    async def execute() -> None:
        connection = await asyncpg.connect(database.owner_url)
        try:
            for each in statements:
                await connection.execute(each)
        finally:
            await connection.close()

    asyncio.run(execute())


@pytest.fixture
def books(database: Database) -> Database:
    """A wallet with three entries, booked an hour ago."""

    async def keep() -> None:
        engine = create_engine(database.app_url, connections_max=1)
        account_id = new_id()
        async with transaction(engine) as connection:
            await connection.exec_driver_sql(
                "INSERT INTO accounts (id, email, user_name, password_hash) VALUES ($1, 'a@b.example', 'ann', '')",
                (account_id,),
            )
            await open_wallet(connection, account_id, price_minor=10)
            ledger = await Ledger.open(connection, [account_id], now=SystemClock().now() - timedelta(hours=1))
            for amount in (500, 70, -20):
                ledger.adjust(account_id, amount, adjustment_id=new_id())
            await ledger.save()
        await engine.dispose()

    asyncio.run(keep())
    return database


def test_books_in_order(types: Type, books: Database) -> None:
    """C14: what was looked at, what everybody has, the seal; exit status 0."""
    done = types()
    assert done.exit_code == 0, done.output
    lines = [line.strip() for line in done.stdout.splitlines()]
    assert lines[0].startswith("Looked at 6 entries of 1 wallets, 0 calls, 0 payments in ")
    assert ["balances", "5.50", "EUR"] in [line.split() for line in lines]
    assert ["adjustments", "-5.50", "EUR"] in [line.split() for line in lines]
    assert lines[-1] == "The books are in order."


def test_differences_are_told_to_people_and_to_machines(types: Type, books: Database) -> None:
    """C14: exit status 1; a line each, and a fact each."""
    statement(
        books,
        "ALTER TABLE ledger_entries DISABLE TRIGGER USER",
        "UPDATE ledger_entries SET amount_minor = 71 WHERE seq = 2",
    )
    told, read = types(), types("--json")
    assert (told.exit_code, read.exit_code) == (1, 1)
    report = json.loads(read.stdout)
    checks = [each["check"] for each in report["found"]]
    assert checks == ["entry.altered", "entry.balance", "wallet.balance", "operation.sum"]
    first = report["found"][0]
    assert first["operation"].startswith("adjustment:")
    assert (first["seq"], first["message"]) == (2, "its amount (70) was altered")
    assert set(first) == {"check", "message", "account", "operation", "seq", "expected", "found"}
    lines = told.stdout.splitlines()
    assert "4 differences:" in lines
    assert lines[lines.index("4 differences:") + 1] == (
        f"  entry.altered: operation {first['operation']}, entry 2, account {first['account']}:"
        " its amount (70) was altered"
    )
    assert report["differences"] == 4


def test_each_run_is_kept(types: Type, books: Database) -> None:
    """By whomever it was done."""
    types()
    statement(books, "UPDATE wallets SET balance_minor = 551")
    types()

    async def kept() -> list[tuple[object, ...]]:
        connection = await asyncpg.connect(books.owner_url)
        try:
            rows = await connection.fetch("SELECT differences, entries, seal FROM books_audits ORDER BY id")
        finally:
            await connection.close()
        return [tuple(row) for row in rows]

    first, second = asyncio.run(kept())
    assert (first[:2], second[:2]) == ((0, 6), (2, 6))
    assert first[2] == second[2]


def test_an_earlier_seal_is_proof(types: Type, books: Database, tmp_path: Path) -> None:
    """The end of the wallet is cut off, and the wallet told so: the books are in order, and not what they were."""
    report, chains = tmp_path / "report.json", tmp_path / "chains"
    report.write_text(types("--json", "--chains", chains).stdout)
    assert types("--against", report, "--against", chains).exit_code == 0
    statement(
        books,
        "ALTER TABLE ledger_entries DISABLE TRIGGER USER",
        "DELETE FROM ledger_entries WHERE operation = (SELECT operation FROM ledger_entries WHERE seq = 3)",
        "UPDATE wallets SET chain_seq = 2, balance_minor = 570,"
        " chain_hash = (SELECT hash FROM ledger_entries WHERE seq = 2)",
    )
    assert types().exit_code == 0
    by_seal, by_chains = types("--json", "--against", report), types("--json", "--against", chains)
    assert (by_seal.exit_code, by_chains.exit_code) == (1, 1)
    assert [each["check"] for each in json.loads(by_seal.stdout)["found"]] == ["seal"]
    (found,) = json.loads(by_chains.stdout)["found"]
    assert (found["check"], found["expected"][0], found["found"][0]) == ("seal.chain", 3, 2)


def test_a_month_is_sealed_by_its_end(types: Type, books: Database) -> None:
    """The same seal on every later day, whatever is booked since."""
    moment = (SystemClock().now() - timedelta(minutes=30)).isoformat()
    sealed = json.loads(types("--json", "--sealed-until", moment).stdout)
    statement(books, "SELECT 1")
    assert json.loads(types("--json", "--sealed-until", moment).stdout)["seal"] == sealed["seal"]
    before = (SystemClock().now() - timedelta(hours=2)).isoformat()
    assert json.loads(types("--json", "--sealed-until", before).stdout)["seal"] != sealed["seal"]


@pytest.mark.parametrize("arguments", [["--sealed-until", "2999-01-01"], ["--against", "/dev/null"]])
def test_what_cannot_be_done_is_no_difference(types: Type, books: Database, arguments: list[str]) -> None:
    """Exit status 2, and a sentence."""
    done = types(*arguments)
    assert done.exit_code == 2, done.output
    assert done.output.startswith("Error: ")
    assert "Traceback" not in done.output


def test_without_a_database_nothing_is_said_of_the_books(types: Type, tmp_path: Path) -> None:
    """Exit status 2: an outage is not to be taken for a difference."""
    down = types(url=f"postgresql://talktime_app@127.0.0.1:{free_port()}/talktime")
    assert (down.exit_code, down.stdout) == (2, "")
    nowhere = types("--data-dir", tmp_path)
    assert nowhere.exit_code == 2
    missing = types("--against", tmp_path / "none")
    assert missing.exit_code == 2


def test_nor_on_another_schema(types: Type, empty_database: Database) -> None:
    """It is said what is to be done."""
    done = types(url=empty_database.owner_url)
    assert done.exit_code == 2
    assert "`talktime migrate`" in done.output
