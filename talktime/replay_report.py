"""What a replay came to, printed."""

from __future__ import annotations

import click
import msgspec

from billing_worker.replay.tally import Counts, Tally
from shared.bus.rabbit.logged import Place
from talktime.tables import print_json, print_table

COLUMNS = ("TYPE", "SEEN", "ALREADY APPLIED", "NEWLY APPLIED", "REFUSED")
REFUSED_SHOWN = 20


def print_report(tally: Tally, place: Place, *, dry_run: bool) -> None:
    """Print tables for people: what became of the events of each type, and what was refused for which reason."""
    rows = [(name, *_cells(counts)) for name, counts in sorted(tally.types.items())]
    print_table(COLUMNS, [*rows, ("all", *_cells(tally.total))])
    if tally.reasons:
        click.echo()
        print_table(("REFUSED", "REASON"), [(many, reason) for reason, many in sorted(tally.reasons.items())])
        click.echo()
        shown = tally.refused[:REFUSED_SHOWN]
        print_table(
            ("OFFSET", "TYPE", "ID", "CALL", "REASON"),
            [(each.offset, each.type, each.message_id, each.call_id, each.reason) for each in shown],
        )
        if tally.total.refused > len(shown):
            click.echo(f"… and {tally.total.refused - len(shown)} more: see --json")
    click.echo()
    if place.begins_cut_off:
        click.echo(f"The log begins with offset {place.first}: what was before it has expired.")
    changed = f"{tally.wallets_changed} wallet(s)"
    click.echo(f"Dry run: {changed} would change; nothing did." if dry_run else f"{changed} changed.")


def _cells(counts: Counts) -> tuple[int, int, int, int]:
    return counts.seen, counts.already_applied, counts.newly_applied, counts.refused


def print_facts(tally: Tally, place: Place, *, dry_run: bool) -> None:
    """Print the same as JSON."""
    print_json(
        {
            "dry_run": dry_run,
            "types": {name: msgspec.to_builtins(counts) for name, counts in sorted(tally.types.items())},
            "total": msgspec.to_builtins(tally.total),
            "reasons": dict(sorted(tally.reasons.items())),
            "refused": [msgspec.to_builtins(each) for each in tally.refused],
            "wallets_changed": tally.wallets_changed,
            "first_offset": place.first,
            "next_offset": place.next_offset,
            "begins_cut_off": place.begins_cut_off,
        }
    )
