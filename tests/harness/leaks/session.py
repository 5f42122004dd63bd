"""What this process watches, and what its programs say."""

import re

from tests.harness.leaks.search import Watch

WATCH = Watch()
MEANT_TO_BE_SEEN = re.compile(r"^  demo account +\S+ / ")
"""What `talktime run --demo-accounts` shows on the terminal, so that somebody can log in (A18)."""


def hear_program(name: str, line: str) -> None:
    """Take a line that a program has written."""
    if not MEANT_TO_BE_SEEN.match(line):
        WATCH.hear(name, line)
