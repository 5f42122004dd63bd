"""Names of what a session makes on a shared server, and which of them were left by a session that was killed."""

import contextlib
import os
import re

PREFIX = "talktime_test"


def session_prefix() -> str:
    """Return what the names of everything this process makes begin with."""
    return f"{PREFIX}_{os.getpid()}_"


def is_left_over(name: str) -> bool:
    """Tell whether the process that made this name on this machine is gone."""
    made_by = re.match(rf"{PREFIX}_(\d+)_", name)
    return made_by is not None and not _runs(int(made_by[1]))


def _runs(pid: int) -> bool:
    with contextlib.suppress(PermissionError):
        try:
            os.kill(pid, 0)
        except ProcessLookupError:
            return False
    return True
