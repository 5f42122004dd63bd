"""What an audit finds."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import islice
from typing import Any
from uuid import UUID

from msgspec import Struct

KEPT_MAX = 1_000
"""Differences that are told one by one; the others are counted."""


class Difference(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Something that is not as it must be: `check` names the rule, `message` says it in a sentence.

    `expected` is what follows from the rest of the books, `found` what stands there. `seq` is the number of the
    entry in the account's wallet.
    """

    check: str
    message: str
    account: UUID | None = None
    call: UUID | str | None = None
    payment: UUID | str | None = None
    operation: str | None = None
    seq: int | None = None
    expected: Any = None
    found: Any = None

    @property
    def line(self) -> str:
        """Return the difference in one line for people."""
        about = (
            ("operation", self.operation),
            ("entry", self.seq),
            ("account", self.account),
            ("call", None if self.operation else self.call),
            ("payment", None if self.operation else self.payment),
        )
        named = ", ".join(f"{name} {value}" for name, value in about if value is not None)
        return f"{self.check}: {named}: {self.message}" if named else f"{self.check}: {self.message}"


class Differences:
    """All that one audit found, in the order of its finding; no more than `KEPT_MAX` are kept."""

    def __init__(self) -> None:
        self.count = 0
        self.kept: list[Difference] = []

    def add(self, difference: Difference) -> None:
        """Count it, and keep it while there is room."""
        self.count += 1
        if len(self.kept) < KEPT_MAX:
            self.kept.append(difference)

    @property
    def first(self) -> Difference | None:
        """Return the first one, where there is any."""
        return next(iter(self), None)

    def __iter__(self) -> Iterator[Difference]:
        return iter(self.kept)

    def lines(self, at_most: int) -> Iterable[str]:
        """Return some of them for people."""
        return (each.line for each in islice(self, at_most))
