"""An audit at a terminal: done, kept, and told to people or to machines."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path

import click
import msgspec
from sqlalchemy.exc import ProgrammingError

from billing_worker.audit.auditing import Report, TooEarlyToSealError, audit
from billing_worker.audit.chain_files import ChainWriter, EarlierFileError, earlier_file
from billing_worker.audit.keeping import keep
from billing_worker.audit.seals import SEAL_AGE
from shared.clock import SystemClock
from shared.database import shown, sqlstate
from shared.money import format_minor
from shared.settings import Settings
from talktime.programs import database
from talktime.serving import ProgramError
from talktime.tables import print_table, printable

LINES_MAX = 50
"""Differences that people are told one by one; `--json` has more."""

_OTHER_SCHEMA = {"42P01", "42703"}
"""PostgreSQL, appendix A: undefined_table, undefined_column."""


async def look_through(
    settings: Settings, *, sealed_until: datetime | None, chains: Path | None, against: Sequence[Path]
) -> Report:
    """Audit, and keep what came of it. Raises `ProgramError`, `DatabaseUnavailableError`, `OSError`."""
    until = sealed_until or datetime.now(UTC) - SEAL_AGE
    with contextlib.ExitStack() as files:
        try:
            earlier = [files.enter_context(earlier_file(path)) for path in against]
            writer = files.enter_context(_writing(chains, until)) if chains else None
            async with database(settings) as engine:
                report = await audit(
                    engine,
                    clock=SystemClock(),
                    overdue=timedelta(seconds=settings.audit_overdue_seconds),
                    sealed_until=until,
                    earlier=earlier,
                    chains=writer,
                )
                await keep(engine, report)
        except (TooEarlyToSealError, EarlierFileError) as error:
            raise ProgramError(str(error)) from error
        except ProgrammingError as error:
            if sqlstate(error) not in _OTHER_SCHEMA:
                raise
            where = shown(settings.database_url)
            raise ProgramError(
                f"{where} is not at the newest schema: `talktime migrate` brings it there"
            ) from error
    return report


def print_json_of(report: Report) -> None:
    """Print all of it."""
    click.echo(msgspec.json.format(msgspec.json.encode(report), indent=2))


def print_report(report: Report, currency: str) -> None:
    """Print what was looked at, what everybody has, and each difference in a line."""
    seconds = (report.finished_at - report.started_at).total_seconds()
    looked = (
        f"{report.entries} entries of {report.wallets} wallets, {report.calls} calls, {report.payments} payments"
    )
    click.echo(f"Looked at {looked} in {seconds:.1f} s.\n")
    money = {"balances": report.balances_minor, "earnings": report.earnings_minor, **report.houses}
    print_table(["ACCOUNT", "HAS"], [(name, format_minor(amount, currency)) for name, amount in money.items()])
    click.echo(f"\nSealed until {report.sealed_until.isoformat()}: {report.seal}\n")
    if not report.differences:
        click.echo("The books are in order.")
        return
    click.echo(f"{report.differences} {'difference' if report.differences == 1 else 'differences'}:")
    for each in report.found[:LINES_MAX]:
        click.echo(f"  {printable(each.line)}")
    if report.differences > LINES_MAX:
        click.echo(f"  and {report.differences - LINES_MAX} more; --json tells up to a thousand.")


@contextlib.contextmanager
def _writing(path: Path, until: datetime) -> Iterator[ChainWriter]:
    with path.open("wb") as file:
        yield ChainWriter(file, until)
