"""Statements about whole databases."""

from collections.abc import Callable

import asyncpg


async def drop_database(server_url: str, name: str) -> None:
    """Drop a database, whoever is still connected to it."""
    await execute(server_url, f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')


async def drop_databases(server_url: str, unwanted: Callable[[str], bool]) -> None:
    """Drop every database whose name is unwanted."""
    connection = await asyncpg.connect(server_url)
    try:
        names: list[str] = [row["datname"] for row in await connection.fetch("SELECT datname FROM pg_database")]
    finally:
        await connection.close()
    for name in names:
        if unwanted(name):
            await drop_database(server_url, name)


async def execute(url: str, statement: str) -> None:
    """Run one statement on a connection of its own."""
    connection = await asyncpg.connect(url)
    try:
        await connection.execute(statement)
    finally:
        await connection.close()
