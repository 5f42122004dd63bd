"""Reads the files of keys and secrets again while a program runs, so that none must be restarted for a new one."""

from __future__ import annotations

import asyncio
import contextlib
import logging
import os
from collections.abc import AsyncIterator, Callable, Mapping

from shared.production import Program
from shared.settings import Settings
from shared.settings_loading import PREFIX, SettingsError, load_settings, with_changes
from shared.tokens import KeyUnusableError
from talktime.serving import ProgramError

RENEWABLE = (
    "token_signing_key", "token_verify_keys", "turn_secrets", "sandbox_webhook_secrets", "stripe_api_key",
    "stripe_webhook_secrets", "ticket_secrets",
)  # fmt: skip
"""Nothing else of the settings changes before the next start."""

log = logging.getLogger(__name__)

Take = Callable[[Settings], None]
"""Goes on with the secrets of these settings, or raises one of `REFUSALS` and has changed nothing."""
REFUSALS = (SettingsError, KeyUnusableError, ProgramError)


class Renewal:
    """What a program has, and what it finds."""

    def __init__(self, program: Program, settings: Settings, take: Take, environ: Mapping[str, str]) -> None:
        self._program = program
        self._settings = settings
        self._take = take
        self._environ = environ
        self._told = ""

    def look(self) -> None:
        """Take what is new, all of it or, where something is wrong with it, nothing; either is logged once."""
        try:
            self._take_what_is_new()
            self._told = ""
        except REFUSALS as error:
            self._tell("; ".join(str(error).splitlines()))
        except Exception as error:  # noqa: BLE001 - the task that looks must live on
            # A bug, but the next file may be good; the error's own words may be those of a secret.
            self._tell(type(error).__name__)

    def _take_what_is_new(self) -> None:
        found = load_settings(self._environ, self._program)
        new = [name for name in RENEWABLE if getattr(found, name) != getattr(self._settings, name)]
        if new:
            changed = with_changes(self._settings, **{name: getattr(found, name) for name in new})
            self._take(changed)
            self._settings = changed
            log.info("Read anew: %s", ", ".join(PREFIX + name.upper() for name in new))

    def _tell(self, fault: str) -> None:
        if self._told != fault:
            log.error("New secrets are not taken, the old ones stay: %s", fault)
        self._told = fault


@contextlib.asynccontextmanager
async def renewing(program: Program, settings: Settings, take: Take) -> AsyncIterator[None]:
    """Look every `secrets_reread_seconds` while the block runs."""
    renewal = Renewal(program, settings, take, os.environ.copy())

    async def look_again_and_again() -> None:
        while True:
            await asyncio.sleep(settings.secrets_reread_seconds)
            renewal.look()

    looking = asyncio.create_task(look_again_and_again(), name="renewing secrets")
    try:
        yield
    finally:
        looking.cancel()
