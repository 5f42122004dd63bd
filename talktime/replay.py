"""`talktime replay`: bring a database up to what the log of all events says."""

from __future__ import annotations

from datetime import UTC, datetime
from uuid import UUID

import click

from shared.bus.rabbit.logged import Span
from talktime.running import run_until_told, settings_for


def _moment(_ctx: click.Context, _param: click.Parameter, value: str | None) -> datetime | None:
    """A moment as ISO 8601 has it; of UTC, where no time zone is given."""
    if value is None:
        return None
    try:
        moment = datetime.fromisoformat(value)
    except ValueError as error:
        raise click.BadParameter(f"{value!r} is no moment such as 2030-01-31T18:30:00+01:00") from error
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)


@click.command()
@click.option(
    "--since",
    metavar="MOMENT",
    callback=_moment,
    help="Replay what was published since then: some time before the backup (ISO 8601).",
)
@click.option(
    "--until",
    metavar="MOMENT",
    callback=_moment,
    help="Replay what was published until then; until now, if it is not given.",
)
@click.option("--from-offset", type=click.IntRange(0), help="Begin at this number of the log; 0 is all of it.")
@click.option("--call", "call_id", type=click.UUID, help="Replay the events of this call alone.")
@click.option("--dry-run", is_flag=True, help="Change nothing, and say what would be done.")
@click.option("--json", "as_json", is_flag=True, help="Print JSON, for machines.")
def replay(
    since: datetime | None,
    until: datetime | None,
    from_offset: int | None,
    call_id: UUID | None,
    dry_run: bool,  # noqa: FBT001 - a flag of the command line
    as_json: bool,  # noqa: FBT001 - a flag of the command line
) -> None:
    """Carry out again what the log of all events (billing.log) has and the database has lost.

    For a database that was restored from a backup. What is there already is left alone, so that replaying too much,
    or twice, changes nothing. Exits with 1 where something was refused, and says why. `talktime run` keeps no log.
    """
    if (since is None) == (from_offset is None):
        raise click.UsageError("say where to begin: --since, or --from-offset")
    if since and until and until < since:
        raise click.UsageError("--until is before --since")
    span = Span(since=since, until=until, from_offset=from_offset)
    from talktime.replay_report import print_facts, print_report
    from talktime.replaying import replay_log

    done = run_until_told(replay_log(settings_for("replay"), span, call_id=call_id, dry_run=dry_run))
    if done is None:
        raise click.ClickException("stopped half-way: run it again, what was carried out is left alone then")
    tally, place = done
    (print_facts if as_json else print_report)(tally, place, dry_run=dry_run)
    if tally.total.refused:
        raise SystemExit(1)
