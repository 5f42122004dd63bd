"""How commands read their settings, do their work, and say in a sentence what kept them from it."""

from __future__ import annotations

import asyncio
import os
import sys
from collections.abc import Coroutine
from pathlib import Path
from typing import Any, TypeVar

import click

from shared import failpoints
from shared.bus.interface import BusError
from shared.database import DatabaseUnavailableError
from shared.production import Program
from shared.settings import Settings
from shared.settings_loading import SettingsError, load_settings, with_changes
from shared.tokens import KeyUnusableError
from talktime.logs import log_to_stderr
from talktime.migrate import MigrationError
from talktime.person import DoorError
from talktime.postgres import PostgresError
from talktime.serving import ProgramError, until_told

EXPECTED_ERRORS = (
    SettingsError,
    ProgramError,
    PostgresError,
    MigrationError,
    DatabaseUnavailableError,
    KeyUnusableError,
    DoorError,
    BusError,
)

Result = TypeVar("Result")


def settings_for(program: Program | None = None) -> Settings:
    """Return the settings of the environment, and log as they say. Raises `click.ClickException`."""
    try:
        settings = load_settings(os.environ, program)
    except SettingsError as error:
        raise click.ClickException(str(error)) from error
    log_to_stderr(settings.log_level, settings.log_format)
    failpoints.arm(settings.failpoints)
    return settings


def settings_of(data_dir: Path) -> Settings:
    """Return settings with the database of a `talktime run` that runs there. Raises `click.ClickException`."""
    from talktime.all_in_one import APP_ROLE, DATABASE
    from talktime.postgres_running import running_url

    try:
        url = running_url(data_dir.absolute() / "postgres", DATABASE, user=APP_ROLE)
    except PostgresError as error:
        raise click.ClickException(str(error)) from error
    return with_changes(settings_for(), database_url=url)


def run_until_told(work: Coroutine[Any, Any, Result]) -> Result | None:
    """Do the work; return its result, None where it was told to stop. Raises `click.ClickException`."""
    result: Result | None = None

    async def working() -> None:
        nonlocal result
        result = await work

    try:
        with asyncio.Runner(loop_factory=_loop_factory()) as runner:
            runner.run(until_told(working()))
    except EXPECTED_ERRORS as error:
        raise click.ClickException(str(error)) from error
    except TimeoutError as error:
        raise click.ClickException("no answer in time; the server's log may say why") from error
    except OSError as error:
        raise told(error) from error
    return result


def told(error: OSError) -> Exception:
    """Return the error as one line where a file is the trouble; anything else keeps its trace."""
    return click.ClickException(f"{error.filename}: {error.strerror}") if error.filename else error


def _loop_factory() -> Any:
    if sys.platform == "win32":
        return None
    import uvloop

    return uvloop.new_event_loop
