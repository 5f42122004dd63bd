"""A paid call from the first page to the statement, and every way in which it can end for nothing."""

from uuid import UUID

import pytest

from shared.messages import from_client, to_client
from shared.messages.base import EndReason, RefusalReason
from talktime.person import Device, Person
from tests.journeys.installation import MINUTE_MS, PRICE_MINOR, Installation
from tests.journeys.talk import answer, heard, over, ring


async def test_two_people_talk_and_the_caller_pays(installation: Installation) -> None:
    """The product's spine: register, pay, look up, call, talk, hang up, be charged for the started minute."""
    rich, callee = await installation.person("rich", money_minor=100), await installation.person("callee")
    found = (await rich.get("people", q=callee.user_name))["items"]
    assert [person["id"] for person in found] == [str(callee.id)]

    async with rich.device() as caller_device, callee.device() as callee_device:
        call_id = await ring(caller_device, callee, callee_device)
        active = await answer(call_id, caller_device, callee_device)
        assert (active.price_minor, active.paid_ms) == (PRICE_MINOR, MINUTE_MS)
        wallet = await rich.wallet()
        assert (wallet["balance_minor"], wallet["held_minor"], wallet["available_minor"]) == (100, 10, 90)

        await callee_device.send(from_client.HangUp(call_id=call_id))
        end = await over(caller_device, callee_device)
        assert end.reason is EndReason.HUNG_UP
        charged = await caller_device.expect(to_client.Charged)
        assert (charged.minutes, charged.charge_minor, charged.talk_ms) == (1, PRICE_MINOR, end.talk_ms)
        assert charged.wallet.balance_minor == 90

    wallet = await rich.wallet()
    assert (wallet["balance_minor"], wallet["held_minor"]) == (90, 0)
    assert (await callee.wallet())["balance_minor"] == 0
    assert not heard(callee_device, to_client.Charged)
    await _history_is_right(rich, callee, call_id, talk_ms=end.talk_ms)
    entries = (await rich.get("wallet/entries"))["items"]
    assert [entry["amount_minor"] for entry in entries] == [-PRICE_MINOR, 100]
    assert [entry["balance_after_minor"] for entry in entries] == [90, 100]


async def _history_is_right(caller: Person, callee: Person, call_id: UUID, *, talk_ms: int) -> None:
    """C13: both sides have the call, only the caller sees what it cost."""
    [outgoing] = (await caller.get("calls", direction="outgoing"))["items"]
    [incoming] = (await callee.get("calls", direction="incoming"))["items"]
    assert outgoing["id"] == incoming["id"] == str(call_id)
    assert (outgoing["reason"], outgoing["talk_ms"], outgoing["minutes"]) == ("hung_up", talk_ms, 1)
    assert outgoing["charge_minor"] == PRICE_MINOR
    assert incoming["charge_minor"] is None
    assert outgoing["started_at"] is not None


async def _nothing_was_paid(caller: Person, call_id: UUID, reason: EndReason) -> None:
    """C1: charge 0, no hold left, and a record that says why."""
    record = await caller.get(f"calls/{call_id}")
    assert (record["reason"], record["charge_minor"], record["minutes"]) == (reason, 0, 0)
    wallet = await caller.wallet()
    assert (wallet["balance_minor"], wallet["held_minor"]) == (100, 0)


async def _declined(call_id: UUID, caller: Device, callee: Device) -> None:
    await callee.send(from_client.Decline(call_id=call_id))


async def _cancelled(call_id: UUID, caller: Device, callee: Device) -> None:
    await caller.send(from_client.Cancel(call_id=call_id))


async def _missed(call_id: UUID, caller: Device, callee: Device) -> None:
    """Nobody does anything until the ring time is over."""


async def _connect_failed(call_id: UUID, caller: Device, callee: Device) -> None:
    await callee.send(from_client.Accept(call_id=call_id))
    await caller.expect(to_client.CallAccepted)
    await caller.send(from_client.ConnectFailed(call_id=call_id))


@pytest.mark.parametrize(
    ("happens", "reason"),
    [
        (_declined, EndReason.DECLINED),
        (_cancelled, EndReason.CANCELLED),
        (_missed, EndReason.MISSED),
        (_connect_failed, EndReason.CONNECT_FAILED),
    ],
)
async def test_a_call_that_nobody_talked_in_is_free(
    installation: Installation, happens: object, reason: EndReason
) -> None:
    """C1: declined, cancelled, missed and failed calls cost nothing and hold nothing."""
    assert callable(happens)
    caller, callee = await installation.person(money_minor=100), await installation.person()
    async with caller.device() as caller_device, callee.device() as callee_device:
        call_id = await ring(caller_device, callee, callee_device)
        await happens(call_id, caller_device, callee_device)
        assert (await over(caller_device, callee_device)).reason is reason
        charged = await caller_device.expect(to_client.Charged)
        assert charged.charge_minor == 0
    await _nothing_was_paid(caller, call_id, reason)


async def test_refusals_name_their_reason_and_ring_nowhere(installation: Installation) -> None:
    """D4, C5: nobody there, self, no money, busy and already in a call are five different answers."""
    caller, callee = await installation.person(money_minor=100), await installation.person()
    poor, other = await installation.person(money_minor=PRICE_MINOR - 1), await installation.person(money_minor=100)
    async with (
        caller.device() as calling,
        caller.device() as second,
        callee.device() as called,
        poor.device() as poors,
        other.device() as others,
    ):
        await calling.send(from_client.Invite(callee_user_name="nobody-of-this-name"))
        assert (await calling.expect(to_client.CallRefused)).reason is RefusalReason.UNREACHABLE
        await calling.send(from_client.Invite(callee_id=caller.id))
        assert (await calling.expect(to_client.CallRefused)).reason is RefusalReason.SELF_CALL

        await poors.send(from_client.Invite(callee_id=callee.id))
        refused = await poors.expect(to_client.CallRefused)
        assert (refused.reason, refused.price_minor, refused.shortfall_minor) == ("insufficient_funds", 10, 1)

        await ring(calling, callee, called)
        await second.send(from_client.Invite(callee_id=other.id))
        assert (await second.expect(to_client.CallRefused)).reason is RefusalReason.ALREADY_IN_CALL
        await others.send(from_client.Invite(callee_id=callee.id))
        assert (await others.expect(to_client.CallRefused)).reason is RefusalReason.BUSY
        assert not heard(others, to_client.CallRinging)
    [missed] = (await callee.get("calls", direction="incoming", outcome="busy"))["items"]
    assert missed["reason"] == "busy"


async def test_three_devices_ring_and_one_wins(installation: Installation) -> None:
    """D9: all ring, the first accept wins, the others stop."""
    caller, callee = await installation.person(money_minor=100), await installation.person()
    async with caller.device() as calling, callee.device() as one, callee.device() as two, callee.device() as three:
        call_id = await ring(calling, callee, one, two, three)
        await two.send(from_client.Accept(call_id=call_id))
        await calling.expect(to_client.CallAccepted)
        await two.expect(to_client.CallAccepted)
        for device in (one, three):
            assert (await device.expect(to_client.CallAnsweredElsewhere, seconds_max=1)).call_id == call_id
        await one.send(from_client.Accept(call_id=call_id))
        await one.expect(to_client.Error)
        await two.send(from_client.HangUp(call_id=call_id))
        await over(calling, two)
        assert not heard(one, to_client.CallOver)


async def test_calling_each_other_at_once_makes_one_call(installation: Installation) -> None:
    """D10: glare gives one call, with one hold."""
    one, two = await installation.person(money_minor=100), await installation.person(money_minor=100)
    async with one.device() as ones, two.device() as twos:
        await ones.send(from_client.Invite(callee_id=two.id))
        await twos.send(from_client.Invite(callee_id=one.id))
        first = await ones.expect(to_client.CallAccepted)
        assert (await twos.expect(to_client.CallAccepted)).call_id == first.call_id
        held = [(await person.wallet())["held_minor"] for person in (one, two)]
        assert sorted(held) == [0, PRICE_MINOR]
        await ones.send(from_client.HangUp(call_id=first.call_id))
        await over(ones, twos)
