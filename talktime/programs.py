"""The three programs, each in a process of its own: constructed here, run until stopped, taken down in order."""

from __future__ import annotations

import contextlib
import logging
import platform
import re
import socket
from collections.abc import AsyncIterator

import uvicorn
from sqlalchemy.ext.asyncio import AsyncEngine

import api.app
import signaling.app
import signaling.server
from billing_worker.app import BillingWorker
from billing_worker.health import health_app
from shared.bus.interface import Bus
from shared.bus.rabbit import RabbitBus
from shared.clock import system_clock
from shared.database import create_engine
from shared.settings import Settings
from shared.settings_loading import must_be_set, with_changes
from shared.tokens import TokenVerifier, VerifyKey, load_verify_keys, public_pem
from signaling.service import Service
from talktime.journals import journal, journal_folder
from talktime.renewing import renewing
from talktime.serving import ProgramError, address_of, forever, listen, serving

log = logging.getLogger(__name__)

NODE_HOST_CHARS_MAX = 50


async def run_api(settings: Settings) -> None:
    """Run the REST API until stopped. Raises `ProgramError`."""
    if not settings.token_signing_key:
        raise ProgramError("TALKTIME_TOKEN_SIGNING_KEY is not set: `talktime generate-keys` makes one")
    listener = listen(settings.host, settings.api_port)
    async with database(settings) as engine:
        app = api.app.create_app(
            settings,
            engine=engine,
            clock=system_clock(settings.clock_shift_file),
            internal_url=address_of(listener),
        )
        take = app.state[api.app.RENEWING].take
        async with serving(http_config(app, settings), listener), renewing("api", settings, take):
            log.info("api is ready at %s", address_of(listener))
            await forever()


async def run_signaling(settings: Settings) -> None:
    """Run a signaling node until stopped, then drain it. Raises `ProgramError`."""
    listener = listen(settings.host, settings.signaling_port)
    settings = with_node(settings, listener)
    clock = system_clock(settings.clock_shift_file)
    kept = journal(settings, journal_folder(settings))
    async with kept as events, broker(settings, "signaling", node=settings.node) as bus:
        verifies = verifier(settings)
        app = signaling.app.create_app(
            settings, bus=bus, verifier=verifies, clock=clock, journal=events, with_others=True
        )
        served = serving(signaling.server.server_config(app, settings), listener)

        def take(new: Settings) -> None:
            verifies.trust(verify_keys(new))
            app.tickets.trust(new.ticket_secrets)

        renewed = renewing("signaling", settings, take)
        async with served, live(app.service), renewed:
            log.info("signaling node %s is ready at %s", settings.node, address_of(listener))
            await forever()


async def run_worker(settings: Settings) -> None:
    """Run a billing worker until stopped; the batch at hand is finished. Raises `ProgramError`."""
    listener = listen(settings.host, settings.worker_port)
    async with database(settings) as engine, broker(settings, "worker") as bus:
        worker = BillingWorker(settings, engine=engine, bus=bus, clock=system_clock(settings.clock_shift_file))
        await worker.start()
        try:
            async with serving(http_config(health_app(worker.probes, worker.metrics), settings), listener):
                log.info("billing worker is ready at %s", address_of(listener))
                await forever()
        finally:
            await worker.stop()


def with_node(settings: Settings, listener: socket.socket) -> Settings:
    """Return the settings with a name for this node: several on one machine differ in their ports."""
    if settings.node:
        return settings
    host = re.sub(r"[^A-Za-z0-9.-]+", "-", platform.node()).strip("-.")[:NODE_HOST_CHARS_MAX] or "node"
    return with_changes(settings, node=f"{host}-{listener.getsockname()[1]}")


@contextlib.asynccontextmanager
async def live(service: Service) -> AsyncIterator[None]:
    """Keep the signaling service alive; at the end drain it, while its sockets are still served."""
    await service.start()
    signaling.server.calm_garbage_collector()
    try:
        yield
    finally:
        await service.drain()
        await service.stop()


def http_config(app: object, settings: Settings) -> uvicorn.Config:
    """Return how a program without sockets is served."""
    return uvicorn.Config(
        app,  # type: ignore[arg-type]  # uvicorn's own idea of an ASGI application is narrower than ASGI
        ws="none",
        log_config=None,
        access_log=False,
        server_header=False,
        proxy_headers=bool(settings.trusted_proxies),
        forwarded_allow_ips=list(settings.trusted_proxies),
        timeout_graceful_shutdown=settings.drain_ms_max // 1000 or 1,
    )


def verifier(settings: Settings) -> TokenVerifier:
    """Return the verifier of access tokens. Raises `ProgramError`, `shared.tokens.KeyUnusableError`."""
    keys, clock = verify_keys(settings), system_clock(settings.clock_shift_file)
    return TokenVerifier(keys, issuer=settings.token_issuer, audience=settings.token_audience, clock=clock)


def verify_keys(settings: Settings) -> list[VerifyKey]:
    """Return the keys that verify access tokens. Raises `ProgramError`, `shared.tokens.KeyUnusableError`."""
    pems = settings.token_verify_keys
    if not pems and settings.token_signing_key:
        pems = public_pem(settings.token_signing_key)
    if not pems:
        raise ProgramError("TALKTIME_TOKEN_VERIFY_KEYS is not set: `talktime generate-keys` makes them")
    return load_verify_keys(pems)


@contextlib.asynccontextmanager
async def database(settings: Settings) -> AsyncIterator[AsyncEngine]:
    """Hold the program's engine; the server need not be there yet.

    Raises `shared.settings_loading.SettingsError`.
    """
    must_be_set(settings, "database_url")
    engine = create_engine(settings.database_url, connections_max=settings.database_connections_max)
    try:
        yield engine
    finally:
        await engine.dispose()


@contextlib.asynccontextmanager
async def broker(settings: Settings, program: str, *, node: str | None = None) -> AsyncIterator[Bus]:
    """Hold the program's connections to RabbitMQ, named after it; the broker need not be there yet.

    Raises `shared.settings_loading.SettingsError`.
    """
    must_be_set(settings, "rabbitmq_url")
    bus = RabbitBus(
        settings.rabbitmq_url,
        publish_timeout_ms=settings.publish_timeout_ms,
        node=node,
        program=f"talktime {program}",
    )
    await bus.start()
    try:
        yield bus
    finally:
        await bus.close()
