"""Puts the questions that the database answers; what it returns are differences, and nothing where all is well.

A question returns rows of `check_name`, `account`, `call`, `payment`, `operation`, `expected` and `found`, of which
it may leave out what it has not. Its sentences are templates over these.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any, NamedTuple

from sqlalchemy import Row

from billing_worker.audit.differences import Difference, Differences
from billing_worker.audit.snapshot import Snapshot


class Question(NamedTuple):
    """What is asked, and how each of its differences is told, by the name of its check."""

    query: str
    sentences: Mapping[str, str]


FACTS = ("account", "call", "payment", "operation", "expected", "found")


async def ask(books: Snapshot, question: Question, found: Differences, *, overdue_before: datetime) -> None:
    """Ask, and add what does not fit. Calls whose lease ended before that moment should be settled."""
    values = {"overdue_before": overdue_before} if ":overdue_before" in question.query else {}
    async for row in books.rows(question.query, values):
        found.add(_difference(row, question.sentences))


def _difference(row: Row[Any], sentences: Mapping[str, str]) -> Difference:
    values = row._mapping
    facts = {name: values[name] for name in FACTS if name in values}
    return Difference(check=row.check_name, message=sentences[row.check_name].format_map(dict(values)), **facts)
