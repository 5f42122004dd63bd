"""Events for journals, and journals for them."""

from collections.abc import AsyncIterator, Collection
from contextlib import asynccontextmanager
from pathlib import Path
from uuid import UUID

from shared.bus.interface import Envelope
from shared.ids import new_id
from signaling.billing.journal_file import FileJournal, FsyncPolicy

BROKERS = ("broker-1:5672/",)
NODE = "node-1"


def event(*, call_id: UUID | None = None, body: bytes = b'{"type":"call.ended"}') -> Envelope:
    """Return an event of some call."""
    return Envelope(
        exchange="calls",
        routing_key="call.ended",
        type="call.ended",
        message_id=new_id(),
        body=body,
        correlation_id=str(call_id or new_id()),
    )


def journal_in(
    folder: Path, node: str = NODE, *, brokers: Collection[str] = BROKERS, fsync: FsyncPolicy = "never"
) -> FileJournal:
    """Return a journal, not opened."""
    return FileJournal(folder, node, brokers=brokers, fsync=fsync, fsync_ms=1)


@asynccontextmanager
async def opened(
    folder: Path, node: str = NODE, *, brokers: Collection[str] = BROKERS, fsync: FsyncPolicy = "never"
) -> AsyncIterator[FileJournal]:
    """Hold a journal that is open."""
    journal = journal_in(folder, node, brokers=brokers, fsync=fsync)
    await journal.open()
    try:
        yield journal
    finally:
        await journal.close()


def waiting(journal: FileJournal) -> list[Envelope]:
    """Return all that waits, oldest first; the events are of as many calls."""
    return journal.oldest(1_000_000)


async def left_by_a_crash(folder: Path, events: Collection[Envelope], node: str = NODE) -> bytes:
    """Have a journal in which these wait, and whose process is no more; return its bytes."""
    async with opened(folder, node) as journal:
        for each in events:
            journal.keep(each)
        return (folder / f"{node}.journal").read_bytes()
