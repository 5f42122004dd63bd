"""Signaling nodes that are restarted or die under calls, as real programs (D8, D12, D16, C11)."""

from __future__ import annotations

import asyncio
import secrets
from contextlib import AsyncExitStack
from time import monotonic
from uuid import UUID

import httpx

from shared.messages import from_client, to_client
from shared.messages.base import EndReason
from tests.harness.databases import Database
from tests.harness.ports import free_port
from tests.harness.programs import Program, Programs
from tests.journeys.installation import PRICE_MINOR, Separate
from tests.journeys.roaming import Roamer, talk

PAIRS = 5
MINUTE_MS = 30_000
EXIT_SECONDS_MAX = 10
GAP_MS_MAX = 1_500
"""What a takeover may leave unpaid: from the owner's last word to the next one's first."""
DEATH_MS_MAX = 20_000
CHANGES = {
    "TALKTIME_MINUTE_MS": str(MINUTE_MS),
    "TALKTIME_RENEW_LEAD_MS": "26000",
    "TALKTIME_TICKET_MS": "1000",
    "TALKTIME_RESUME_MS_MAX": str(DEATH_MS_MAX),
    "TALKTIME_LOG_LEVEL": "INFO",
    "TALKTIME_SWEEP_MS": "1000",
    "TALKTIME_SWEEP_GRACE_MS": "2000",
}


SHORT_MINUTE_MS = 8_000
SHORT = {"TALKTIME_MINUTE_MS": str(SHORT_MINUTE_MS), "TALKTIME_RENEW_LEAD_MS": "6000"}
"""For a call whose lease has to run out."""


class Nodes:
    """An installation with several signaling nodes at addresses of their own."""

    def __init__(self, own: Separate, count: int) -> None:
        self.own = own
        self.ports = [free_port() for _ in range(count)]
        self.running: list[Program] = []
        self._secret = secrets.token_urlsafe(32)

    @property
    def urls(self) -> list[str]:
        return [f"ws://127.0.0.1:{port}/ws" for port in self.ports]

    async def launch(self, number: int) -> None:
        """Start a node, again if need be, and return when it is ready."""
        assert self.own.launcher is not None
        env = {
            **self.own.environments["signaling"],
            "TALKTIME_SIGNALING_PORT": str(self.ports[number]),
            "TALKTIME_NODE": f"node-{number}-{self.ports[0]}",
            "TALKTIME_TICKET_SECRETS": self._secret,
        }
        program = await self.own.launcher.talktime("signaling", env=env)
        self.running[number:] = [program, *self.running[number + 1 :]]
        address = await program.says(r"is ready at (\S+)")
        await program.answers(f"{address[1]}/health/ready")

    async def restart(self, number: int) -> float:
        """Stop a node as a rolling update does and start it again; return how many seconds it took to exit."""
        began = monotonic()
        await self.running[number].stop()
        seconds = monotonic() - began
        await self.launch(number)
        return seconds


async def _nodes(
    programs: Programs, database: Database, vhost_url: str, http: httpx.AsyncClient, **changes: str
) -> Nodes:
    own = await Separate.start(
        programs, database, vhost_url, http, names=("api", "worker"), changes=CHANGES | changes
    )
    nodes = Nodes(own, 3)
    for number in range(3):
        await nodes.launch(number)
    return nodes


async def _charges(own: Separate, call_id: UUID) -> tuple[str, int, int]:
    """Return reason, talk time and charge of the call once it is settled."""
    async with asyncio.timeout(60):
        while True:
            rows = await own.fetch("SELECT reason, talk_ms, charge_minor FROM calls WHERE id = $1", call_id)
            if rows and rows[0]["charge_minor"] is not None:
                return rows[0]["reason"], rows[0]["talk_ms"], rows[0]["charge_minor"]
            await asyncio.sleep(0.1)


def _price_of(talk_ms: int, *, minute_ms: int = MINUTE_MS) -> int:
    return -(-talk_ms // minute_ms) * PRICE_MINOR


async def test_a_rolling_restart_loses_no_call_and_no_minute(
    programs: Programs, database: Database, vhost_url: str, http: httpx.AsyncClient
) -> None:
    """D16: every program in turn, under calls; each exits within ten seconds, and each charge is right."""
    nodes = await _nodes(programs, database, vhost_url, http)
    async with AsyncExitStack() as stack:
        pairs: list[tuple[Roamer, Roamer, UUID]] = []
        for number in range(PAIRS):
            caller, callee = await nodes.own.person(money_minor=1_000), await nodes.own.person()
            calling, called = [
                await stack.enter_async_context(Roamer(person, nodes.urls, (number + place) % 3).connected())
                for place, person in enumerate((caller, callee))
            ]
            pairs.append((calling, called, await talk(calling, called)))
        for number in range(3):
            assert await nodes.restart(number) < EXIT_SECONDS_MAX
        for name in ("worker", "api"):
            began = monotonic()
            await nodes.own.running[name].stop()
            assert monotonic() - began < EXIT_SECONDS_MAX
            await nodes.own.launch(name)
        for calling, called, call_id in pairs:
            assert not calling.heard(to_client.CallOver)
            talked_ms = int((monotonic() - calling.active_at) * 1_000)
            await calling.send(from_client.HangUp(call_id=call_id))
            for device in (calling, called):
                assert (await device.expect(to_client.CallOver)).reason is EndReason.HUNG_UP
            reason, talk_ms, charge_minor = await _charges(nodes.own, call_id)
            assert reason == EndReason.HUNG_UP
            assert talked_ms - 3 * GAP_MS_MAX <= talk_ms <= talked_ms + GAP_MS_MAX
            assert charge_minor == _price_of(talk_ms)
    await nodes.own.books_are_right()


async def test_a_call_goes_on_after_its_node_was_killed(
    programs: Programs, database: Database, vhost_url: str, http: httpx.AsyncClient
) -> None:
    """C11, D8: within seconds, at another node, while the other party does not even reconnect."""
    nodes = await _nodes(programs, database, vhost_url, http)
    caller, callee = await nodes.own.person(money_minor=1_000), await nodes.own.person()
    async with (
        Roamer(caller, nodes.urls, 0).connected() as calling,
        Roamer(callee, nodes.urls, 1).connected() as called,
    ):
        call_id = await talk(calling, called)
        await calling.expect(to_client.CallLease)
        began = monotonic()
        await nodes.running[0].kill()
        await called.expect(to_client.PeerResumed)
        assert monotonic() - began < DEATH_MS_MAX / 1_000
        await calling.send(from_client.Offer(call_id=call_id, sdp="v=0"))
        await called.expect(to_client.PeerOffer)
        talked_ms = int((monotonic() - calling.active_at) * 1_000)
        await called.send(from_client.HangUp(call_id=call_id))
        for device in (calling, called):
            assert (await device.expect(to_client.CallOver)).reason is EndReason.HUNG_UP
        reason, talk_ms, charge_minor = await _charges(nodes.own, call_id)
        assert reason == EndReason.HUNG_UP
        assert talked_ms - DEATH_MS_MAX <= talk_ms <= talked_ms + GAP_MS_MAX
        assert charge_minor == _price_of(talk_ms)
        assert called.moves == 1
    await nodes.own.books_are_right()


async def test_nobody_pays_for_a_call_that_nobody_comes_back_to(
    programs: Programs, database: Database, vhost_url: str, http: httpx.AsyncClient
) -> None:
    """C11: node and both devices die at once; the call is settled at its last proof."""
    nodes = await _nodes(programs, database, vhost_url, http, **SHORT)
    caller, callee = await nodes.own.person(money_minor=1_000), await nodes.own.person()
    async with (
        Roamer(caller, nodes.urls[:1], 0).connected() as calling,
        Roamer(callee, nodes.urls[:1], 0).connected() as called,
    ):
        call_id = await talk(calling, called)
        lease = await calling.expect(to_client.CallLease)
        talked_ms = int((monotonic() - calling.active_at) * 1_000)
        await nodes.running[0].kill()
        reason, talk_ms, charge_minor = await _charges(nodes.own, call_id)
    assert reason == EndReason.LOST
    assert talk_ms <= min(talked_ms + GAP_MS_MAX, lease.paid_ms)
    assert charge_minor == _price_of(talk_ms, minute_ms=SHORT_MINUTE_MS)
    await nodes.own.books_are_right()
