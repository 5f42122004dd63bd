"""`talktime dead-letters`: what could not be processed, and what is to become of it."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import AbstractAsyncContextManager
from typing import Any

import click
import msgspec

from shared.bus.rabbit.dead_letters import LETTERS_MAX, DeadLetterBox, open_dead_letters
from shared.bus.rabbit.letters import Letter, can_be_sent_again
from shared.settings import Settings
from talktime.running import run_until_told, settings_for
from talktime.serving import ProgramError
from talktime.tables import plain, print_json, print_table, printable

COLUMNS = ("ID", "TYPE", "CALL", "REASON", "WHEN", "TIMES")


@click.group("dead-letters")
def dead_letters() -> None:
    """Look through messages that could not be processed; send them again, or drop them.

    They are RabbitMQ's: `talktime run`, which has none, has no dead letters either.
    """


@dead_letters.command("list")
@click.option("--json", "as_json", is_flag=True, help="Print JSON, for machines.")
def list_letters(as_json: bool) -> None:  # noqa: FBT001 - a flag of the command line
    """List them, oldest first: what each is, why it is here, and how often it has been."""
    run_until_told(_list(settings_for("dead-letters"), as_json=as_json))


@dead_letters.command()
@click.argument("letter_id", metavar="ID")
@click.option("--json", "as_json", is_flag=True, help="Print JSON, for machines.")
def show(letter_id: str, as_json: bool) -> None:  # noqa: FBT001 - a flag of the command line
    """Show all there is of one: headers, and the body."""
    run_until_told(_show(settings_for("dead-letters"), letter_id, as_json=as_json))


@dead_letters.command()
@click.argument("letter_ids", metavar="[ID]...", nargs=-1)
@click.option("--all", "all_of_them", is_flag=True, help="Send all, or all with a --reason.")
@click.option("--reason", help="With --all: only those with this text in their reason.")
def requeue(letter_ids: Sequence[str], all_of_them: bool, reason: str | None) -> None:  # noqa: FBT001 - a flag
    """Send them to the queue they came from again, once the cause is mended.

    Processing one twice changes nothing. One that fails again comes back, and is counted.
    """
    if bool(letter_ids) == all_of_them:
        raise click.UsageError("name the letters to send, or --all of them")
    if reason is not None and not all_of_them:
        raise click.UsageError("--reason goes with --all")
    run_until_told(_requeue(settings_for("dead-letters"), letter_ids, reason=reason))


@dead_letters.command()
@click.argument("letter_ids", metavar="ID...", nargs=-1, required=True)
@click.option("--yes", is_flag=True, help="Do not ask.")
def drop(letter_ids: Sequence[str], yes: bool) -> None:  # noqa: FBT001 - a flag of the command line
    """Drop them for good. The stream billing.log still has those that came by an exchange."""
    settings = settings_for("dead-letters")
    if not yes:
        # Asked with nothing held: somebody may think about it for long.
        chosen = run_until_told(_chosen(settings, letter_ids)) or []
        print_table(COLUMNS, [_row(letter) for letter in chosen])
        click.confirm(f"Drop {len(chosen)} for good?", abort=True)
    run_until_told(_drop(settings, letter_ids))


async def _list(settings: Settings, *, as_json: bool) -> None:
    async with _box(settings) as box:
        letters, has_more = box.letters, box.has_more
    if as_json:
        print_json([_facts(letter) for letter in letters])
    elif letters:
        print_table(COLUMNS, [_row(letter) for letter in letters])
    else:
        click.echo("There are no dead letters.")
    if has_more:
        click.echo(f"There are more: these are the first {LETTERS_MAX}.", err=True)


async def _show(settings: Settings, letter_id: str, *, as_json: bool) -> None:
    for letter in await _chosen(settings, [letter_id]):
        if as_json:
            print_json(
                _facts(letter) | {"properties": letter.properties, "headers": letter.headers, "body": _body(letter)}
            )
            continue
        about = {**_facts(letter), **letter.properties, **letter.headers}
        for name, value in plain(about).items():
            click.echo(f"{name:<18} {printable(str(value))}")
        click.echo()
        click.echo(_pretty(letter))


async def _requeue(settings: Settings, letter_ids: Sequence[str], *, reason: str | None) -> None:
    async with _box(settings) as box:
        chosen = (
            _named(box, letter_ids)
            if letter_ids
            else [each for each in box.letters if (reason or "") in each.reason]
        )
        known = [letter for letter in chosen if can_be_sent_again(letter)]
        left = await box.send_again(known) + [letter for letter in chosen if letter not in known]
        has_more = box.has_more
    click.echo(f"{len(chosen) - len(left)} sent again.")
    if has_more:
        click.echo(f"Only the first {LETTERS_MAX} were looked at: run it again for the others.", err=True)
    if left:
        raise ProgramError("; ".join(f"{letter.id} stays: no queue {letter.queue!r} takes it" for letter in left))


async def _drop(settings: Settings, letter_ids: Sequence[str]) -> None:
    async with _box(settings) as box:
        chosen = _named(box, letter_ids)
        await box.drop(chosen)
    click.echo(f"{len(chosen)} dropped.")


async def _chosen(settings: Settings, letter_ids: Sequence[str]) -> list[Letter]:
    async with _box(settings) as box:
        return _named(box, letter_ids)


def _box(settings: Settings) -> AbstractAsyncContextManager[DeadLetterBox]:
    return open_dead_letters(
        settings.rabbitmq_url, publish_timeout_ms=settings.publish_timeout_ms, program="talktime dead-letters"
    )


def _named(box: DeadLetterBox, letter_ids: Sequence[str]) -> list[Letter]:
    """Return the letters of these ids, several of one where it was parked twice. Raises `ProgramError`."""
    if missing := [each for each in letter_ids if each not in {letter.id for letter in box.letters}]:
        raise ProgramError(f"there is no dead letter {', '.join(missing)}: nothing was done")
    return [letter for letter in box.letters if letter.id in letter_ids]


def _row(letter: Letter) -> tuple[object, ...]:
    when = letter.failed_at and letter.failed_at.isoformat(sep=" ", timespec="seconds")
    return letter.id, letter.type, letter.call_id, letter.reason, when, letter.times


def _facts(letter: Letter) -> dict[str, Any]:
    return {
        "id": letter.id,
        "type": letter.type,
        "call_id": letter.call_id,
        "reason": letter.reason,
        "failed_at": letter.failed_at,
        "times": letter.times,
        "queue": letter.queue,
    }


def _body(letter: Letter) -> Any:
    try:
        return msgspec.json.decode(letter.body)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return letter.body


def _pretty(letter: Letter) -> str:
    body = _body(letter)
    if isinstance(body, bytes):
        return printable(str(plain(body)))
    return printable(msgspec.json.format(letter.body, indent=2).decode())
