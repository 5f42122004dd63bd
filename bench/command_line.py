"""The one choice that a measurement offers."""

from __future__ import annotations

import sys
from typing import TypeVar

T = TypeVar("T")

QUICK = "--quick"


def sizes(full: T, *, quick: T) -> T:
    """Return the sizes that the command line asks for: all, or with `--quick` just enough to see that it runs."""
    match sys.argv[1:]:
        case []:
            return full
        case [argument] if argument == QUICK:
            return quick
        case _:
            raise SystemExit(f"usage: python -m {_name()} [{QUICK}]")


def _name() -> str:
    main = sys.modules["__main__"].__spec__
    return main.name if main else sys.argv[0]
