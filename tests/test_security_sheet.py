"""The conformance sheet of docs/asvs.md: every requirement once, and nothing named that is not there."""

import ast
import json
import re
from collections import Counter
from functools import cache
from pathlib import Path
from typing import NamedTuple

import pytest

ROOT = Path(__file__).parents[1]
SHEET = ROOT / "docs" / "asvs.md"
REQUIRED = json.loads((ROOT / "tests" / "asvs_5_0_0.json").read_text(encoding="utf-8"))
"""Ids of the requirements of OWASP ASVS 5.0.0 that this project answers to, by level."""
STATES = {"met", "not met", "not applicable", "operator's"}
_NAMED = re.compile(r"`([^`]+)`")


class Row(NamedTuple):
    """One requirement, as the sheet has it."""

    id: str
    level: str
    demand: str
    state: str
    shown_by: str
    remark: str


def rows() -> list[Row]:
    """Return the rows of all tables."""
    lines = SHEET.read_text(encoding="utf-8").splitlines()
    return [Row(*(cell.strip() for cell in line.strip("|").split("|"))) for line in lines if line.startswith("| V")]


@cache
def names_of(path: Path) -> frozenset[str]:
    """Return the names of a file's tests, without running it; of TypeScript the quoted titles."""
    text = path.read_text(encoding="utf-8")
    if path.suffix != ".py":
        return frozenset(re.findall(r'\b(?:test|it)\("([^"]+)"', text))
    nodes = ast.walk(ast.parse(text))
    functions = (node.name for node in nodes if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef))
    return frozenset(name for name in functions if name.startswith("test_"))


def missing(name: str) -> bool:
    """Tell whether a test, or a file, is not there. Tests in Python are named as seen from `tests/`."""
    path, separator, test = name.partition("::")
    if not separator:
        return not (ROOT / path).is_file()
    file = (ROOT / "tests" / path) if path.endswith(".py") else ROOT / path
    return not file.is_file() or test not in names_of(file)


def test_every_requirement_is_there_once() -> None:
    """Level 1 of all chapters, level 2 of those in which this project is at home."""
    required = {(id_, level) for level, ids in REQUIRED.items() for id_ in ids}
    assert {(row.id, row.level) for row in rows()} == required
    assert [id_ for id_, times in Counter(row.id for row in rows()).items() if times > 1] == []


def test_every_row_says_what_and_how_far() -> None:
    """What is not met, or is not for us, says why."""
    for row in rows():
        assert row.demand, row.id
        assert row.state in STATES, row
        assert row.state == "met" or row.remark, row.id


def test_what_is_met_is_shown() -> None:
    """By a test, or by a file that makes it so."""
    assert [row.id for row in rows() if row.state == "met" and not _NAMED.findall(row.shown_by)] == []


def test_what_is_named_is_there() -> None:
    """A test that is renamed, or removed, takes its row with it."""
    named = {(row.id, name) for row in rows() for name in _NAMED.findall(row.shown_by)}
    assert sorted(each for each in named if missing(each[1])) == []
    assert len(named) > len(rows()) / 2


@pytest.mark.parametrize(
    "name",
    [
        "test_security_sheet.py::test_of_that_name_there_is_none",
        "test_no_such_file.py::test_every_requirement_is_there_once",
        "web/client/test/emitter.test.ts::no such title",
        "docs/nothing.md",
    ],
)
def test_what_is_not_there_is_noticed(name: str) -> None:
    """The rule above finds something to complain about."""
    assert missing(name)


def test_the_count_is_that_of_the_rows() -> None:
    """The sheet's own sums."""
    counted = Counter(row.state for row in rows())
    text = SHEET.read_text(encoding="utf-8")
    for state in STATES:
        assert f"{counted[state]} {state}" in text, (state, counted[state])
