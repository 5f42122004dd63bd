"""A running Talktime for journeys: three programs around PostgreSQL and RabbitMQ, or all in one process."""

from __future__ import annotations

import asyncio
import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

import asyncpg
import httpx

from shared.tokens import new_signing_key, public_pem
from talktime.person import Doors, Person
from tests.harness.databases import Database
from tests.harness.ports import free_port
from tests.harness.programs import Program, Programs

MINUTE_MS = 2_000
PRICE_MINOR = 10
PASSWORD = "a long enough password"
SHORT_MINUTES = {
    # All that they can say: every line is searched for secrets (G8).
    "TALKTIME_LOG_LEVEL": "DEBUG",
    "TALKTIME_MINUTE_MS": str(MINUTE_MS),
    "TALKTIME_RENEW_LEAD_MS": "1500",
    "TALKTIME_PRICE_MINOR": str(PRICE_MINOR),
    "TALKTIME_RING_MS_MAX": "1500",
    "TALKTIME_CONNECT_MS_MAX": "1500",
    # Everybody in these stories comes from one address.
    "TALKTIME_REGISTRATION_LIMIT_ADDRESS": "10000/1",
}


@dataclass
class Installation:
    """Its doors, its programs by name, and people on demand."""

    doors: Doors
    http: httpx.AsyncClient
    running: dict[str, Program] = field(default_factory=dict)
    data_dir: Path | None = None
    """Where all of it is kept, where it is one process."""

    async def person(self, name: str = "person", *, money_minor: int = 0) -> Person:
        """Return a new person, logged in, with this much money paid in."""
        person = await Person.register(self.doors, self.http, f"{name}-{secrets.token_hex(4)}", PASSWORD)
        if money_minor:
            await person.top_up(money_minor)
        return person


@dataclass
class Separate(Installation):
    """Three programs, each its own process."""

    database: Database | None = None
    environments: dict[str, Mapping[str, str]] = field(default_factory=dict)
    launcher: Programs | None = None

    @classmethod
    async def start(
        cls,
        launcher: Programs,
        database: Database,
        rabbitmq_url: str,
        http: httpx.AsyncClient,
        *,
        names: tuple[str, ...] = ("api", "signaling", "worker"),
        changes: Mapping[str, str] | None = None,
    ) -> Separate:
        """Start the programs and return when each is ready."""
        api_port, signaling_port = free_port(), free_port()
        key = new_signing_key()
        common = {
            **SHORT_MINUTES,
            "TALKTIME_DATABASE_URL": database.app_url,
            "TALKTIME_RABBITMQ_URL": rabbitmq_url,
            "TALKTIME_PUBLIC_URL": f"http://127.0.0.1:{api_port}",
            "TALKTIME_SIGNALING_URL": f"ws://127.0.0.1:{signaling_port}/ws",
            "TALKTIME_API_PORT": str(api_port),
            "TALKTIME_SIGNALING_PORT": str(signaling_port),
            "TALKTIME_WORKER_PORT": "0",
            "TALKTIME_TOKEN_VERIFY_KEYS": public_pem(key),
            "TALKTIME_SANDBOX_WEBHOOK_SECRETS": secrets.token_urlsafe(32),
            **(changes or {}),
        }
        made = cls(
            Doors.of(f"http://127.0.0.1:{api_port}", f"http://127.0.0.1:{signaling_port}"),
            http,
            database=database,
            environments={
                "api": common | {"TALKTIME_TOKEN_SIGNING_KEY": key},
                "signaling": common,
                "worker": common,
            },
            launcher=launcher,
        )
        await asyncio.gather(*(made.launch(name) for name in names))
        return made

    async def launch(self, name: str) -> Program:
        """Start one of the programs, again if need be, `signaling-2` being one more; return when it is ready."""
        assert self.launcher is not None
        command, _, _ = name.partition("-")
        self.running[name] = await self.launcher.talktime(command, env=self.environments[name])
        address = await self.running[name].says(r"is ready at (\S+)")
        await self.running[name].answers(f"{address[1]}/health/ready")
        return self.running[name]

    async def one_more_signaling(self, name: str) -> Doors:
        """Start another signaling process; return the doors of who is connected to that one."""
        port = free_port()
        self.environments[name] = {**self.environments["signaling"], "TALKTIME_SIGNALING_PORT": str(port)}
        await self.launch(name)
        return Doors.of(self.doors.api_url, f"http://127.0.0.1:{port}")

    async def fetch(self, query: str, *arguments: object) -> list[asyncpg.Record]:
        """Return rows of the database, to look behind the doors."""
        assert self.database is not None
        connection = await asyncpg.connect(self.database.owner_url)
        try:
            return list(await connection.fetch(query, *arguments))
        finally:
            await connection.close()

    async def execute(self, statements: str) -> None:
        """Change the database as its owner."""
        assert self.database is not None
        connection = await asyncpg.connect(self.database.owner_url)
        try:
            await connection.execute(statements)
        finally:
            await connection.close()

    async def books_are_right(self) -> None:
        """B8: every wallet is the sum of its entries, all entries sum to zero, nothing is held for nobody."""
        wrong = await self.fetch(
            """
            SELECT w.account_id FROM wallets w
             WHERE balance_minor <> (SELECT coalesce(sum(amount_minor), 0) FROM ledger_entries e
                                      WHERE e.wallet_id = w.account_id AND purse = 'credit')
                OR held_minor <> (SELECT coalesce(sum(minutes_held * price_minor), 0) FROM calls c
                                   WHERE c.caller_id = w.account_id AND settled_at IS NULL)
                OR (in_call_id IS NOT NULL AND in_call_id NOT IN (SELECT id FROM calls WHERE settled_at IS NULL))
            """
        )
        assert wrong == []
        assert (await self.fetch("SELECT coalesce(sum(amount_minor), 0) AS sum FROM ledger_entries"))[0]["sum"] == 0


async def start_all_in_one(
    launcher: Programs, folder: Path, http: httpx.AsyncClient, *, changes: Mapping[str, str] | None = None
) -> Installation:
    """Start `talktime run` on a fresh data folder and a free port."""
    env = {**SHORT_MINUTES, **(changes or {})}
    program = await launcher.talktime("run", "--port", "0", "--data-dir", str(folder), env=env)
    ready = await program.says(r"Talktime is ready at (\S+)")
    return Installation(Doors.of(ready[1]), http, {"run": program}, folder)
