"""Several signaling processes around one PostgreSQL and one RabbitMQ: whoever calls whom, from wherever (D12)."""

from dataclasses import replace

import httpx
import pytest

from shared.messages import from_client, to_client
from shared.messages.base import EndReason
from talktime.person import Person
from tests.harness.databases import Database
from tests.harness.programs import Programs
from tests.journeys.installation import PRICE_MINOR, Separate
from tests.journeys.talk import answer, over, ring, talk_for_a_moment

SHARED = {"TALKTIME_TICKET_SECRETS": "one secret of thirty-two bytes and more for all nodes"}


@pytest.fixture
async def several(programs: Programs, database: Database, vhost_url: str, http: httpx.AsyncClient) -> Separate:
    return await Separate.start(programs, database, vhost_url, http, changes=SHARED)


async def test_people_talk_and_pay_across_processes(several: Separate) -> None:
    """D12, D9, C2: the callee's devices ring at both processes, one wins, and the call is charged once and right.

    A process that joins needs no configuration: the second one is started while the first one serves.
    """
    rich = await several.person("rich", money_minor=100)
    callee = await several.person("callee")
    elsewhere = replace(callee, doors=await several.one_more_signaling("signaling-2"))
    async with rich.device() as caller, callee.device() as near, elsewhere.device() as far:
        call_id = await ring(caller, callee, near, far)
        await answer(call_id, caller, far)
        await near.expect(to_client.CallAnsweredElsewhere)
        await talk_for_a_moment(caller)
        await far.expect(to_client.CallLease)
        await far.send(from_client.HangUp(call_id=call_id))
        end = await over(caller, far)
        assert end.reason is EndReason.HUNG_UP
        charged = await caller.expect(to_client.Charged)
        assert charged.charge_minor == charged.minutes * PRICE_MINOR > 0
        assert charged.wallet.balance_minor == 100 - charged.charge_minor
    record = await rich.get(f"calls/{call_id}")
    assert (record["talk_ms"], record["reason"]) == (end.talk_ms, "hung_up")
    await several.books_are_right()


async def test_two_who_call_each_other_across_processes_have_one_call(several: Separate) -> None:
    """D10: whoever billing hears first; one hold, and both talk."""
    ann = await several.person("ann", money_minor=100)
    ben = await several.person("ben", money_minor=100)
    elsewhere: Person = replace(ben, doors=await several.one_more_signaling("signaling-2"))
    async with ann.device() as one, elsewhere.device() as two:
        await one.send(from_client.Invite(callee_id=ben.id))
        await two.send(from_client.Invite(callee_id=ann.id))
        accepted = [await device.expect(to_client.CallAccepted) for device in (one, two)]
        assert accepted[0].call_id == accepted[1].call_id
        for device in (one, two):
            await device.send(from_client.Connected(call_id=accepted[0].call_id))
        for device in (one, two):
            await device.expect(to_client.CallActive)
        held = [(await person.wallet())["held_minor"] for person in (ann, ben)]
        assert sorted(held) == [0, PRICE_MINOR]
        await one.send(from_client.HangUp(call_id=accepted[0].call_id))
        await over(one, two)
