"""Who runs PostgreSQL when we are root, which it refuses to be, and what that user may reach."""

from __future__ import annotations

import grp
import hashlib
import os
import pwd
import stat
from pathlib import Path

from talktime.postgres_binaries import PostgresError

CANDIDATES = ("postgres", "nobody")
ROOT_HOME = Path("/var/lib/talktime")


def running_user(data_dir: Path) -> pwd.struct_passwd | None:
    """Return the user to run PostgreSQL as, or None for the one we are.

    As root it is the owner of the data directory, or else one of `CANDIDATES`. Raises `PostgresError`.
    """
    if os.geteuid() != 0:
        return None
    if data_dir.exists() and data_dir.stat().st_uid != 0:
        return _by_id(data_dir)
    for name in CANDIDATES:
        try:
            return pwd.getpwnam(name)
        except KeyError:
            continue
    raise PostgresError(
        "PostgreSQL does not run as root, and there is no user 'postgres' or 'nobody' to run it as. "
        "Run this as an ordinary user."
    )


def barrier(path: Path, account: pwd.struct_passwd) -> Path | None:
    """Return the first folder on the way to `path` that the user may not enter, or None."""
    groups = {account.pw_gid, *(group.gr_gid for group in grp.getgrall() if account.pw_name in group.gr_mem)}
    for folder in reversed(path.resolve().parents):
        if folder.exists() and not _may_enter(folder.stat(), account.pw_uid, groups):
            return folder
    return None


def reachable_data_dir(preferred: Path) -> Path:
    """Return `preferred`, or, where root's PostgreSQL could not enter it, a folder of its own for that path.

    Data stays where it was first kept: whoever opens or closes a folder on the way must not find an empty database.
    """
    account = running_user(preferred)
    if account is None or preferred.exists():
        return preferred
    elsewhere = ROOT_HOME / hashlib.sha256(str(preferred.resolve()).encode()).hexdigest()[:12]
    return elsewhere if elsewhere.exists() or barrier(preferred, account) is not None else preferred


def _by_id(data_dir: Path) -> pwd.struct_passwd:
    uid = data_dir.stat().st_uid
    try:
        return pwd.getpwuid(uid)
    except KeyError:
        raise PostgresError(f"{data_dir} belongs to user {uid}, who does not exist here; chown it") from None


def _may_enter(status: os.stat_result, uid: int, groups: set[int]) -> bool:
    if status.st_uid == uid:
        return bool(status.st_mode & stat.S_IXUSR)
    if status.st_gid in groups:
        return bool(status.st_mode & stat.S_IXGRP)
    return bool(status.st_mode & stat.S_IXOTH)
