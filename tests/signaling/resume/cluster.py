"""Several signaling nodes on one bus, of which each may die and start again."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from itertools import cycle
from typing import cast

from shared.bus.interface import Bus, Delivery, Envelope, HandleNotice, Mailbox, NoReplyError, Outcome
from shared.bus.memory import MemoryBus
from shared.messages.requests import Reply, Request
from shared.settings import Settings
from shared.settings_loading import with_changes
from shared.tokens import TokenSigner, TokenVerifier, load_signing_key
from signaling.app import create_app
from signaling.server import server_config
from talktime.serving import listen, serving
from tests.signaling.billing_double import BillingDouble
from tests.signaling.device import Device
from tests.signaling.manual_time import ManualTime, give_turns
from tests.signaling.stage import QUIET, SIGNING_KEY, Stage


class MortalBus:
    """A node's own connection to the bus; a dead node says and hears nothing, and its mailbox stays for a while.

    One that only sleeps finds what came meanwhile when it wakes.
    """

    def __init__(self, bus: Bus) -> None:
        self._bus = bus
        self.alive = True
        self.said: list[Envelope] = []
        self._came: list[Delivery] = []
        self._handle: HandleNotice | None = None

    async def wake(self) -> None:
        """Go on, and take first what came while nobody was there to take it."""
        self.alive = True
        came, self._came = self._came, []
        for delivery in came:
            assert self._handle is not None
            await self._handle(delivery)

    def __getattr__(self, name: str) -> object:
        return getattr(self._bus, name)

    async def publish(self, envelopes: Sequence[Envelope]) -> list[Outcome]:
        if not self.alive:
            return [Outcome.UNKNOWN] * len(envelopes)
        self.said.extend(envelopes)
        return await self._bus.publish(envelopes)

    async def ask(self, request: Request, *, timeout_ms: int) -> Reply:
        if not self.alive:
            raise NoReplyError("this node is dead")
        return await self._bus.ask(request, timeout_ms=timeout_ms)

    async def open_mailbox(self, node: str, handle: HandleNotice, **given: object) -> Mailbox:
        async def handle_while_alive(delivery: Delivery) -> None:
            if self.alive:
                await handle(delivery)
            else:
                self._came.append(delivery)

        self._handle = handle

        return await self._bus.open_mailbox(node, handle_while_alive, **given)  # type: ignore[arg-type]


@dataclass(eq=False)
class Cluster(Stage):
    """A stage with nodes that die."""

    buses: list[MortalBus] = field(default_factory=list)
    verifier: TokenVerifier | None = None
    memory: MemoryBus | None = None
    running: AsyncExitStack | None = None

    async def start(self, number: int) -> None:
        """Start the node of this number, the first or another time."""
        assert self.running is not None
        assert self.memory is not None
        assert self.verifier is not None
        bus = MortalBus(self.memory)
        named = with_changes(self.settings, node=f"node-{number}")
        app = create_app(
            named,
            bus=cast(Bus, bus),
            verifier=self.verifier,
            clock=self.time,
            scheduler=self.time,
            with_others=True,
        )
        listener = listen("127.0.0.1", 0)
        await self.running.enter_async_context(serving(server_config(app, named), listener))
        await app.service.start()
        self.running.push_async_callback(app.service.stop)
        self.apps[number:] = [app, *self.apps[number + 1 :]]
        self.ports[number:] = [listener.getsockname()[1], *self.ports[number + 1 :]]
        self.buses[number:] = [bus, *self.buses[number + 1 :]]

    async def kill(self, number: int, *devices: Device) -> None:
        """End a node as a power cut would, with the sockets of these devices."""
        self.buses[number].alive = False
        for device in devices:
            device.connection.transport.abort()
        await give_turns()

    async def comes_back(self, device: Device, *, node: int, ticket: str | None = None) -> Device:
        """Connect a device with all that it holds."""
        again = await self.greets(
            self.token(self.account_of(device)),
            resume_token=device.welcome.resume_token,
            received=device.received,
            ticket=ticket or device.ticket,
            node=node,
        )
        if again.ticket is None:
            again.ticket = device.ticket
        return again

    async def greets(
        self,
        token: str,
        *,
        node: int,
        resume_token: str | None = None,
        received: int | None = None,
        ticket: str | None = None,
    ) -> Device:
        """Connect a device that says this; where a dead node is asked for its call, that takes its time."""
        device = await self.open(port=self.ports[node])
        hello = device.greet(token, resume_token=resume_token, received=received, ticket=ticket)
        await self._while_the_dead_are_asked(asyncio.create_task(hello), self.buses[node])
        return device

    async def _while_the_dead_are_asked(self, greeted: asyncio.Task[Device], bus: MortalBus) -> None:
        """Let that much time pass for each question, and none besides."""
        dead = {f"node-{number}" for number, each in enumerate(self.buses) if not each.alive}
        heard = len(bus.said)
        while not greeted.done():
            await asyncio.wait({greeted}, timeout=0.005)
            news, heard = bus.said[heard:], len(bus.said)
            if any(said.type == "node.attach" and said.routing_key in dead for said in news):
                await self.time.pass_ms(self.settings.attach_ms_max)
        await greeted

    def calls_of(self, number: int) -> int:
        """Return how many calls a node owns."""
        return self.apps[number].service.calls_live


@asynccontextmanager
async def cluster(*, nodes: int = 2, **changes: object) -> AsyncIterator[Cluster]:
    """Run so many nodes that share a secret."""
    time = ManualTime()
    secret = {"ticket_secrets": ("a secret that all nodes of a cluster share",)}
    settings = with_changes(Settings(), **{**QUIET, **secret, **changes})
    names = {"issuer": settings.token_issuer, "audience": settings.token_audience}
    key = load_signing_key(SIGNING_KEY)
    signer = TokenSigner(key, **names, life_seconds=settings.access_token_seconds, clock=time)
    bus = MemoryBus(clock=time)
    await bus.start()
    billing = BillingDouble(bus, minute_ms=settings.minute_ms)
    await billing.start()
    async with AsyncExitStack() as running, AsyncExitStack() as leaving:
        made = Cluster(
            settings, time, bus, billing, signer, [], [], leaving, cycle(range(nodes)),
            verifier=TokenVerifier([signer.verify_key], **names, clock=time), memory=bus, running=running,
        )  # fmt: skip
        for number in range(nodes):
            await made.start(number)
        yield made
    await bus.close()
