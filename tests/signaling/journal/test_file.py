"""C12: what a process has kept is there for the next one, on real files."""

import asyncio
import errno
import os
import shutil
import threading
from collections.abc import Callable
from pathlib import Path

import pytest

from signaling.billing import journal_file
from signaling.billing.journal_file import FsyncPolicy
from signaling.billing.journal_folder import JournalInUseError, LockedJournal
from tests.signaling.journal.story import event, journal_in, left_by_a_crash, opened, waiting

WAIT_SECONDS_MAX = 10
ALL_OF_IT_BYTES = 200 * 300
"""As much as 200 events and their confirmations take at least."""
POLICIES: tuple[FsyncPolicy, ...] = ("always", "interval", "never")


async def until(met: Callable[[], bool]) -> None:
    """Return when that is so: a journal looks after itself in the background, and tells nobody."""
    async with asyncio.timeout(WAIT_SECONDS_MAX):
        while not met():  # noqa: ASYNC110 - see above
            await asyncio.sleep(0.001)


def names_in(folder: Path) -> list[str]:
    """Return the names of the files there."""
    return sorted(path.name for path in folder.iterdir())


def crashed(folder: Path, copy: Path) -> Path:
    """Return the folder as it would be found if all processes ended now."""
    shutil.copytree(folder, copy)
    return copy


@pytest.mark.parametrize("fsync", POLICIES)
async def test_what_was_kept_and_not_confirmed_is_read_again(tmp_path: Path, fsync: FsyncPolicy) -> None:
    """The same bytes under the same id, in the same order."""
    events = [event(body=b'{"n":%d}' % number) for number in range(5)]
    async with opened(tmp_path / "journal", fsync=fsync) as journal:
        for each in events:
            journal.keep(each)
        journal.forget(events[1].message_id)
        folder = crashed(tmp_path / "journal", tmp_path / "found")
    async with opened(folder, fsync=fsync) as after:
        assert waiting(after) == [events[0], *events[2:]]


async def test_a_journal_in_which_nothing_waits_leaves_nothing(tmp_path: Path) -> None:
    async with opened(tmp_path) as journal:
        one = event()
        journal.keep(one)
        journal.forget(one.message_id)
    assert names_in(tmp_path) == []


async def test_two_processes_never_share_a_journal(tmp_path: Path) -> None:
    async with opened(tmp_path) as journal:
        journal.keep(event())
        with pytest.raises(JournalInUseError, match="node-1"):
            await journal_in(tmp_path).open()
        async with opened(tmp_path, "node-2") as other:
            assert waiting(other) == []
    async with opened(tmp_path) as again:
        assert len(again) == 1


async def test_the_journals_of_the_dead_are_inherited(tmp_path: Path) -> None:
    """Containers change their host's name, and with it the node's."""
    first, second = [event(), event()], [event()]
    await left_by_a_crash(tmp_path, first, "gone-1")
    await left_by_a_crash(tmp_path, second, "gone-2")
    async with opened(tmp_path, "here") as journal:
        assert {each.message_id for each in waiting(journal)} == {each.message_id for each in [*first, *second]}
        assert names_in(tmp_path) == ["here.journal", "here.lock"]
        folder = crashed(tmp_path, tmp_path / "found")
    async with opened(folder, "elsewhere") as journal:
        assert len(journal) == 3


async def test_events_for_another_broker_are_left_alone(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    """Two installations of one user: published to the wrong broker, an event would be lost."""
    async with opened(tmp_path, "theirs", brokers=["elsewhere:5672/"]) as theirs:
        theirs.keep(event())
    async with opened(tmp_path, "ours") as ours:
        assert len(ours) == 0
    assert "left alone: its events go to ['elsewhere:5672/']" in caplog.text
    async with opened(tmp_path, "theirs-2", brokers=["a:5672/", "elsewhere:5672/"]) as next_of_theirs:
        assert len(next_of_theirs) == 1


async def test_a_journal_goes_with_its_node_to_another_broker(tmp_path: Path) -> None:
    await left_by_a_crash(tmp_path, [event()])
    async with opened(tmp_path, brokers=["moved:5672/"]) as journal:
        assert len(journal) == 1


@pytest.mark.parametrize("damage", [b"", b"\x00" * 512, b"torn {", b"00000000 {}\nPK\x03\x04"])
async def test_what_cannot_be_read_is_set_aside_and_nothing_else_is_lost(
    tmp_path: Path, damage: bytes, caplog: pytest.LogCaptureFixture
) -> None:
    events = [event(), event()]
    data = await left_by_a_crash(tmp_path, events)
    (tmp_path / "node-1.journal").write_bytes(data + damage)
    async with opened(tmp_path) as journal:
        assert waiting(journal) == events
        one_more = event()
        journal.keep(one_more)
        folder = crashed(tmp_path, tmp_path / "found")
    aside = tmp_path / "node-1.unreadable"
    assert aside.exists() == bool(damage)
    if damage:
        assert aside.read_bytes() == damage + b"\n"
        assert str(aside) in caplog.text
    async with opened(folder) as after:
        assert waiting(after) == [*events, one_more]


async def test_a_file_of_mostly_confirmed_events_is_written_anew(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """At any moment of it, a crash finds all that waits."""
    monkeypatch.setattr(journal_file, "REWRITE_RECORDS_MIN", 100)
    async with opened(tmp_path / "journal") as journal:
        path = tmp_path / "journal" / "node-1.journal"
        oldest = event()
        journal.keep(oldest)
        for number in range(200):
            one = event()
            journal.keep(one)
            journal.forget(one.message_id)
            if number % 20 == 0:
                await asyncio.sleep(0)
                folder = crashed(tmp_path / "journal", tmp_path / f"found-{number}")
                async with opened(folder) as found:
                    assert waiting(found) == [oldest]
        await until(lambda: path.stat().st_size < ALL_OF_IT_BYTES / 2)
        newest = event()
        journal.keep(newest)
        folder = crashed(tmp_path / "journal", tmp_path / "found")
    async with opened(folder) as after:
        assert waiting(after) == [oldest, newest]


async def test_what_comes_while_the_file_is_written_anew_is_in_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The disk is slow: events are kept and confirmed before the new file takes the old one's place."""
    may_finish, begun = threading.Event(), threading.Event()
    write_new = LockedJournal.write_new

    def slowly(files: LockedJournal, data: bytes) -> int:
        begun.set()
        may_finish.wait(WAIT_SECONDS_MAX)
        return write_new(files, data)

    async with opened(tmp_path / "journal") as journal:
        monkeypatch.setattr(journal_file, "REWRITE_RECORDS_MIN", 2)
        monkeypatch.setattr(LockedJournal, "write_new", slowly)
        path = tmp_path / "journal" / "node-1.journal"
        before = path.stat().st_ino
        first, old, meanwhile, confirmed = event(), event(), event(), event()
        for each in (first, old):
            journal.keep(each)
        for each in (first, *(event() for _ in range(3))):
            journal.keep(each)
            journal.forget(each.message_id)
        await until(begun.is_set)
        for each in (meanwhile, confirmed):
            journal.keep(each)
        journal.forget(confirmed.message_id)
        may_finish.set()
        await until(lambda: path.stat().st_ino != before)
        folder = crashed(tmp_path / "journal", tmp_path / "found")
    async with opened(folder) as after:
        assert waiting(after) == [old, meanwhile]


class Disk:
    """The disk under a journal: full from some moment on, until there is room again."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self._write, self.room = os.write, 10**9
        monkeypatch.setattr(os, "write", self.write)

    def write(self, file: int, data: bytes) -> int:
        if not self.room:
            raise OSError(errno.ENOSPC, "No space left on device")
        written = self._write(file, data[: self.room])
        self.room -= written
        return written


@pytest.fixture
def disk(monkeypatch: pytest.MonkeyPatch) -> Disk:
    """The disk of the test's journals."""
    monkeypatch.setattr(journal_file, "MEND_MS", 1)
    return Disk(monkeypatch)


async def test_a_full_disk_is_said_and_events_wait_in_memory_until_there_is_room(
    tmp_path: Path, disk: Disk, caplog: pytest.LogCaptureFixture
) -> None:
    """C12: with part of a record on the disk when it was full."""
    events = [event() for _ in range(6)]
    async with opened(tmp_path / "journal") as journal:
        journal.keep(events[0])
        assert journal.fit
        disk.room = 50
        for each in events[1:4]:
            journal.keep(each)
        journal.forget(events[2].message_id)
        assert not journal.fit
        assert "cannot be written" in caplog.text
        assert waiting(journal) == [events[0], events[1], events[3]]
        found = crashed(tmp_path / "journal", tmp_path / "found-1")
        disk.room = 10**9
        async with opened(found) as before_it_was_mended:
            assert waiting(before_it_was_mended) == events[:1]
        await until(lambda: journal.fit)
        journal.keep(events[4])
        found = crashed(tmp_path / "journal", tmp_path / "found-2")
    async with opened(found) as after:
        assert waiting(after) == [events[0], events[1], events[3], events[4]]


async def test_a_disk_that_stays_full_takes_nothing_from_what_is_there(tmp_path: Path, disk: Disk) -> None:
    await left_by_a_crash(tmp_path, [event(), event()])
    disk.room = 0
    journal = journal_in(tmp_path)
    await journal.open()
    assert (journal.fit, len(journal)) == (False, 2)
    journal.keep(event())
    await journal.close()
    disk.room = 10**9
    async with opened(tmp_path) as after:
        assert len(after) == 2


async def test_a_folder_that_cannot_be_made_is_waited_for(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The events of the meantime come behind those that were on the disk."""
    monkeypatch.setattr(journal_file, "MEND_MS", 1)
    early, late = event(), event()
    await left_by_a_crash(tmp_path / "disk", [early])
    (tmp_path / "mount").write_text("not mounted")
    journal = journal_in(tmp_path / "mount")
    await journal.open()
    assert not journal.fit
    journal.keep(late)
    (tmp_path / "mount").unlink()
    (tmp_path / "disk").rename(tmp_path / "mount")
    await until(lambda: journal.fit)
    assert waiting(journal) == [early, late]
    await journal.close()


async def test_an_fsync_that_fails_has_all_of_it_written_anew(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """After a failure the kernel may believe that the lost pages are on the disk."""
    failures = [OSError(errno.EIO, "Input/output error")]
    synced: list[int] = []

    def sync(file: int) -> None:
        synced.append(file)
        if failures:
            raise failures.pop()

    monkeypatch.setattr(journal_file, "sync_data", sync)
    monkeypatch.setattr(journal_file, "MEND_MS", 1)
    async with opened(tmp_path, fsync="interval") as journal:
        before = (tmp_path / "node-1.journal").stat().st_ino
        journal.keep(event())
        await until(lambda: (tmp_path / "node-1.journal").stat().st_ino != before and journal.fit)
        assert synced


@pytest.mark.parametrize(("fsync", "at_once"), [("always", 3), ("interval", 0), ("never", 0)])
async def test_when_events_reach_the_disk_is_the_policys(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, fsync: FsyncPolicy, at_once: int
) -> None:
    synced: list[int] = []
    async with opened(tmp_path, fsync=fsync) as journal:
        monkeypatch.setattr(journal_file, "sync_data", synced.append)
        for _ in range(3):
            journal.keep(event())
        assert len(synced) == at_once
        if fsync == "interval":
            await until(lambda: len(synced) > 0)
        else:
            await asyncio.sleep(0)
            assert len(synced) == at_once
