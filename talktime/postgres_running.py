"""Finds the PostgreSQL that another process of ours runs on a data folder."""

from __future__ import annotations

from pathlib import Path

from talktime.postgres import PostgresError, database_url
from talktime.postgres_user import reachable_data_dir

# PostgreSQL's own notes about the running server, one a line.
_SOCKET_FOLDER_LINE = 4
_STATUS_LINE = 7


def running_url(folder: Path, database: str, *, user: str) -> str:
    """Return the address of a database of the server that runs on this folder. Raises `PostgresError`."""
    data_dir = reachable_data_dir(folder)
    try:
        lines = (data_dir / "postmaster.pid").read_text().splitlines()
        if lines[_STATUS_LINE].strip() == "ready":
            return database_url(Path(lines[_SOCKET_FOLDER_LINE]), database, user=user)
    except (OSError, IndexError):
        pass
    raise PostgresError(f"no Talktime runs on {folder.parent}: start it with `talktime run`")
