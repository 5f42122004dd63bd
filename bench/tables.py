"""Figures as people read them, and the machine that they come from."""

from __future__ import annotations

import os
import platform
from collections.abc import Sequence
from importlib.metadata import version
from pathlib import Path

import aiormq
import asyncpg

LIBRARIES = ("uvicorn", "uvloop", "quart", "litestar", "sqlalchemy", "asyncpg", "aio-pika", "msgspec")


def print_table(head: Sequence[str], rows: Sequence[Sequence[str]]) -> None:
    """Print a table that is Markdown and readable as it is; the first column is words, the others are figures."""
    widths = [max(len(row[place]) for row in (head, *rows)) for place in range(len(head))]
    print()
    for row in (head, ["-" * (width - 1) + ":" for width in widths], *rows):
        first, *others = row
        if row is not head and first.endswith(":"):
            first = "-" * widths[0]
        cells = [
            first.ljust(widths[0]),
            *(cell.rjust(width) for cell, width in zip(others, widths[1:], strict=True)),
        ]
        print(f"| {' | '.join(cells)} |", flush=True)
    print(flush=True)


def spread(figures: Sequence[float], *, digits: int = 0) -> str:
    """Return the smallest and the greatest figure."""
    return f"{min(figures):,.{digits}f} - {max(figures):,.{digits}f}"


def times(ratio: float) -> str:
    """Return how many times one figure is another."""
    return f"{ratio:.2f}x"


async def machine_facts(*, database_url: str, rabbitmq_url: str) -> str:
    """Return what the figures depend on, in two lines."""
    postgresql, rabbitmq = await _postgresql(database_url), await _rabbitmq(rabbitmq_url)
    cores = len(os.sched_getaffinity(0))
    libraries = ", ".join(f"{name} {version(name)}" for name in LIBRARIES)
    load = os.getloadavg()[0]
    return (
        f"{cores} cores of {_cpu()}, {platform.system()} {platform.release()}, load {load:.1f} at the start; "
        f"PostgreSQL {postgresql}, RabbitMQ {rabbitmq}\nPython {platform.python_version()}, {libraries}"
    )


async def _postgresql(url: str) -> str:
    connection = await asyncpg.connect(url)
    try:
        return str(await connection.fetchval("SHOW server_version")).split()[0]
    finally:
        await connection.close()


async def _rabbitmq(url: str) -> str:
    connection = await aiormq.connect(url)
    try:
        return str(connection.server_properties["version"])
    finally:
        await connection.close()


def _cpu() -> str:
    for line in Path("/proc/cpuinfo").read_text().splitlines():
        if line.startswith("model name"):
            return line.partition(":")[2].strip()
    return platform.machine()
