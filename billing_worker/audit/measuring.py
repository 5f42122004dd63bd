"""What the last audit came to, for Prometheus: read from its row, so that every worker tells the same."""

from __future__ import annotations

from collections.abc import Iterable

from prometheus_client.core import GaugeMetricFamily
from sqlalchemy.ext.asyncio import AsyncEngine

from billing_worker.audit.keeping import last_kept
from billing_worker.metrics import Family, Source


def audit_measures(engine: AsyncEngine) -> Source:
    """Return the source of what the last audit came to; nothing, where there was none."""

    async def measure() -> Iterable[Family]:
        last = await last_kept(engine)
        if last is None:
            return []
        seconds = (last.finished_at - last.started_at).total_seconds()
        return [
            _gauge("differences", "What did not fit, at the last audit of the books", last.differences),
            _gauge("finished_timestamp_seconds", "When the last audit ended", last.finished_at.timestamp()),
            _gauge("entries", "Entries of the ledger that the last audit looked at", last.entries),
            _gauge("duration_seconds", "How long the last audit took", seconds),
        ]

    return measure


def _gauge(name: str, meaning: str, value: float) -> GaugeMetricFamily:
    return GaugeMetricFamily(f"talktime_books_audit_{name}", meaning, value=value)
