"""The one choice that a measurement offers."""

from __future__ import annotations

import sys
from typing import TypeVar

T = TypeVar("T")

QUICK = "--quick"


def sizes(full: T, *, quick: T) -> T:
    """Return the sizes that the command line asks for: all, or with `--quick` just enough to see that it runs."""
    return full if wants_all() else quick


def wants_all() -> bool:
    """Tell whether all is to be measured. Ends the program where something else was asked for."""
    match sys.argv[1:]:
        case []:
            return True
        case [argument] if argument == QUICK:
            return False
        case _:
            raise SystemExit(f"usage: python -m bench[.settle|.relay|.across|.rest|.hang_up|.page] [{QUICK}]")
