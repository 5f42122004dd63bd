"""How much of something there is for somebody."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import timedelta
from functools import cached_property


@dataclass(frozen=True)
class Rate:
    """So many at once; as many come back, evenly, within `seconds`."""

    burst: int
    seconds: int

    @classmethod
    def parse(cls, text: str) -> Rate:
        """Read a setting such as ``10/300``."""
        burst, seconds = text.split("/")
        return cls(int(burst), int(seconds))

    @cached_property
    def each(self) -> timedelta:
        """How long one takes to come back."""
        return self.span / self.burst

    @cached_property
    def span(self) -> timedelta:
        """How long all of them take to come back."""
        return timedelta(seconds=self.seconds)


@dataclass(frozen=True)
class Share:
    """One subject's share of something limited."""

    name: str
    subject: str
    rate: Rate

    @cached_property
    def key(self) -> str:
        """Return what it is counted under; what people type and where they are is not kept."""
        return f"{self.name}:{hashlib.sha256(self.subject.encode(errors='replace')).hexdigest()}"
