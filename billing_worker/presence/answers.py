"""Answers what signaling nodes report and ask about presence."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta

from sqlalchemy.ext.asyncio import AsyncEngine

from billing_worker.presence.reporting import take_reports
from shared.clock import Clock
from shared.database import reading, transaction
from shared.messages.requests import Look, Looked, PresenceReported, ReportPresence
from shared.presence.looking import look


class PresenceAnswers:
    """Takes reports in a transaction, and looks for all who ask with one select."""

    def __init__(self, engine: AsyncEngine, *, clock: Clock, silence: timedelta) -> None:
        self._engine = engine
        self._clock = clock
        self._silence = silence

    async def reported(self, reports: Sequence[ReportPresence]) -> Sequence[PresenceReported]:
        """Take reports. Raises `DatabaseUnavailableError`."""
        async with transaction(self._engine) as connection:
            return await take_reports(connection, reports, now=self._clock.now())

    async def looked(self, questions: Sequence[Look]) -> Sequence[Looked]:
        """Answer in the order of the questions. Raises `DatabaseUnavailableError`."""
        pairs = [pair for question in questions for pair in question.pairs]
        async with reading(self._engine) as connection:
            people = iter(await look(connection, pairs, now=self._clock.now(), silence=self._silence))
        return [Looked(people=[next(people) for _ in question.pairs]) for question in questions]
