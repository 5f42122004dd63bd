"""D15: whether somebody can be called, at the real doors, as those who may know see it change."""

from __future__ import annotations

import secrets
from dataclasses import replace
from uuid import UUID

import httpx

from shared.ids import new_id
from shared.messages import from_client, to_client
from shared.messages.base import EndReason, RefusalReason
from talktime.person import Device, Doors, Person
from tests.harness.databases import Database
from tests.harness.ports import free_port
from tests.harness.programs import Programs
from tests.journeys.installation import Installation, Separate
from tests.journeys.talk import answer, over, ring
from tests.journeys.test_sessions_end import ask

CHANGES = {
    "TALKTIME_NODE_SILENCE_SECONDS": "3",
    "TALKTIME_PRESENCE_REPORT_MS": "500",
    "TALKTIME_PRESENCE_REFRESH_MS": "1000",
}


async def watches(device: Device, *account_ids: UUID) -> dict[UUID, str]:
    """Watch these people; return how they are."""
    await device.send(from_client.WatchPresence(account_ids=list(account_ids)))
    return {person.account_id: person.state for person in (await device.expect(to_client.Presence)).people}


async def sees(device: Device, person: Person, *states: str, seconds_max: float = 15) -> None:
    """Return once the device was told that the person is so, then so; of them nothing else is told meanwhile."""
    for state in states:
        while True:
            told = await device.expect(to_client.Presence, seconds_max=seconds_max)
            about = {each.account_id: each.state for each in told.people}
            if person.id in about:
                assert about[person.id] == state
                break


async def test_presence_of_a_day(installation: Installation) -> None:
    """D15: offline, available, busy, available, not to be disturbed, hidden, and offline again."""
    ann, ben, cleo = [await installation.person(money_minor=100) for _ in range(3)]
    nobody = new_id()
    async with ann.device() as watcher, cleo.device() as cleos:
        assert await watches(watcher, ben.id, nobody) == {ben.id: "offline", nobody: "hidden"}
        async with ben.device() as bens:
            await sees(watcher, ben, "available")
            assert (await ann.get(f"people/{ben.id}/presence"))["state"] == "available"
            call_id = await ring(bens, cleo, cleos)
            await sees(watcher, ben, "busy")
            await answer(call_id, bens, cleos)
            await bens.send(from_client.HangUp(call_id=call_id))
            assert (await over(bens, cleos)).reason == EndReason.HUNG_UP
            await sees(watcher, ben, "available")
            await ask(ben, "PATCH", "me", {"do_not_disturb": True})
            await sees(watcher, ben, "do_not_disturb")
            await watcher.send(from_client.Invite(callee_id=ben.id))
            assert (await watcher.expect(to_client.CallRefused)).reason == RefusalReason.UNREACHABLE
            assert [call["reason"] for call in (await ben.get("calls"))["items"]] == ["unreachable", "hung_up"]
            await ask(ben, "PATCH", "me", {"do_not_disturb": False})
            await sees(watcher, ben, "available")
            await ask(ben, "PUT", f"me/blocklist/{ann.id}")
            await sees(watcher, ben, "hidden")
            assert (await ann.get(f"people/{ben.id}/presence"))["state"] == "hidden"
            await ask(ben, "DELETE", f"me/blocklist/{ann.id}")
            await sees(watcher, ben, "available")
            assert not [each for each in bens.seen if isinstance(each, to_client.CallIncoming)]
        await sees(watcher, ben, "offline")
        assert (await ann.get(f"people/{ben.id}/presence"))["last_seen_at"] is None


async def test_presence_of_who_was_at_a_node_that_died(
    programs: Programs, database: Database, vhost_url: str, http: httpx.AsyncClient
) -> None:
    """D12, D15, C6: seen across nodes; a node that is killed has nobody, and says nothing of it."""
    changes = {**CHANGES, "TALKTIME_TICKET_SECRETS": secrets.token_urlsafe(32)}
    installation = await Separate.start(programs, database, vhost_url, http, changes=changes)
    port = free_port()
    environment = {**installation.environments["signaling"], "TALKTIME_SIGNALING_PORT": str(port)}
    other = await programs.talktime("signaling", env=environment)
    await other.answers(f"http://127.0.0.1:{port}/health/ready")
    ann, ben = [await installation.person() for _ in range(2)]
    await ask(ben, "PATCH", "me", {"last_seen_shared": True})
    elsewhere = replace(ben, doors=Doors.of(installation.doors.api_url, f"http://127.0.0.1:{port}"))
    async with ann.device() as watcher:
        assert await watches(watcher, ben.id) == {ben.id: "offline"}
        async with elsewhere.device():
            await sees(watcher, ben, "available")
            await other.kill()
            await sees(watcher, ben, "offline")
            seen = await ann.get(f"people/{ben.id}/presence")
            assert (seen["state"], seen["last_seen_at"] is not None) == ("offline", True)
        async with ben.device():
            await sees(watcher, ben, "available")
