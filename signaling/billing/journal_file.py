"""The journal on disk: a crash of the process loses no event, and of the machine as few as the policy says."""

from __future__ import annotations

import asyncio
import logging
import os
from collections.abc import Collection
from pathlib import Path
from typing import Literal
from uuid import UUID

from shared.bus.consuming import pausing
from shared.bus.interface import Envelope
from signaling.billing.journal import MemoryJournal
from signaling.billing.journal_folder import (
    JournalInUseError,
    LockedJournal,
    find_journals,
    sync_data,
    sync_folder,
    write_whole,
)
from signaling.billing.journal_records import Confirmed, Head, kept, line_of, lines_of

FsyncPolicy = Literal["always", "interval", "never"]

REWRITE_RECORDS_MIN = 10_000
"""A file with so many records that are of no more use, and mostly such, is written anew."""
MEND_MS = 1_000
"""How often a disk that did not take what was written is tried again."""

log = logging.getLogger(__name__)


class FileJournal:
    """One file, appended to at each event and each confirmation; all that waits is in memory as well.

    Appending is a write to the kernel, made at once, so the end of the process loses nothing. When it reaches the
    disk is the policy's: before `keep` returns (`always`: the event loop waits for the disk), every `fsync_ms` in
    a thread (`interval`), or when the kernel likes (`never`). Where the disk fails, events wait in memory alone,
    the journal is not `fit`, and it tries to write all of them to a new file until that succeeds.
    """

    def __init__(
        self, folder: Path, node: str, *, brokers: Collection[str], fsync: FsyncPolicy, fsync_ms: int
    ) -> None:
        """`brokers` say where events go: journals of the dead that go elsewhere are not ours to take."""
        self._folder = folder
        self._head = Head(node=node, brokers=sorted(brokers))
        self._fsync = fsync
        self._fsync_ms = fsync_ms
        self._waiting = MemoryJournal()
        self._files: LockedJournal | None = None
        self._inherited: list[LockedJournal] = []
        """Of the dead: deleted once all of it is in ours."""
        self._file: int | None = None
        """None where there is nothing to append to: not opened yet, or the disk fails."""
        self._useless = 0
        """Records in the file that tell of what is confirmed."""
        self._unsynced = False
        self._appended: list[bytes] | None = None
        """While the file is written anew: what came since."""
        self._wake, self._over = asyncio.Event(), asyncio.Event()
        self._task: asyncio.Task[None] | None = None

    def __len__(self) -> int:
        return len(self._waiting)

    @property
    def fit(self) -> bool:
        """Whether events are written to the disk."""
        return self._file is not None

    async def open(self) -> None:
        """Read what the last process of this name left behind, and those that live no more.

        Raises `JournalInUseError`. A disk that fails raises nothing, see above.
        """
        await self._mend()
        self._task = asyncio.create_task(self._look_after())

    async def close(self) -> None:
        """Have all that waits on the disk, and let go of the file; where nothing waits, nothing is left of it."""
        self._over.set()
        self._wake.set()
        if self._task is not None:
            await asyncio.wait({self._task})
        if self._files is not None:
            await asyncio.to_thread(self._let_go, self._files)
            self._files = self._file = None

    def keep(self, envelope: Envelope) -> None:
        """Add an event."""
        self._waiting.keep(envelope)
        self._append(line_of(kept(envelope)), sync=self._fsync == "always")

    def forget(self, message_id: UUID) -> None:
        """The broker has it. That this is forgotten in a crash would only have it published again."""
        if self._waiting.forget(message_id):
            self._append(line_of(Confirmed(message_id=message_id)), sync=False)
            self._useless += 2
            if self._wants_rewriting:
                self._wake.set()

    def oldest(self, events_max: int) -> list[Envelope]:
        """Return the oldest events, at most one of each call."""
        return self._waiting.oldest(events_max)

    @property
    def _wants_rewriting(self) -> bool:
        return self._useless >= REWRITE_RECORDS_MIN and self._useless > 2 * len(self._waiting)

    def _append(self, line: bytes, *, sync: bool) -> None:
        if self._appended is not None:
            self._appended.append(line)
        if self._file is None:
            return
        try:
            write_whole(self._file, line)
            if sync:
                sync_data(self._file)
        except OSError as error:
            self._fail(error)
        if not sync and not self._unsynced and self._fsync != "never":
            self._unsynced = True
            self._wake.set()

    def _fail(self, error: OSError) -> None:
        log.error("The journal in %s cannot be written, and no call is begun: %s", self._folder, error)
        if self._file is not None:
            # What was appended in part must stay the end of this file: nothing comes behind it.
            os.close(self._file)
            self._file = None
        self._wake.set()

    async def _look_after(self) -> None:
        pause = pausing(self._over)
        while not self._over.is_set():
            await self._wake.wait()
            self._wake.clear()
            if self._file is None:
                await pause(MEND_MS)
                await self._mend_if_possible()
            elif self._wants_rewriting:
                await self._rewrite_if_possible()
            elif self._unsynced:
                await self._sync(self._file)
                await pause(self._fsync_ms)
            if self._unsynced:
                self._wake.set()

    async def _sync(self, file: int) -> None:
        self._unsynced = False
        # A copy: the file may fail, and be closed, while the thread waits for the disk.
        copy = os.dup(file)
        try:
            await asyncio.to_thread(sync_data, copy)
        except OSError as error:
            self._fail(error)
        finally:
            os.close(copy)

    async def _mend_if_possible(self) -> None:
        try:
            await self._mend()
        except JournalInUseError as error:
            log.error("%s", error)  # noqa: TRY400 - the words say it all
            self._wake.set()

    async def _mend(self) -> None:
        """Have a file that can be written, and what earlier processes left, where that was not read yet."""
        try:
            if self._files is None:
                await self._inherit()
            await self._rewrite()
            await asyncio.to_thread(self._remove_inherited)
        except OSError as error:
            self._fail(error)
        else:
            log.info("The journal in %s is open; %d events wait", self._folder, len(self._waiting))

    async def _inherit(self) -> None:
        brokers = frozenset(self._head.brokers)
        found = await asyncio.to_thread(find_journals, self._folder, self._head.node, brokers=brokers)
        self._files, self._inherited = found.own, found.of_the_dead
        # Older than what came while the disk failed.
        self._waiting = MemoryJournal([*found.events, *self._waiting.all()])

    def _remove_inherited(self) -> None:
        while self._inherited:
            self._inherited.pop().remove()

    async def _rewrite_if_possible(self) -> None:
        try:
            await self._rewrite()
        except OSError as error:
            self._fail(error)

    async def _rewrite(self) -> None:
        """Go on in a new file that begins with what waits now. Raises `OSError`; the old one is as it was then."""
        if self._files is None:
            return
        self._appended = []
        try:
            data = lines_of(self._head, self._waiting.all())
            file = await asyncio.to_thread(self._files.write_new, data)
            # From here to the end nothing else runs, so nothing is appended to either file in between.
            old, self._file, self._useless = self._file, self._put_in_place(file, self._files), 0
        finally:
            self._appended = None
        if old is not None:
            os.close(old)
        await asyncio.to_thread(sync_folder, self._folder)

    def _put_in_place(self, file: int, files: LockedJournal) -> int:
        try:
            write_whole(file, b"".join(self._appended or ()))
            if self._fsync == "always":
                sync_data(file)
            files.put_new_in_place()
            if self._fsync == "always":
                sync_folder(self._folder)
        except OSError:
            os.close(file)
            raise
        return file

    def _let_go(self, files: LockedJournal) -> None:
        if self._file is not None:
            try:
                os.fsync(self._file)
            except OSError as error:
                log.error("The journal in %s may not be on the disk: %s", self._folder, error)  # noqa: TRY400
            os.close(self._file)
        if self._file is not None and not len(self._waiting):
            files.remove()
        else:
            files.release()
