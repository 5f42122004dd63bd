"""The machine has no input or output, no clock, no event loop and no chance: it cannot import any."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

import signaling.call

ALLOWED = (
    "__future__", "collections", "dataclasses", "enum", "ipaddress", "re", "typing", "uuid", "msgspec",
    "shared.messages", "shared.settings",
)  # fmt: skip
FILES = sorted(Path(signaling.call.__file__).parent.glob("*.py"))


def imports(file: Path) -> set[str]:
    tree = ast.parse(file.read_text(encoding="utf-8"))
    plain = {name.name for node in ast.walk(tree) if isinstance(node, ast.Import) for name in node.names}
    return plain | {str(node.module) for node in ast.walk(tree) if isinstance(node, ast.ImportFrom)}


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.name)
def test_imports_nothing_impure(file: Path) -> None:
    allowed = (*ALLOWED, "signaling.call")
    strange = {name for name in imports(file) if not any((name + ".").startswith(root + ".") for root in allowed)}
    assert strange == set()


def test_there_are_files_to_look_at() -> None:
    assert "machine.py" in {file.name for file in FILES}
