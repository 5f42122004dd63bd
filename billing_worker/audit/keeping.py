"""What audits came to, kept for ever."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import Row, insert, select
from sqlalchemy.ext.asyncio import AsyncEngine

from billing_worker.audit.auditing import Report
from shared.database import autocommitting, reading
from shared.models import BooksAudit

LINE_CHARS_MAX = 1_000


async def keep(engine: AsyncEngine, report: Report) -> None:
    """Store what the audit came to. Raises `DatabaseUnavailableError`."""
    first = report.found[0].line[:LINE_CHARS_MAX] if report.found else None
    values = {
        "started_at": report.started_at,
        "finished_at": report.finished_at,
        "wallets": report.wallets,
        "entries": report.entries,
        "calls": report.calls,
        "differences": report.differences,
        "first_difference": first,
        "sealed_until": report.sealed_until,
        "seal": bytes.fromhex(report.seal),
    }
    async with autocommitting(engine) as connection:
        await connection.execute(insert(BooksAudit).values(values))


async def last_kept(engine: AsyncEngine, *, until: datetime | None = None) -> Row[Any] | None:
    """Return the row of the last audit, begun until then; None where there was none.

    Raises `DatabaseUnavailableError`.
    """
    last = _LAST if until is None else _LAST.where(BooksAudit.started_at <= until)
    async with reading(engine) as connection:
        return (await connection.execute(last)).one_or_none()


_LAST = select(*BooksAudit.__table__.columns).order_by(BooksAudit.id.desc()).limit(1)
