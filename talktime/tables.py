"""Tables and objects for people at a terminal, for pipes, and for machines."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from typing import Any

import msgspec
from rich import box
from rich.console import Console
from rich.table import Table
from rich.text import Text

PIPE_COLUMNS = 100_000
"""Wide enough that no line is broken where none should be."""
_CONTROLS = {code: f"\\x{code:02x}" for code in (*range(0x20), *range(0x7F, 0xA0)) if code != ord("\n")}


def print_table(columns: Sequence[str], rows: Sequence[Sequence[object]]) -> None:
    """Print rows under their names: folded to fit a terminal, a line each where it is none. Numbers stand right."""
    table = Table(box=box.SIMPLE_HEAD if sys.stdout.isatty() else None, pad_edge=False, show_edge=False)
    for place, column in enumerate(columns):
        is_number = bool(rows) and all(isinstance(row[place], int) for row in rows)
        table.add_column(column, justify="right" if is_number else "left", overflow="fold")
    for row in rows:
        table.add_row(*(Text(printable(str("" if cell is None else cell))) for cell in row))
    Console(width=None if sys.stdout.isatty() else PIPE_COLUMNS, highlight=False).print(table)


def print_json(what: object) -> None:
    """Print one JSON document."""
    print(msgspec.json.format(msgspec.json.encode(plain(what), enc_hook=str), indent=2).decode())


def printable(text: str) -> str:
    """Return the text with what would steer a terminal written out."""
    return text.translate(_CONTROLS)


def plain(what: Any) -> Any:
    """Return the same with bytes as text, whatever they are."""
    match what:
        case bytes() | bytearray():
            return bytes(what).decode(errors="backslashreplace")
        case dict():
            return {str(name): plain(value) for name, value in what.items()}
        case list() | tuple():
            return [plain(value) for value in what]
        case _:
            return what
