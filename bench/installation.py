"""A Talktime to measure: real PostgreSQL and RabbitMQ, and the real programs as processes of their own."""

from __future__ import annotations

import contextlib
import os
import secrets
import sys
from asyncio.subprocess import PIPE, STDOUT
from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass, field

from shared.clock import SystemClock
from shared.settings import Settings
from shared.settings_loading import load_settings
from shared.tokens import TokenSigner, load_signing_key, new_signing_key
from talktime.child import start_child
from tests.harness.databases import Database, make_database, make_template
from tests.harness.ports import free_port
from tests.harness.postgres import PostgresAddress, postgres_service
from tests.harness.programs import ROOT, Program, inherited_environment
from tests.harness.rabbitmq import rabbitmq_service
from tests.harness.vhosts import virtual_hosts

LINES_SHOWN = 30
UNDISTURBED = {
    # No lease ends, and no call is renewed, while something else is measured.
    "TALKTIME_MINUTE_MS": "3600000",
    # The load comes from few devices and one address.
    "TALKTIME_MESSAGES_PER_SECOND_MAX": "1000000",
    "TALKTIME_MESSAGES_BURST_MAX": "1000000",
    "TALKTIME_SOCKETS_PER_ADDRESS_MAX": "1000000",
    "TALKTIME_PAYMENT_LIMIT": "100000/1",
    "TALKTIME_INVITE_LIMIT": "100000/1",
    "TALKTIME_INVITE_LIMIT_PAIR": "100000/1",
    "TALKTIME_INVITE_LIMIT_CALLEE": "100000/1",
}


@dataclass
class Installation:
    """Databases, a virtual host, and the programs that were started on them; all gone in the end."""

    postgres: PostgresAddress
    template: str
    rabbitmq_url: str
    environment: dict[str, str] = field(default_factory=dict)
    programs: list[Program] = field(default_factory=list)

    @property
    def settings(self) -> Settings:
        """Return the settings that the programs get."""
        return load_settings(self.environment)

    @property
    def signer(self) -> TokenSigner:
        """Return what issues access tokens that the programs take."""
        settings = self.settings
        return TokenSigner(
            load_signing_key(settings.token_signing_key),
            issuer=settings.token_issuer,
            audience=settings.token_audience,
            life_seconds=24 * 3_600,
            clock=SystemClock(),
        )

    async def database(self, name: str) -> Database:
        """Return a new and empty database at the newest schema."""
        return await make_database(self.postgres, f"{self.postgres.prefix}{name}", template=self.template)

    async def use(self, database: Database, **changes: str) -> None:
        """Have the programs that are started from now on use this database."""
        api_port, signaling_port = free_port(), free_port()
        self.environment = {
            **UNDISTURBED,
            "TALKTIME_DATABASE_URL": database.app_url,
            "TALKTIME_RABBITMQ_URL": self.rabbitmq_url,
            "TALKTIME_PUBLIC_URL": f"http://127.0.0.1:{api_port}",
            "TALKTIME_API_PORT": str(api_port),
            "TALKTIME_SIGNALING_PORT": str(signaling_port),
            "TALKTIME_WORKER_PORT": "0",
            "TALKTIME_TOKEN_SIGNING_KEY": new_signing_key(),
            "TALKTIME_SANDBOX_WEBHOOK_SECRETS": secrets.token_urlsafe(32),
            **changes,
        }

    async def talktime(self, name: str) -> Program:
        """Start one of the programs and return when it is ready."""
        program = await self.run(sys.executable, "-m", "talktime", name, environment=self.environment)
        await program.says("is ready at")
        return program

    async def run(self, *command: str, environment: Mapping[str, str] | None = None) -> Program:
        """Start any program."""
        environ = {**inherited_environment(), **(environment or {})}
        process = await start_child(command, env=environ, cwd=ROOT, stdout=PIPE, stderr=STDOUT)
        self.programs.append(Program(" ".join(command[1:]), process))
        return self.programs[-1]

    async def stop(self, *programs: Program) -> None:
        """End these programs, or all."""
        for program in programs or self.programs:
            await program.stop()

    def show(self) -> None:
        """Print what the programs have said last."""
        for program in self.programs:
            lines = "\n".join(program.lines[-LINES_SHOWN:])
            print(f"--- {program.name} ({program.exit_status})\n{lines}", file=sys.stderr)


@contextlib.asynccontextmanager
async def installation() -> AsyncIterator[Installation]:
    """Give an installation without any program, on the services that the tests would use too."""
    async with postgres_service(os.environ) as postgres, rabbitmq_service(os.environ) as rabbitmq:
        vhost = f"{rabbitmq.prefix}bench"
        await virtual_hosts(rabbitmq).change(create=[vhost])
        place = Installation(postgres, await make_template(postgres), rabbitmq.vhost_url(vhost))
        try:
            yield place
        except BaseException:
            place.show()
            raise
        finally:
            await place.stop()
