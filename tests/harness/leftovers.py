"""Names of what a session makes on a shared server, and which of them were left by a session that was killed."""

import contextlib
import os
import re
import shutil
import tempfile
from pathlib import Path

PREFIX = "talktime_test"


def session_prefix() -> str:
    """Return what the names of everything this process makes begin with."""
    return f"{PREFIX}_{os.getpid()}_"


def is_left_over(name: str) -> bool:
    """Tell whether the process that made this name on this machine is gone."""
    made_by = re.match(rf"{PREFIX}_(\d+)_", name)
    return made_by is not None and not _runs(int(made_by[1]))


def make_folder() -> Path:
    """Return a new temporary folder that every user can pass through, since root's PostgreSQL is another one's."""
    folder = Path(tempfile.mkdtemp(prefix=session_prefix()))
    folder.chmod(0o711)
    return folder


def remove_left_over_folders() -> None:
    """Delete the folders of sessions that were killed."""
    for folder in Path(tempfile.gettempdir()).glob(f"{PREFIX}_*"):
        if is_left_over(folder.name):
            shutil.rmtree(folder, ignore_errors=True)


def _runs(pid: int) -> bool:
    with contextlib.suppress(PermissionError):
        try:
            os.kill(pid, 0)
        except ProcessLookupError:
            return False
    return True
