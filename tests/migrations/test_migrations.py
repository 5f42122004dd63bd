"""The schema's history: up, down and up again, and never apart from the models (G3)."""

from collections.abc import AsyncIterator, Callable
from typing import TypeVar

import pytest
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, Inspector, inspect, text
from sqlalchemy.ext.asyncio import AsyncEngine

from shared.database import create_engine, transaction
from shared.models import METADATA
from talktime.migrate import alembic_config
from tests.harness.databases import Database

T = TypeVar("T")


@pytest.fixture
async def owner(empty_database: Database) -> AsyncIterator[AsyncEngine]:
    engine = create_engine(empty_database.owner_url, connections_max=1)
    yield engine
    await engine.dispose()


async def on(engine: AsyncEngine, work: Callable[[Connection], T]) -> T:
    async with transaction(engine) as connection:
        return await connection.run_sync(work)


async def upgrade(engine: AsyncEngine, revision: str) -> None:
    await on(engine, lambda connection: command.upgrade(alembic_config(connection), revision))


async def downgrade(engine: AsyncEngine, revision: str) -> None:
    await on(engine, lambda connection: command.downgrade(alembic_config(connection), revision))


def script_directory(connection: Connection) -> ScriptDirectory:
    return ScriptDirectory.from_config(alembic_config(connection))


async def revisions(engine: AsyncEngine) -> list[str]:
    """Return all revisions, oldest first."""
    scripts = await on(engine, script_directory)
    return [script.revision for script in reversed(list(scripts.walk_revisions()))]


async def schema(engine: AsyncEngine) -> dict[str, object]:
    """Return everything that a migration may leave in the database, by name."""
    async with transaction(engine) as connection:
        inspected = await connection.run_sync(_described)
        functions = text(
            "SELECT proname, prosrc FROM pg_proc WHERE pronamespace = 'public'::regnamespace ORDER BY 1"
        )
        triggers = text("SELECT tgname, pg_get_triggerdef(oid) FROM pg_trigger WHERE NOT tgisinternal ORDER BY 1")
        types = text("SELECT typname FROM pg_type WHERE typnamespace = 'public'::regnamespace ORDER BY 1")
        found = [[tuple(row) for row in await connection.execute(each)] for each in (functions, triggers, types)]
    return inspected | dict(zip(("functions", "triggers", "types"), found, strict=True))


def _described(connection: Connection) -> dict[str, object]:
    inspector: Inspector = inspect(connection)
    return {
        name: (
            # In no order: what is added later stands last in the table and where it belongs in the model.
            sorted((column["name"], str(column["type"]), column["nullable"], str(column["default"]))
                   for column in inspector.get_columns(name)),
            inspector.get_pk_constraint(name),
            sorted(map(str, inspector.get_indexes(name))),
            sorted(map(str, inspector.get_foreign_keys(name))),
            sorted(map(str, inspector.get_check_constraints(name))),
            sorted(map(str, inspector.get_unique_constraints(name))),
        )
        for name in inspector.get_table_names()
        if name != "alembic_version"
    }  # fmt: skip


async def test_the_stairway(owner: AsyncEngine) -> None:
    """G3: each step goes up, down without a trace, and up again to the same."""
    steps = await revisions(owner)
    assert steps
    await upgrade(owner, "base")
    below, previous = await schema(owner), "base"
    for step in steps:
        await upgrade(owner, step)
        above = await schema(owner)
        await downgrade(owner, previous)
        assert without_version(await schema(owner)) == without_version(below)
        await upgrade(owner, step)
        assert await schema(owner) == above
        below, previous = above, step


def without_version(found: dict[str, object]) -> dict[str, object]:
    """Leave out the types of Alembic's own table, which stays when all is undone."""
    types = [name for (name,) in found["types"] if "alembic_version" not in name]  # type: ignore[attr-defined]  # rows
    return found | {"types": types}


async def test_models_and_schema_are_the_same(owner: AsyncEngine) -> None:
    """G3: what `alembic check` would say."""
    await upgrade(owner, "head")
    assert await on(owner, _drift) == []


async def test_a_drift_would_be_noticed(owner: AsyncEngine) -> None:
    await upgrade(owner, "head")
    for change in (
        "ALTER TABLE wallets ALTER held_minor DROP DEFAULT",
        "ALTER TABLE calls ALTER node DROP NOT NULL",
        "ALTER TABLE payments ALTER amount_minor TYPE int",
        "DROP INDEX uq_ledger_entries_wallet_id_seq",
        "ALTER TABLE outbox ADD extra text",
    ):
        async with transaction(owner) as connection:
            await connection.execute(text(change))
            assert await connection.run_sync(_drift) != [], change
            await connection.rollback()


def _drift(connection: Connection) -> list[object]:
    options = {"compare_type": True, "compare_server_default": True}
    found: list[object] = compare_metadata(MigrationContext.configure(connection, opts=options), METADATA)
    return found


async def test_the_schema_is_what_the_models_alone_would_make(owner: AsyncEngine) -> None:
    """G3, B9: checks and conditions of indexes included, which Alembic does not compare."""
    await on(owner, METADATA.create_all)
    by_models = await schema(owner)
    await on(owner, METADATA.drop_all)
    await upgrade(owner, "head")
    by_migrations = await schema(owner)
    assert METADATA.tables
    for table in METADATA.tables:
        assert by_migrations[table] == by_models[table]


async def test_the_history_is_one_line(owner: AsyncEngine) -> None:
    """Two heads would be two programmers' migrations that were never put in order."""
    scripts = await on(owner, script_directory)
    assert len(scripts.get_heads()) == len(scripts.get_bases()) == 1
    assert [int(revision) for revision in await revisions(owner)] == list(range(1, len(await revisions(owner)) + 1))
