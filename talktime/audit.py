"""`talktime audit`: look through all books, and say what does not fit."""

from __future__ import annotations

import logging
import sys
from datetime import datetime
from pathlib import Path

import click

from talktime.moments import moment
from talktime.running import run_until_told, settings_for, settings_of

DIFFERENT, NOT_LOOKED = 1, 2
"""Exit status: something does not fit; the books could not be looked through."""
log = logging.getLogger(__name__)

FILE = click.Path(dir_okay=False, path_type=Path)


class NotLookedError(click.ClickException):
    """The books could not be looked through; that is not to be taken for a difference in them."""

    exit_code = NOT_LOOKED


@click.command()
@click.option("--json", "as_json", is_flag=True, help="Print JSON, for machines.")
@click.option(
    "--against",
    multiple=True,
    type=FILE,
    help="What --json printed, or --chains wrote, on an earlier day: nothing before it must have changed.",
)
@click.option(
    "--sealed-until",
    metavar="MOMENT",
    callback=moment,
    help="Seal what was booked before this (ISO 8601); ten minutes ago, if it is not given.",
)
@click.option(
    "--chains", type=FILE, help="Write to this file where each wallet's entries end, for a later --against."
)
@click.option(
    "--data-dir",
    type=click.Path(file_okay=False, path_type=Path),
    help="The data folder of `talktime run`, which must be running.",
)
def audit(
    as_json: bool,  # noqa: FBT001 - a flag of the command line
    against: tuple[Path, ...],
    sealed_until: datetime | None,
    chains: Path | None,
    data_dir: Path | None,
) -> None:
    """Look through all books: every entry, call and payment, and what they come to.

    Exits with 0 where all fits, 1 where something does not, 2 where that could not be seen. docs/money.md says what
    is looked at, and what a seal proves.
    """
    from talktime.auditing import look_through, print_json_of, print_report

    try:
        settings = settings_for("audit") if data_dir is None else settings_of(data_dir)
        report = run_until_told(look_through(settings, sealed_until=sealed_until, chains=chains, against=against))
    except click.ClickException as error:
        raise NotLookedError(error.message) from error
    except Exception as error:
        # Python would end with 1, which is a difference.
        log.exception("The audit failed")
        raise NotLookedError(f"it failed, as is said above: {type(error).__name__}") from error
    if report is None:
        raise NotLookedError("it was stopped before its end")
    if as_json:
        print_json_of(report)
    else:
        print_report(report, settings.currency)
    sys.exit(DIFFERENT if report.differences else 0)
