"""A fresh database for each test, cloned from a migrated template."""

from msgspec import Struct

from talktime.migrate import migrate
from tests.harness.postgres import PostgresAddress
from tests.harness.sql import execute


class Database(Struct, frozen=True, kw_only=True):
    """A database of one test's own, at the newest schema."""

    name: str
    owner_url: str
    """As the role that owns the tables."""
    app_url: str
    """As the role that the programs use."""


async def make_template(address: PostgresAddress) -> str:
    """Create and migrate the database that tests get copies of; return its name."""
    name = address.prefix + "template"
    await execute(address.owner_url, f'CREATE DATABASE "{name}"')
    await migrate(address.database_url(name), address.app_url(name))
    return name


async def make_database(address: PostgresAddress, name: str, *, template: str = "template1") -> Database:
    """Create a database as a copy of `template`; an empty one without."""
    await execute(address.owner_url, f'CREATE DATABASE "{name}" TEMPLATE "{template}"')
    return Database(name=name, owner_url=address.database_url(name), app_url=address.app_url(name))
