"""`talktime`: run the product or one of its programs, and look after an installation."""

from __future__ import annotations

import sys
import urllib.error
import urllib.request
from pathlib import Path
from typing import get_args

import click

from shared.settings import Settings
from shared.settings_loading import with_changes
from shared.tokens import KeyUnusableError
from talktime.audit import audit
from talktime.dead_letters import dead_letters
from talktime.demo import TALK_SECONDS, play
from talktime.keys import RotationError, Step, rotate_signing_key, rotate_ticket_secret, rotate_turn_secret
from talktime.keys import generate_keys as make_keys
from talktime.migrate import migrate as bring_up_to_date
from talktime.replay import replay
from talktime.running import run_until_told, settings_for, settings_of, told

HEALTH_SECONDS_MAX = 3
STEPS = click.Choice(get_args(Step))
DEFAULT_URL = Settings().public_url


@click.group(context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="talktime")
def talktime() -> None:
    """Sell video calls by the minute.

    Settings come from the environment (TALKTIME_…); .env.example lists them all.
    """


talktime.add_command(audit)
talktime.add_command(dead_letters)
talktime.add_command(replay)


@talktime.command()
@click.option("--data-dir", type=click.Path(file_okay=False, path_type=Path), default=Path(".talktime"),
              show_default=True, help="Where database and secrets are kept.")  # fmt: skip
@click.option("--port", type=click.IntRange(0, 65_535), help="Port to listen on; 0 takes a free one.")
@click.option("--demo-accounts", is_flag=True, help="Make two accounts with some credit.")
def run(data_dir: Path, port: int | None, demo_accounts: bool) -> None:  # noqa: FBT001 - a flag of the command line
    """Run the whole product in one process, with nothing to install."""
    from talktime.all_in_one import run_all

    settings = settings_for()
    if port is not None:
        settings = with_changes(settings, api_port=port)
    run_until_told(run_all(settings, data_dir.absolute(), with_demo_accounts=demo_accounts))


@talktime.command()
def api() -> None:
    """Run the REST API."""
    from talktime.programs import run_api

    run_until_told(run_api(settings_for("api")))


@talktime.command()
def signaling() -> None:
    """Run a signaling node."""
    from talktime.programs import run_signaling

    run_until_told(run_signaling(settings_for("signaling")))


@talktime.command()
def worker() -> None:
    """Run a billing worker."""
    from talktime.programs import run_worker

    run_until_told(run_worker(settings_for("worker")))


@talktime.command()
def migrate() -> None:
    """Bring the database to the newest schema."""
    settings = settings_for("migrate")
    if not settings.database_owner_url:
        raise click.ClickException("TALKTIME_DATABASE_OWNER_URL is not set: it names the role that owns the tables")
    run_until_told(bring_up_to_date(settings.database_owner_url, settings.database_url))
    click.echo("The database is up to date.")


@talktime.command("create-operator")
@click.argument("login")
@click.option("--email", help="Make a new account, with this e-mail address.")
@click.option("--password-stdin", is_flag=True, help="Read the new account's password from standard input.")
@click.option("--remove", is_flag=True, help="Take the rights away, and end the operator's sessions.")
@click.option("--data-dir", type=click.Path(file_okay=False, path_type=Path),
              help="The data folder of `talktime run`, which must be running.")  # fmt: skip
def create_operator(
    login: str,
    email: str | None,
    password_stdin: bool,  # noqa: FBT001 - a flag of the command line
    remove: bool,  # noqa: FBT001 - a flag of the command line
    data_dir: Path | None,
) -> None:
    """Make LOGIN an operator: the user name or e-mail address of an account or, with --email, a new user name.

    The password of a new account is asked for on the terminal.
    """
    from talktime.operators import appoint, dismiss, make

    settings = settings_for("create-operator") if data_dir is None else settings_of(data_dir)
    if remove:
        run_until_told(dismiss(settings, login))
    elif email is None:
        run_until_told(appoint(settings, login))
    else:
        password = sys.stdin.readline().rstrip("\r\n") if password_stdin else _asked_password()
        run_until_told(make(settings, login, email, password))


@talktime.command()
@click.option("--url", default=DEFAULT_URL, show_default=True, help="Where the API is reached.")
@click.option("--signaling-url", help="Where signaling is reached, if not where the API says.")
@click.option("--talk-seconds", type=click.FloatRange(0, 3_600), default=TALK_SECONDS, show_default=True)
def demo(url: str, signaling_url: str | None, talk_seconds: float) -> None:
    """Play a paid call between two new people against a running server."""
    run_until_told(play(url, signaling_url, click.echo, talk_seconds=talk_seconds))


@talktime.command("generate-keys")
@click.argument("folder", type=click.Path(file_okay=False, path_type=Path))
@click.option("--signing-key", type=STEPS, help="Do this step towards another signing key (docs/secrets.md).")
@click.option("--turn-secret", type=STEPS, help="Do this step towards another TURN secret.")
@click.option("--ticket-secret", type=STEPS, help="Do this step towards another secret of call tickets.")
def generate_keys(
    folder: Path, signing_key: Step | None, turn_secret: Step | None, ticket_secret: Step | None
) -> None:
    """Make an installation's secrets in FOLDER; what is there is kept."""
    try:
        for path in make_keys(folder):
            click.echo(f"made {path}")
        if signing_key:
            click.echo(f"changed {rotate_signing_key(folder, signing_key)}")
        if turn_secret:
            click.echo(f"changed {rotate_turn_secret(folder, turn_secret)}")
        if ticket_secret:
            click.echo(f"changed {rotate_ticket_secret(folder, ticket_secret)}")
    except OSError as error:
        raise told(error) from error
    except (RotationError, KeyUnusableError) as error:
        raise click.ClickException(str(error)) from error


@talktime.command()
@click.argument("url")
def health(url: str) -> None:
    """Ask a health address; exit with 0 where all is well, 1 otherwise."""
    if not url.startswith(("http://", "https://")):
        raise click.ClickException("the address must begin with http:// or https://")
    try:
        with urllib.request.urlopen(url, timeout=HEALTH_SECONDS_MAX) as answer:  # noqa: S310 - checked above
            click.echo(answer.read().decode())
    except (urllib.error.URLError, TimeoutError, OSError) as error:
        raise click.ClickException(f"{url}: {error}") from error


def _asked_password() -> str:
    return str(click.prompt("Password of the new account", hide_input=True, confirmation_prompt=True))
