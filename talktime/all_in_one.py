"""The whole product in one process, on one port, with nothing to install: to try it, and to develop against."""

from __future__ import annotations

import contextlib
import logging
import os
import shutil
import sys
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

import api.app
import api.page.built_page
import signaling.app
import signaling.server
from billing_worker.app import BillingWorker
from shared.bus.memory import MemoryBus
from shared.clock import SystemClock
from shared.settings import Settings
from shared.settings_loading import with_changes
from talktime.demo_accounts import DemoAccount, demo_accounts
from talktime.journals import journal
from talktime.keys import SIGNING_KEY, WEBHOOK_SECRET, generate_keys
from talktime.migrate import migrate
from talktime.person import Doors
from talktime.postgres import ManagedPostgres
from talktime.programs import database, live, verifier, with_node
from talktime.serving import ProgramError, address_of, listen, serving

log = logging.getLogger(__name__)

DATABASE = "talktime"
APP_ROLE = "talktime_app"
DEFAULT_URL = Settings().public_url

Asgi = Callable[[Any, Any, Any], Awaitable[None]]


async def run_all(settings: Settings, folder: Path, *, with_demo_accounts: bool) -> None:
    """Run everything until stopped; all state is in `folder`.

    Raises `ProgramError`, `talktime.postgres.PostgresError`, `talktime.person.DoorError`.
    """
    listener = listen(settings.host, settings.api_port)
    url = address_of(listener)
    async with contextlib.AsyncExitStack() as stack:
        postgres = await stack.enter_async_context(ManagedPostgres.in_folder(folder / "postgres"))
        settings = with_node(_completed(settings, folder, url, postgres), listener)
        await postgres.create_database(DATABASE)
        await migrate(settings.database_owner_url, settings.database_url)

        clock = SystemClock()
        engine = await stack.enter_async_context(database(settings))
        bus = MemoryBus()
        await bus.start()
        stack.push_async_callback(bus.close)
        worker = BillingWorker(settings, engine=engine, bus=bus, clock=clock)
        await worker.start()
        stack.push_async_callback(worker.stop)
        journal_folder = Path(settings.journal_folder) if settings.journal_folder else folder / "journal"
        events = await stack.enter_async_context(journal(settings, journal_folder))
        verifies = verifier(settings)
        sockets = signaling.app.create_app(settings, bus=bus, verifier=verifies, clock=clock, journal=events)
        rest = api.app.create_app(settings, engine=engine, clock=clock, internal_url=url)
        config = signaling.server.server_config(on_one_port(rest, sockets), settings, lifespan="on")
        await stack.enter_async_context(serving(config, listener))
        await stack.enter_async_context(live(sockets.service))
        accounts = await demo_accounts(Doors.of(url), engine, folder) if with_demo_accounts else []
        _greet(url, accounts)
        await postgres.wait()
        raise ProgramError("the managed PostgreSQL ended by itself; its log is in the data folder")


def on_one_port(rest: Asgi, sockets: Asgi) -> Asgi:
    """Return one application: WebSockets go to signaling, everything else to the API."""

    async def app(scope: Any, receive: Any, send: Any) -> None:
        await (sockets if scope["type"] == "websocket" else rest)(scope, receive, send)

    return app


def _completed(settings: Settings, folder: Path, url: str, postgres: ManagedPostgres) -> Settings:
    """What the environment leaves open is found in the data folder or made there."""
    generate_keys(folder)
    return with_changes(
        settings,
        database_owner_url=postgres.url(DATABASE),
        database_url=postgres.url(DATABASE, user=APP_ROLE),
        **(_addresses(settings, url) if settings.public_url == DEFAULT_URL else {}),
        token_signing_key=settings.token_signing_key or (folder / SIGNING_KEY).read_text(),
        sandbox_webhook_secrets=settings.sandbox_webhook_secrets or ((folder / WEBHOOK_SECRET).read_text(),),
    )


def _addresses(settings: Settings, url: str) -> dict[str, object]:
    """Return where this process is; to a browser, the machine's other name for itself is another origin."""
    localhost = url.replace("//127.0.0.1:", "//localhost:")
    return {"public_url": url, "allowed_origins": settings.allowed_origins or (localhost,)}


def _this_command() -> str:
    """Return what to type for `talktime` where this process was started."""
    typed = Path(sys.argv[0])
    if typed.name != "talktime":
        return f"{Path(sys.executable).name} -m talktime"
    return "talktime" if shutil.which("talktime") else os.path.relpath(typed)


def _greet(url: str, accounts: list[DemoAccount]) -> None:
    print(f"\nTalktime is ready at {url}")
    print(f"  {_what_to_do_there(accounts)}")
    print(f"  interactive API documentation   {url}/docs")
    for account in accounts:
        print(f"  demo account                    {account.user_name} / {account.password}")
    print(
        f"  watch a paid call               {_this_command()} demo{'' if url == DEFAULT_URL else f' --url {url}'}"
    )
    print("  stop                            Ctrl-C\n", flush=True)


def _what_to_do_there(accounts: list[DemoAccount]) -> str:
    if not (api.page.built_page.BUILT / "index.html").exists():
        return "its browser client is not built: `make web` does that, for the next start"
    names = " and ".join(f"as {account.user_name}" for account in accounts)
    return f"open it in two browser windows and log in {names}" if len(accounts) > 1 else "open it in a browser"
