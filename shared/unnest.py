"""Many rows in one statement: a column of them is one array, and PostgreSQL's `unnest` makes them rows again."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import ARRAY, Table, TableValuedAlias, bindparam, column, func, insert
from sqlalchemy.sql.dml import Insert

_SUFFIX = "_array"
"""A bound array must not have the name of the column it fills."""


def unnested(table: Table, columns: Sequence[str]) -> TableValuedAlias:
    """Return rows `n` with these columns of the table, to be bound by `arrays`."""
    binds = [bindparam(name + _SUFFIX, type_=ARRAY(table.c[name].type)) for name in columns]
    typed = [column(name, table.c[name].type) for name in columns]
    return func.unnest(*binds).table_valued(*typed, name="n").render_derived()


def insert_rows(table: Table, columns: Sequence[str]) -> Insert:
    """Return the statement that inserts rows, in their order; they are bound by `arrays`."""
    return insert(table).from_select(list(columns), unnested(table, columns).select())


def arrays(rows: Sequence[Any], columns: Sequence[str]) -> dict[str, list[Any]]:
    """Return what binds the attributes of these rows."""
    return {name + _SUFFIX: [getattr(row, name) for row in rows] for name in columns}


def array(name: str, values: list[Any]) -> dict[str, list[Any]]:
    """Return what binds one column to these values."""
    return {name + _SUFFIX: values}
