"""The folder of the journals of a machine's nodes: each locked by its owner, those of the dead inherited."""

from __future__ import annotations

import fcntl
import logging
import os
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from uuid import UUID

from shared.bus.interface import Envelope
from signaling.billing.journal_records import Contents, read

JOURNAL_SUFFIX = ".journal"
LOCK_SUFFIX = ".lock"
ASIDE_SUFFIX = ".unreadable"
NEW_SUFFIX = ".new"
FOLDER_MODE = 0o700
FILE_MODE = 0o600

log = logging.getLogger(__name__)

sync_data = getattr(os, "fdatasync", os.fsync)
"""Have the kernel write a file's data to the disk; not every system leaves out what is of no matter."""


class JournalInUseError(Exception):
    """Another process has this journal."""


class LockedJournal:
    """The files of one node's journal, which no other process has while the lock is held."""

    def __init__(self, folder: Path, name: str) -> None:
        """Take the lock. Raises `JournalInUseError`, `OSError`."""
        self.folder = folder
        self.name = name
        self.path = folder / f"{name}{JOURNAL_SUFFIX}"
        self._new_path = folder / f"{name}{NEW_SUFFIX}"
        self._lock_path = folder / f"{name}{LOCK_SUFFIX}"
        self._lock = _locked(self._lock_path)

    def read(self) -> Contents:
        """Return what the journal says; what cannot be read of it is set aside."""
        try:
            contents = read(self.path.read_bytes())
        except FileNotFoundError:
            return Contents()
        if contents.unreadable:
            self._set_aside(contents.unreadable)
        return contents

    def write_new(self, data: bytes) -> int:
        """Write what will take this journal's place, and return that file, open and on the disk."""
        file = os.open(self._new_path, os.O_WRONLY | os.O_APPEND | os.O_CREAT | os.O_TRUNC, FILE_MODE)
        try:
            write_whole(file, data)
            os.fsync(file)
        except BaseException:
            os.close(file)
            raise
        return file

    def put_new_in_place(self) -> None:
        """Have it take the journal's place, at once."""
        self._new_path.replace(self.path)

    def remove(self) -> None:
        """Delete the journal, and let go of it."""
        self.path.unlink(missing_ok=True)
        self._lock_path.unlink(missing_ok=True)
        self.release()

    def release(self) -> None:
        """Let others have it."""
        os.close(self._lock)

    def _set_aside(self, lines: Iterable[bytes]) -> None:
        aside = self.folder / f"{self.name}{ASIDE_SUFFIX}"
        with open(os.open(aside, os.O_WRONLY | os.O_APPEND | os.O_CREAT, FILE_MODE), "ab") as file:
            file.writelines(line + b"\n" for line in lines)
            file.flush()
            os.fsync(file.fileno())
        log.error("The journal %s has lines that cannot be read; they are in %s now", self.path, aside)


@dataclass(frozen=True, slots=True)
class Found:
    """What a node begins with; all of these journals are locked."""

    own: LockedJournal
    of_the_dead: list[LockedJournal]
    events: list[Envelope]
    """All that waits in any of them, each once."""


def find_journals(folder: Path, node: str, *, brokers: frozenset[str]) -> Found:
    """Return the node's journal and those whose owners live no more, but for those of other brokers.

    Makes the folder. Raises `JournalInUseError`, `OSError`.
    """
    folder.mkdir(mode=FOLDER_MODE, parents=True, exist_ok=True)
    own = LockedJournal(folder, node)
    try:
        events = own.read().events
    except OSError:
        own.release()
        raise
    of_the_dead: list[LockedJournal] = []
    for path in sorted(folder.glob(f"*{JOURNAL_SUFFIX}")):
        if path != own.path and (found := _of_a_dead(folder, path, brokers)):
            of_the_dead.append(found[0])
            events = found[1] | events
    return Found(own, of_the_dead, list(events.values()))


def write_whole(file: int, data: bytes) -> None:
    """Write all of it. Raises `OSError`, having written a part perhaps."""
    while data:
        data = data[os.write(file, data) :]


def sync_folder(folder: Path) -> None:
    """Have what was created, renamed and deleted in the folder on the disk."""
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _of_a_dead(
    folder: Path, path: Path, brokers: frozenset[str]
) -> tuple[LockedJournal, dict[UUID, Envelope]] | None:
    try:
        journal = LockedJournal(folder, path.name.removesuffix(JOURNAL_SUFFIX))
    except JournalInUseError:
        return None
    except OSError as error:
        log.warning("The journal %s cannot be taken over: %s", path, error)
        return None
    try:
        contents = journal.read()
    except OSError as error:
        log.warning("The journal %s cannot be taken over: %s", path, error)
    else:
        if not contents.brokers or brokers & contents.brokers:
            log.warning("The journal %s has lost its owner; %d events wait in it", path, len(contents.events))
            return journal, contents.events
        log.warning("The journal %s is left alone: its events go to %s", path, sorted(contents.brokers))
    journal.release()
    return None


def _locked(path: Path) -> int:
    while True:
        descriptor = os.open(path, os.O_RDWR | os.O_CREAT, FILE_MODE)
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
            # Whoever had the lock before may have deleted its file: then the lock is no lock.
            if os.fstat(descriptor).st_ino == os.stat(path).st_ino:
                return descriptor
        except BlockingIOError as error:
            os.close(descriptor)
            raise JournalInUseError(
                f"another process has {path.name.removesuffix(LOCK_SUFFIX)}'s journal"
            ) from error
        except FileNotFoundError:
            pass
        except OSError:
            os.close(descriptor)
            raise
        os.close(descriptor)
