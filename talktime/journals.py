"""The journal of a signaling node, in the folder that the settings name or in the user's own state."""

from __future__ import annotations

import contextlib
import os
from collections.abc import AsyncIterator, Mapping
from pathlib import Path

from shared.bus.urls import broker_urls, place_of
from shared.settings import Settings
from signaling.billing.journal_file import FileJournal
from signaling.billing.journal_folder import JournalInUseError
from talktime.serving import ProgramError

FOLDER = "journal"


@contextlib.asynccontextmanager
async def journal(settings: Settings, folder: Path) -> AsyncIterator[FileJournal]:
    """Hold the node's journal. Raises `ProgramError` where another process has it."""
    brokers = [place_of(url) for url in broker_urls(settings.rabbitmq_url)]
    made = FileJournal(
        folder, settings.node, brokers=brokers, fsync=settings.journal_fsync, fsync_ms=settings.journal_fsync_ms
    )
    try:
        await made.open()
    except JournalInUseError as error:
        raise ProgramError(f"{error} in {folder}: is there another node named {settings.node}?") from error
    try:
        yield made
    finally:
        await made.close()


def journal_folder(settings: Settings, environ: Mapping[str, str] = os.environ) -> Path:
    """Return where journals are kept: as set, or as systemd says, or where the user's programs keep their state."""
    if settings.journal_folder:
        return Path(settings.journal_folder)
    if of_systemd := environ.get("STATE_DIRECTORY"):
        return Path(of_systemd.partition(":")[0]) / FOLDER
    state = Path(environ.get("XDG_STATE_HOME") or "~/.local/state").expanduser()
    return state / "talktime" / FOLDER
