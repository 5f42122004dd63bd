"""The whole product as people run it, for its faults: own broker, own database, a proxy on each link."""

from __future__ import annotations

import asyncio
import os
import resource
import secrets
import shutil
from collections.abc import Mapping
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import asyncpg
import httpx
import msgspec

from shared.settings import Settings
from shared.tokens import new_signing_key, public_pem
from tests.faults.database import PrivateDatabase
from tests.faults.proxy import Proxy, to_port, to_socket
from tests.harness.broker import Broker
from tests.harness.leftovers import make_folder
from tests.harness.ports import free_port
from tests.harness.programs import Program, Programs
from tests.harness.rabbitmq import make_private_broker
from tests.harness.vhosts import virtual_hosts

MINUTE_MS = 1_600
PRICE_MINOR = 10
VHOST = "faults"
READY_SECONDS_MAX = 60
PAUSE_SECONDS = 0.2
NODES = ("signaling-1", "signaling-2")
SETTINGS = {
    "MINUTE_MS": str(MINUTE_MS),
    "RENEW_LEAD_MS": "1200",
    "PRICE_MINOR": str(PRICE_MINOR),
    "RING_MS_MAX": "4000",
    "CONNECT_MS_MAX": "4000",
    "RESUME_MS_MAX": "5000",
    "AUTHORIZE_MS_MAX": "2000",
    "PUBLISH_TIMEOUT_MS": "2000",
    "PING_MS": "1000",
    "SILENCE_MS_MAX": "3000",
    "MOVING_MS_MAX": "500",
    "SWEEP_MS": "500",
    "SWEEP_GRACE_MS": "6000",
    **dict.fromkeys(
        ("ACCESS_TOKEN_SECONDS", "OPERATOR_TOKEN_SECONDS", "OPERATOR_RECENT_LOGIN_SECONDS"),
        "86400",
    ),
    "WEBHOOK_TOLERANCE_SECONDS": "86400",
    "REFUND_RETRY_SECONDS": "1",
    # Everybody comes from one address, and calls one person again and again.
    **dict.fromkeys(
        (
            "LOGIN_LIMIT", "LOGIN_LIMIT_ACCOUNT", "LOGIN_LIMIT_ADDRESS", "REGISTRATION_LIMIT_ADDRESS",
            "PAYMENT_LIMIT", "INVITE_LIMIT", "INVITE_LIMIT_PAIR", "INVITE_LIMIT_CALLEE",
        ),
        "100000/1",
    ),
    "SOCKETS_PER_ADDRESS_MAX": "100000",
}  # fmt: skip


class Stage:
    """Its parts by name; programs are `api`, `worker`, and the signaling nodes."""

    def __init__(self, *, nodes: int) -> None:
        self.folder = make_folder()
        self.database = PrivateDatabase()
        self.nodes = NODES[:nodes]
        self.names = ("api", "worker", *self.nodes)
        self.links: dict[str, Proxy] = {}
        """From programs to `database` and `broker`, from people to programs: `worker-broker`, `people-api`."""
        self.running: dict[str, Program] = {}
        self.failpoints = {name: self.folder / f"{name}.failpoints" for name in self.names}
        self.clock_shifts = {name: self.folder / f"{name}.shift" for name in self.names}
        self.poison = 0
        """Messages published that nobody can read: as many dead letters as there may be."""
        self._said: dict[str, list[str]] = {}
        self._launcher = Programs()
        self._broker: Broker | None = None
        self._ports = {name: free_port() for name in self.names}
        self._environments: dict[str, Mapping[str, str]] = {}

    @property
    def broker(self) -> Broker:
        """Return the broker of this stage alone."""
        assert self._broker is not None
        return self._broker

    @property
    def api_url(self) -> str:
        """Return where people reach the API."""
        return f"http://127.0.0.1:{self.links['people-api'].port}"

    @property
    def socket_urls(self) -> tuple[str, ...]:
        """Return where people reach each signaling node."""
        return tuple(f"ws://127.0.0.1:{self.links[f'people-{name}'].port}/ws" for name in self.nodes)

    async def open(self) -> None:
        """Start everything and return when it is ready."""
        self._broker = await make_private_broker(os.environ)
        await asyncio.gather(self.database.start(), self.broker.start())
        await virtual_hosts(self.broker.address).change(create=[VHOST])
        await self._link_all()
        self._write_environments()
        await asyncio.gather(*(self.launch(name) for name in self.names))

    async def close(self) -> None:
        """End everything and leave nothing behind."""
        for link in self.links.values():
            await link.close()
        for program in self.running.values():
            await program.kill()
        if self._broker is not None:
            await self._broker.thaw()
            await self._broker.remove()
        await self.database.remove()
        shutil.rmtree(self.folder, ignore_errors=True)

    async def launch(self, name: str) -> None:
        """Start a program, again if need be; return when it listens."""
        if (before := self.running.get(name)) is not None:
            await before.kill()
            self._said.setdefault(name, []).extend(before.lines)
        kind = name.partition("-")[0]
        self.running[name] = await self._launcher.talktime(kind, env=self._environments[name])
        await self.running[name].says(r"is ready at (\S+)", seconds_max=READY_SECONDS_MAX)

    def write_logs(self, folder: Path) -> None:
        """Write what each program has said so far, in all its lives, into a file of its own."""
        folder.mkdir(parents=True, exist_ok=True)
        for name, program in self.running.items():
            lines = [*self._said.get(name, []), *program.lines]
            (folder / f"{name}.log").write_text("\n".join(lines) + "\n", encoding="utf-8")

    def limit_files(self, name: str, bytes_max: int | None) -> None:
        """Let the files of a running program grow no further, as on a full disk; None takes that away."""
        limit = resource.RLIM_INFINITY if bytes_max is None else bytes_max
        resource.prlimit(self.running[name].pid, resource.RLIMIT_FSIZE, (limit, resource.RLIM_INFINITY))

    async def run(self, *arguments: str, failpoints: str = "") -> Program:
        """Run a command against database and broker, and return it once it has ended."""
        env = {**self._environments["worker"], "TALKTIME_FAILPOINTS": failpoints}
        program = await self._launcher.talktime(*arguments, env=env)
        await program.ends(seconds_max=READY_SECONDS_MAX)
        return program

    async def connect(self) -> asyncpg.Connection:
        """Return a connection of the auditor's own, past all proxies."""
        return await asyncpg.connect(self.database.owner_url, timeout=5)

    async def execute(self, statement: str) -> None:
        """Change the database as its owner: as time that passes would, or somebody at the command line."""
        connection = await self.connect()
        try:
            await connection.execute(statement)
        finally:
            await connection.close()

    async def value(self, query: str, *arguments: object) -> Any:
        """Return one value of the database."""
        connection = await self.connect()
        try:
            return await connection.fetchval(query, *arguments)
        finally:
            await connection.close()

    async def pause(self) -> None:
        """Wait a moment before something is tried again."""
        await asyncio.sleep(PAUSE_SECONDS)

    async def queued(self) -> dict[str, int]:
        """Return how many messages wait in each queue of billing."""
        url = f"{self.broker.address.management_url}/api/queues/{VHOST}?disable_stats=true&enable_queue_totals=true"
        async with httpx.AsyncClient(trust_env=False, timeout=5) as client:
            found = (await client.get(url)).raise_for_status().json()
        return {
            queue["name"]: queue.get("messages", 0) for queue in found if queue["name"].startswith("billing.calls")
        }

    def journal_of(self, name: str) -> Path:
        """Return the folder in which a node keeps its events."""
        return self.folder / f"{name}.journal"

    async def _link_all(self) -> None:
        broker_port = urlsplit(self.broker.address.url).port
        assert broker_port is not None
        for name in self.names:
            if not name.startswith("signaling"):
                self.links[f"{name}-database"] = to_socket(lambda: self.database.socket)
            if name != "api":
                self.links[f"{name}-broker"] = to_port(broker_port)
            self.links[f"people-{name}"] = to_port(self._ports[name])
        for link in self.links.values():
            await link.start()

    def _write_environments(self) -> None:
        key = new_signing_key()
        common = {
            **SETTINGS,
            "PUBLIC_URL": self.api_url,
            "SIGNALING_URL": self.socket_urls[0],
            "TOKEN_VERIFY_KEYS": public_pem(key),
            "SANDBOX_WEBHOOK_SECRETS": secrets.token_urlsafe(32),
            "TICKET_SECRETS": secrets.token_urlsafe(32),
        }
        known = {field.name.upper() for field in msgspec.structs.fields(Settings)}
        for name in self.names:
            kind = name.partition("-")[0]
            own = {
                **common,
                f"{kind.upper()}_PORT": str(self._ports[name]),
                "FAILPOINTS": f"@{self.failpoints[name]}",
                "CLOCK_SHIFT_FILE": str(self.clock_shifts[name]),
            }
            if kind == "signaling":
                own |= {"NODE": name, "JOURNAL_FOLDER": str(self.journal_of(name))}
            if kind == "api":
                own["TOKEN_SIGNING_KEY"] = key
            if f"{name}-database" in self.links:
                own["DATABASE_URL"] = self.database.app_url(self.links[f"{name}-database"].port)
            if f"{name}-broker" in self.links:
                address = urlsplit(self.broker.address.url)
                port = self.links[f"{name}-broker"].port
                own["RABBITMQ_URL"] = f"amqp://{address.username}:{address.password}@127.0.0.1:{port}/{VHOST}"
            self._environments[name] = {f"TALKTIME_{key}": value for key, value in own.items() if key in known}
