"""`talktime migrate`: the newest schema, a role for the programs that can do its work and no more, repeatable."""

import base64
import hashlib
import hmac
from collections.abc import AsyncIterator
from typing import Any

import anyio
import asyncpg
import pytest
from sqlalchemy import URL, make_url

from migrations.rights import APPEND_ONLY
from shared.database import DatabaseUnavailableError
from shared.ids import new_id
from shared.models import METADATA
from talktime.migrate import MigrationError, migrate
from tests.harness.databases import Database, make_database
from tests.harness.ports import free_port
from tests.harness.postgres import PostgresAddress
from tests.harness.sql import drop_database, execute

ODD_NAMES = ["talktime test", 'quo"te', "co:lon", "per%cent%s", "back\\slash", "Übung", "semi;colon--"]
ODD_PASSWORDS = [
    "",
    "plain",
    "a:b :c ::d",
    "it's",
    'quo"te',
    "back\\slash",
    "per%cent%s",
    "$1 $$",
    "ünïcødé",
    "@/?#&",
]


def shown(url: URL) -> str:
    return url.render_as_string(hide_password=False)


def with_role(url: str, name: str, password: str | None = None) -> str:
    return shown(make_url(url).set(username=name, password=password))


async def fetch(url: str, query: str, *values: object) -> Any:
    connection = await asyncpg.connect(url)
    try:
        return await connection.fetchval(query, *values)
    finally:
        await connection.close()


class Roles:
    """Names of roles that the test may make; they are gone after it."""

    def __init__(self, owner_url: str) -> None:
        self._owner_url = owner_url
        self._made: list[str] = []

    def name(self, begin: str = "role") -> str:
        """Return a name that no other test uses."""
        self._made.append(f"talktime_test {begin} {new_id().hex[-8:]}")
        return self._made[-1]

    async def drop(self) -> None:
        """Take back what was granted, and drop them."""
        for name in self._made:
            quoted = '"' + name.replace('"', '""') + '"'
            if await fetch(self._owner_url, "SELECT 1 FROM pg_roles WHERE rolname = $1", name):
                await execute(self._owner_url, f"DROP OWNED BY {quoted} CASCADE")
                await execute(self._owner_url, f"DROP ROLE {quoted}")


@pytest.fixture
async def roles(empty_database: Database) -> AsyncIterator[Roles]:
    made = Roles(empty_database.owner_url)
    yield made
    await made.drop()


async def test_again_it_changes_nothing(empty_database: Database) -> None:
    await migrate(empty_database.owner_url, empty_database.app_url)
    await execute(empty_database.app_url, "INSERT INTO webhook_events (provider, event_id) VALUES ('p', 'e')")
    await migrate(empty_database.owner_url, empty_database.app_url)
    assert await fetch(empty_database.app_url, "SELECT count(*) FROM webhook_events") == 1


async def test_of_many_at_once_one_works_and_the_others_wait(empty_database: Database, roles: Roles) -> None:
    app_url = with_role(empty_database.app_url, roles.name())
    async with anyio.create_task_group() as tasks:
        for _ in range(5):
            tasks.start_soon(migrate, empty_database.owner_url, app_url)
    assert await fetch(empty_database.owner_url, "SELECT count(*) FROM alembic_version") == 1


async def test_two_databases_of_one_server_at_once_share_the_role(
    empty_database: Database, postgres_server: PostgresAddress, roles: Roles
) -> None:
    name = roles.name()
    other = await make_database(postgres_server, f"{empty_database.name}_b")
    try:
        async with anyio.create_task_group() as tasks:
            for each in (empty_database, other):
                tasks.start_soon(migrate, each.owner_url, with_role(each.app_url, name))
    finally:
        await drop_database(postgres_server.owner_url, other.name)
    assert await fetch(empty_database.owner_url, "SELECT count(*) FROM pg_roles WHERE rolname = $1", name) == 1


@pytest.mark.parametrize("begin", ODD_NAMES)
async def test_a_role_may_have_any_name(empty_database: Database, roles: Roles, begin: str) -> None:
    name = roles.name(begin)
    for _ in range(2):
        await migrate(empty_database.owner_url, with_role(empty_database.app_url, name))
    assert await fetch(empty_database.owner_url, "SELECT has_table_privilege($1, 'wallets', 'UPDATE')", name)


@pytest.mark.parametrize("password", ODD_PASSWORDS)
async def test_a_role_may_have_any_password(empty_database: Database, roles: Roles, password: str) -> None:
    """Shown by what the server stored, since it may trust whoever comes from this machine."""
    name = roles.name()
    await migrate(empty_database.owner_url, with_role(empty_database.app_url, name, password))
    connection = await asyncpg.connect(empty_database.owner_url)
    stored: str | None = await connection.fetchval("SELECT rolpassword FROM pg_authid WHERE rolname = $1", name)
    await connection.close()
    if not password:
        assert stored is None
        return
    assert stored is not None
    assert scram_accepts(stored, password)


def scram_accepts(stored: str, password: str) -> bool:
    """Tell whether a password is the one behind a SCRAM verifier (RFC 5803)."""
    iterations_and_salt, keys = stored.removeprefix("SCRAM-SHA-256$").split("$")
    iterations, salt = iterations_and_salt.split(":")
    salted = hashlib.pbkdf2_hmac("sha256", password.encode(), base64.b64decode(salt), int(iterations))
    client_key = hmac.digest(salted, b"Client Key", "sha256")
    return base64.b64encode(hashlib.sha256(client_key).digest()).decode() == keys.split(":")[0]


async def test_a_role_that_is_there_keeps_its_password(empty_database: Database, roles: Roles) -> None:
    name = roles.name()
    stored = "SELECT rolpassword FROM pg_authid WHERE rolname = $1"
    await migrate(empty_database.owner_url, with_role(empty_database.app_url, name, "first"))
    before = await fetch(empty_database.owner_url, stored, name)
    await migrate(empty_database.owner_url, with_role(empty_database.app_url, name, "second"))
    assert await fetch(empty_database.owner_url, stored, name) == before


async def test_the_programs_can_do_their_work(database: Database) -> None:
    """On every table; identity columns and the outbox's notification included."""
    connection = await asyncpg.connect(database.app_url)
    account, call = new_id(), new_id()
    async with connection.transaction():
        await connection.execute(
            "INSERT INTO accounts (id, email, user_name, password_hash) VALUES ($1, 'e', 'u', 'x')", account
        )
        await connection.execute("INSERT INTO wallets (account_id, price_minor) VALUES ($1, 10)", account)
        await connection.execute("UPDATE wallets SET balance_minor = 5")
        await connection.execute(
            "INSERT INTO ledger_entries"
            " (operation, leg, wallet_id, purse, amount_minor, balance_after_minor, seq, hash, occurred_at)"
            " VALUES ('top_up:x', 0, $1, 'credit', 5, 5, 1, 'h', now()),"
            " ('top_up:y', 0, $1, 'credit', 5, 10, 2, 'h', now())",
            account,
        )
        await connection.execute(
            "INSERT INTO calls (id, caller_id, node, price_minor, lease_ends_at) VALUES ($1, $2, 'n', 10, now())",
            *(call, account),
        )
        await connection.execute(
            "INSERT INTO outbox (message_id, exchange, routing_key, type, body) VALUES ($1, 'e', 'r', 't', '{}')",
            call,
        )
        await connection.execute("NOTIFY talktime_outbox")
        await connection.execute("DELETE FROM outbox")
        assert await connection.fetchval("SELECT version_num FROM alembic_version")
    await connection.close()


FORBIDDEN = [
    "UPDATE ledger_entries SET amount_minor = amount_minor",
    "DELETE FROM ledger_entries",
    "TRUNCATE ledger_entries CASCADE",
    "DELETE FROM wallets",
    "TRUNCATE wallets, ledger_entries",
    "DROP TABLE ledger_entries",
    "ALTER TABLE ledger_entries DISABLE TRIGGER ALL",
    "DROP TRIGGER ledger_entries_are_append_only ON ledger_entries",
    "DROP TRIGGER ledger_entries_are_never_truncated ON ledger_entries",
    "CREATE OR REPLACE FUNCTION refuse_ledger_change() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NEW; END'",
    "DROP FUNCTION refuse_ledger_change() CASCADE",
    "CREATE TRIGGER mine BEFORE INSERT ON ledger_entries FOR EACH ROW EXECUTE FUNCTION refuse_ledger_change()",
    "CREATE RULE mine AS ON INSERT TO ledger_entries DO INSTEAD NOTHING",
    "ALTER TABLE wallets DROP CONSTRAINT ck_wallets_held_within_balance",
    "ALTER TABLE ledger_entries OWNER TO CURRENT_USER",
    "SET session_replication_role = replica",
    "CREATE TABLE mine (id int)",
    "CREATE ROLE mine",
    "UPDATE alembic_version SET version_num = '0000'",
    "COPY ledger_entries FROM PROGRAM 'true'",
    "SET ROLE pg_write_all_data",
    "SET SESSION AUTHORIZATION pg_write_all_data",
]


async def test_the_programs_can_do_no_more(database: Database) -> None:
    """B9"""
    for statement in FORBIDDEN:
        with pytest.raises(asyncpg.InsufficientPrivilegeError):
            await execute(database.app_url, statement)


async def test_every_table_has_its_rights(database: Database) -> None:
    rights = "SELECT has_table_privilege($1, $2, 'SELECT') AND has_table_privilege($1, $2, 'INSERT')"
    role = make_url(database.app_url).username
    for table in METADATA.tables:
        assert await fetch(database.owner_url, rights, role, table), table
    for table in APPEND_ONLY:
        for right in ("UPDATE", "DELETE", "TRUNCATE", "TRIGGER", "REFERENCES"):
            assert not await fetch(database.owner_url, "SELECT has_table_privilege($1, $2, $3)", role, table, right)


async def test_rights_given_by_hand_are_taken_back(database: Database) -> None:
    role = make_url(database.app_url).username
    await execute(database.owner_url, f"GRANT ALL ON ledger_entries TO {role}")
    await migrate(database.owner_url, database.app_url)
    with pytest.raises(asyncpg.InsufficientPrivilegeError):
        await execute(database.app_url, "DELETE FROM ledger_entries")


async def test_the_programs_are_not_the_owner(empty_database: Database) -> None:
    for app_url in (empty_database.owner_url, f"postgresql://127.0.0.1/{empty_database.name}"):
        with pytest.raises(MigrationError, match="a role of its own for the programs"):
            await migrate(empty_database.owner_url, app_url)


async def test_the_programs_are_no_superuser_and_none_of_the_owners(empty_database: Database, roles: Roles) -> None:
    superuser, member = roles.name(), roles.name()
    owner = await fetch(empty_database.owner_url, "SELECT quote_ident(current_user)")
    await execute(empty_database.owner_url, f'CREATE ROLE "{superuser}" LOGIN SUPERUSER')
    await execute(empty_database.owner_url, f'CREATE ROLE "{member}" LOGIN IN ROLE {owner}')
    for name in (superuser, member):
        with pytest.raises(MigrationError, match="all rights of the owner"):
            await migrate(empty_database.owner_url, with_role(empty_database.app_url, name))
    assert await fetch(empty_database.owner_url, "SELECT to_regclass('ledger_entries')") is None


async def test_an_owner_needs_no_superuser(
    empty_database: Database, postgres_server: PostgresAddress, roles: Roles
) -> None:
    """As a hosted PostgreSQL gives it: a role that owns the database and may create roles."""
    owner, app = roles.name("owner"), roles.name("app")
    await execute(empty_database.owner_url, f'CREATE ROLE "{owner}" LOGIN CREATEROLE')
    await execute(empty_database.owner_url, f'ALTER DATABASE "{empty_database.name}" OWNER TO "{owner}"')
    app_url = with_role(empty_database.app_url, app)
    await migrate(with_role(empty_database.owner_url, owner), app_url)
    await migrate(with_role(empty_database.owner_url, owner), app_url)
    with pytest.raises(asyncpg.InsufficientPrivilegeError):
        await execute(app_url, "DELETE FROM ledger_entries")
    await execute(app_url, "DELETE FROM outbox")
    await execute(postgres_server.owner_url, f'ALTER DATABASE "{empty_database.name}" OWNER TO CURRENT_USER')


async def test_an_owner_who_may_not_create_roles_is_told_so(empty_database: Database, roles: Roles) -> None:
    owner, app = roles.name("owner"), roles.name("app")
    await execute(empty_database.owner_url, f'CREATE ROLE "{owner}" LOGIN')
    with pytest.raises(MigrationError, match="create it by hand, or let the owner create roles") as refused:
        await migrate(with_role(empty_database.owner_url, owner), with_role(empty_database.app_url, app, "s3cret"))
    assert "s3cret" not in f"{refused.value}{refused.value.__cause__}"


async def test_an_owner_who_does_not_own_the_schema_is_told_so(empty_database: Database, roles: Roles) -> None:
    owner, app = roles.name("owner"), roles.name("app")
    await execute(empty_database.owner_url, f'CREATE ROLE "{owner}" LOGIN CREATEROLE')
    with pytest.raises(MigrationError, match="permission denied for schema public"):
        await migrate(with_role(empty_database.owner_url, owner), with_role(empty_database.app_url, app))
    assert not await fetch(empty_database.owner_url, "SELECT 1 FROM pg_roles WHERE rolname = $1", app)


async def test_a_database_that_is_away_is_an_outage(empty_database: Database) -> None:
    away = f"postgresql://owner@127.0.0.1:{free_port()}/talktime"
    with pytest.raises(DatabaseUnavailableError, match="ConnectionRefusedError"):
        await migrate(away, empty_database.app_url)


async def test_a_wrong_address_is_told_without_its_password(empty_database: Database) -> None:
    absent = shown(make_url(empty_database.owner_url).set(database="no_such_database", password="s3cret"))
    with pytest.raises(MigrationError, match="no such database: create it first") as refused:
        await migrate(absent, empty_database.app_url)
    assert "s3cret" not in str(refused.value)
    with pytest.raises(MigrationError, match="TALKTIME_DATABASE_OWNER_URL is not an address"):
        await migrate("", empty_database.app_url)
    with pytest.raises(MigrationError, match="TALKTIME_DATABASE_URL is not an address"):
        await migrate(empty_database.owner_url, "localhost")


async def test_a_role_that_is_not_let_in_is_told(empty_database: Database) -> None:
    with pytest.raises(MigrationError, match="does not let this role in"):
        await migrate(with_role(empty_database.owner_url, "no_such_role"), empty_database.app_url)


async def test_a_database_of_a_newer_talktime_is_left_alone(database: Database) -> None:
    await execute(database.owner_url, "UPDATE alembic_version SET version_num = '9999'")
    with pytest.raises(MigrationError, match=r"does not fit the database.*9999"):
        await migrate(database.owner_url, database.app_url)
