"""Reads the log and has it replayed, with a bar for who watches."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from uuid import UUID

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

from billing_worker.replay.replay import Replay, replaying
from billing_worker.replay.tally import Tally
from billing_worker.terms import Terms
from shared.bus.rabbit.logged import Place, Span
from shared.bus.rabbit.stream import StreamLostError, StreamReader
from shared.clock import SystemClock
from shared.database import DatabaseUnavailableError
from shared.settings import Settings
from talktime.programs import database
from talktime.serving import ProgramError


async def replay_log(settings: Settings, span: Span, *, call_id: UUID | None, dry_run: bool) -> tuple[Tally, Place]:
    """Carry out what the log has and the database of the settings has not. Raises `ProgramError`."""
    clock = SystemClock()
    reader = _reader(settings)
    async with database(settings) as engine:
        held = replaying(
            engine,
            terms=Terms.of(settings),
            clock=clock,
            batch_max=settings.settle_batch_max,
            call_id=call_id,
            dry_run=dry_run,
        )
        try:
            async with held as replay:
                await _look_ahead(_reader(settings), span, replay)
                await _read_all(reader, span, replay)
                return await replay.finish(), reader.place
        except DatabaseUnavailableError as error:
            raise ProgramError(f"{error}; {_go_on(reader.place)}") from error
        except StreamLostError as error:
            if error.next_offset is None:
                raise ProgramError(f"{error} (`talktime run` keeps no log: there is nothing to replay)") from error
            raise ProgramError(f"{error}; {_go_on(reader.place)}") from error


def _reader(settings: Settings) -> StreamReader:
    return StreamReader(
        settings.rabbitmq_url,
        batch_max=settings.settle_batch_max,
        publish_timeout_ms=settings.publish_timeout_ms,
        program="talktime replay",
        clock=SystemClock(),
    )


async def _look_ahead(reader: StreamReader, span: Span, replay: Replay) -> None:
    with _progress(reader.place, "looking ahead") as advance:
        async with contextlib.aclosing(reader.batches(span)) as batches:
            async for batch in batches:
                replay.look_ahead(batch)
                advance()


async def _read_all(reader: StreamReader, span: Span, replay: Replay) -> None:
    with _progress(reader.place, "events") as advance:
        async with contextlib.aclosing(reader.batches(span)) as batches:
            async for batch in batches:
                await replay.take(batch)
                advance()


class _Advance:
    """Moves the bar along with the place in the log."""

    def __init__(self, progress: Progress, place: Place, what: str) -> None:
        self._progress = progress
        self._place = place
        self._task = progress.add_task(what, total=None)

    def __call__(self) -> None:
        place = self._place
        if place.first is None or place.next_offset is None or place.newest is None:
            return
        completed, total = place.next_offset - place.first, place.newest + 1 - place.first
        self._progress.update(self._task, completed=completed, total=max(total, completed))


@contextlib.contextmanager
def _progress(place: Place, what: str) -> Iterator[_Advance]:
    """Draw a bar on a terminal, and nothing elsewhere."""
    console = Console(stderr=True)
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    with Progress(*columns, console=console, transient=True, disable=not console.is_terminal) as progress:
        yield _Advance(progress, place, what)


def _go_on(place: Place) -> str:
    if place.next_offset is None:
        return "nothing was read"
    return f"run it again: what was carried out is left alone then (the log was read up to {place.next_offset - 1})"
