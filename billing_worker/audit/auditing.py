"""One look through all books."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from msgspec import Struct
from sqlalchemy.ext.asyncio import AsyncEngine

from billing_worker.audit.asking import ask
from billing_worker.audit.call_checks import CALL_QUESTIONS
from billing_worker.audit.chain_files import ChainWriter, Earlier
from billing_worker.audit.differences import Difference, Differences
from billing_worker.audit.ledger_checks import LEDGER_QUESTIONS
from billing_worker.audit.payment_checks import PAYMENT_QUESTIONS
from billing_worker.audit.price_checks import PRICE_QUESTIONS
from billing_worker.audit.seals import SEAL_AGE, Sealing
from billing_worker.audit.snapshot import Snapshot, snapshot
from billing_worker.audit.walking import Walk
from shared.clock import Clock

QUESTIONS = (*LEDGER_QUESTIONS, *CALL_QUESTIONS, *PAYMENT_QUESTIONS, *PRICE_QUESTIONS)


class TooEarlyToSealError(Exception):
    """The moment has not passed for long enough: something before it may still be on its way into the books."""


class Report(Struct, frozen=True, kw_only=True):
    """What an audit came to.

    `balances_minor` and `earnings_minor` is what all accounts have, `houses` what each house account has taken in.
    Of the `differences`, all counted, `found` has the first thousand. `seal` is of everything that was booked
    before `sealed_until`, in hexadecimal digits.
    """

    started_at: datetime
    finished_at: datetime
    wallets: int
    entries: int
    calls: int
    payments: int
    balances_minor: int
    earnings_minor: int
    houses: dict[str, int]
    differences: int
    found: list[Difference]
    sealed_until: datetime
    seal: str


async def audit(
    engine: AsyncEngine,
    *,
    clock: Clock,
    overdue: timedelta,
    sealed_until: datetime | None = None,
    earlier: Sequence[Earlier] = (),
    chains: ChainWriter | None = None,
) -> Report:
    """Look through the books of this moment.

    A call should be settled at the latest `overdue` after its lease. Everything booked before `sealed_until`, ten
    minutes ago where it is not given, is sealed; `earlier` seals are made again and compared; `chains` writes where
    each wallet's ends. Raises `DatabaseUnavailableError`, `TooEarlyToSealError`, `chain_files.EarlierFileError`.
    """
    newest = clock.now() - SEAL_AGE
    sealing = chains.sealing if chains else Sealing(sealed_until or newest)
    if sealing.until > newest:
        raise TooEarlyToSealError(f"{sealing.until.isoformat()} was not {SEAL_AGE} ago: too early to seal it")
    async with snapshot(engine) as books:
        report = await look_through(books, sealing, clock=clock, overdue=overdue, earlier=earlier)
    if chains:
        chains.finish()
    return report


async def look_through(
    books: Snapshot, sealing: Sealing, *, clock: Clock, overdue: timedelta, earlier: Sequence[Earlier] = ()
) -> Report:
    """Look through these books, as `audit` does."""
    started_at, found = clock.now(), Differences()
    walk = Walk(books, found, [sealing, *(each.sealing for each in earlier)])
    await walk.go()
    for question in QUESTIONS:
        await ask(books, question, found, overdue_before=started_at - overdue)
    counts = await _counts(books)
    for each in earlier:
        each.finish(found)
    return Report(
        started_at=started_at,
        finished_at=clock.now(),
        wallets=walk.wallets,
        **counts,
        differences=found.count,
        found=found.kept,
        sealed_until=sealing.until,
        seal=sealing.seal.hex(),
    )


async def _counts(books: Snapshot) -> dict[str, Any]:
    totals = "SELECT coalesce(sum({}), 0) FROM wallets"
    return {
        "entries": await books.number("SELECT count(*) FROM ledger_entries"),
        "calls": await books.number("SELECT count(*) FROM calls"),
        "payments": await books.number("SELECT count(*) FROM payments"),
        "balances_minor": await books.number(totals.format("balance_minor")),
        "earnings_minor": await books.number(totals.format("earned_minor")),
        "houses": {row.house: int(row.total) async for row in books.rows(_HOUSES)},
    }


_HOUSES = """
    SELECT house, sum(amount_minor) AS total FROM ledger_entries
     WHERE house IS NOT NULL GROUP BY house ORDER BY house
"""
