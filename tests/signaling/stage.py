"""The signaling service on a real server and the in-process bus, with people who call each other."""

from collections.abc import AsyncIterator, Iterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from itertools import cycle
from uuid import UUID

import pytest

from shared.bus.interface import Bus
from shared.bus.memory import MemoryBus
from shared.ids import new_id
from shared.messages.from_client import Accept, Connected, Invite
from shared.messages.to_client import (
    CallAccepted,
    CallActive,
    CallAuthorizing,
    CallIncoming,
    CallRinging,
)
from shared.settings import Settings
from shared.settings_loading import with_changes
from shared.tokens import TokenSigner, TokenVerifier, load_signing_key, new_signing_key
from signaling.app import SignalingApp, create_app
from signaling.billing.journal import Journal
from signaling.server import server_config
from signaling.service import Service
from talktime.serving import listen, serving
from tests.signaling.billing_double import Account, BillingDouble
from tests.signaling.device import Device, open_device
from tests.signaling.manual_time import ManualTime

SIGNING_KEY = new_signing_key()
QUIET = {"ping_ms": 3_600_000, "silence_ms_max": 7_200_000}
"""No ping interrupts a story that is about something else."""
TOGETHER = {"ticket_secrets": ("a secret that all nodes of a stage share",)}


@dataclass(eq=False)
class Stage:
    """Everything that a story about calls needs."""

    settings: Settings
    time: ManualTime
    bus: Bus
    billing: BillingDouble
    signer: TokenSigner
    apps: list[SignalingApp]
    ports: list[int]
    leaving: AsyncExitStack
    turns: Iterator[int]
    port_of: dict[str, int] = field(default_factory=dict)
    """Where each resume token was given."""

    @property
    def app(self) -> SignalingApp:
        return self.apps[0]

    @property
    def port(self) -> int:
        return self.ports[0]

    @property
    def url(self) -> str:
        return f"ws://127.0.0.1:{self.port}/ws"

    def token(self, account: Account, *, session_id: UUID | None = None) -> str:
        token, _ = self.signer.issue(account_id=account.id, session_id=session_id or new_id())
        return token

    async def open(
        self, *, origin: str | None = None, forwarded_for: str | None = None, port: int | None = None
    ) -> Device:
        """Connect a device that has not said hello: with several nodes, each device at the next one."""
        url = f"ws://127.0.0.1:{port or self.ports[next(self.turns)]}/ws"
        device = await open_device(url, origin=origin, forwarded_for=forwarded_for)
        return await self.leaving.enter_async_context(device)

    async def device(
        self,
        account: Account,
        *,
        session_id: UUID | None = None,
        resume_token: str | None = None,
        received: int | None = None,
        node: int | None = None,
    ) -> Device:
        """Connect a device and have it welcome; one that resumes, where it was. Nodes count from 0."""
        port = self.port_of.get(resume_token or "") if node is None else self.ports[node]
        device = await self.open(port=port)
        token = self.token(account, session_id=session_id)
        await device.greet(token, resume_token=resume_token, received=received)
        self.port_of[device.welcome.resume_token] = int(device.connection.remote_address[1])
        return device

    async def resumed(self, device: Device) -> Device:
        """Connect a device once more, as a client does that counts messages."""
        return await self.device(
            self.account_of(device), resume_token=device.welcome.resume_token, received=device.received
        )

    async def pair(self, *, balance_minor: int = 100) -> tuple[Device, Device]:
        """Return a device each of Ann, who can pay, and Ben."""
        ann = self.billing.account("ann", balance_minor=balance_minor)
        return await self.device(ann), await self.device(self.billing.account("ben"))

    def account_of(self, device: Device) -> Account:
        return self.billing.accounts[device.account_id]


async def rings(caller: Device, *callees: Device) -> UUID:
    """Have the caller call; return when all the callee's devices ring."""
    await caller.say(Invite(callee_id=callees[0].account_id))
    call_id = (await caller.expect(CallAuthorizing)).call_id
    await caller.expect(CallRinging)
    for callee in callees:
        assert (await callee.expect(CallIncoming)).call_id == call_id
    return call_id


async def talks(caller: Device, callee: Device) -> UUID:
    """Have the two talk; return when talk time runs."""
    call_id = await rings(caller, callee)
    await callee.say(Accept(call_id=call_id))
    for device in (caller, callee):
        await device.expect(CallAccepted)
        await device.say(Connected(call_id=call_id))
    for device in (caller, callee):
        await device.expect(CallActive)
    return call_id


anywhere = pytest.mark.parametrize("stage", [1, 2, 3], indirect=True, ids=["one node", "two nodes", "three nodes"])
"""Stories that go the same way wherever the devices are connected (D12)."""


@asynccontextmanager
async def staged(
    *, bus: Bus | None = None, journal: Journal | None = None, nodes: int = 1, **changes: object
) -> AsyncIterator[Stage]:
    """Run the service with these settings, as so many processes would."""
    time = ManualTime()
    settings = with_changes(Settings(), **{**QUIET, **(TOGETHER if nodes > 1 else {}), **changes})
    signer = TokenSigner(
        load_signing_key(SIGNING_KEY),
        issuer=settings.token_issuer,
        audience=settings.token_audience,
        life_seconds=settings.access_token_seconds,
        clock=time,
    )
    verifier = TokenVerifier(
        [signer.verify_key], issuer=settings.token_issuer, audience=settings.token_audience, clock=time
    )
    bus = bus or MemoryBus(clock=time)
    await bus.start()
    billing = BillingDouble(bus, minute_ms=settings.minute_ms)
    await billing.start()
    apps: list[SignalingApp] = []
    ports: list[int] = []
    async with AsyncExitStack() as running:
        for number in range(1, nodes + 1):
            named = with_changes(settings, node=f"node-{number}") if nodes > 1 else settings
            app = create_app(named, bus=bus, verifier=verifier, clock=time, scheduler=time, journal=journal)
            listener = listen("127.0.0.1", 0)
            await running.enter_async_context(serving(server_config(app, named), listener))
            await running.enter_async_context(_live(app.service))
            apps.append(app)
            ports.append(listener.getsockname()[1])
        async with AsyncExitStack() as leaving:
            turns = cycle(range(nodes))
            yield Stage(settings, time, bus, billing, signer, apps, ports, leaving, turns)
    await bus.close()


@asynccontextmanager
async def _live(service: Service) -> AsyncIterator[None]:
    await service.start()
    try:
        yield
    finally:
        await service.drain()
        await service.stop()
