"""Operators at work, felt by those who talk."""

from __future__ import annotations

from uuid import UUID, uuid4

import pytest
from msgspec import UNSET
from msgspec.structs import replace

from shared.messages import from_client, to_client
from shared.messages.base import EndReason, RefusalReason
from shared.messages.to_client import CloseCode
from talktime.person import Device, DoorError, Person
from tests.harness.programs import Programs
from tests.journeys.installation import MINUTE_MS, PASSWORD, PRICE_MINOR, Installation, Separate
from tests.journeys.office import REASON, Operator, create_operator
from tests.journeys.talk import answer, heard, over, ring
from tests.journeys.test_sessions_end import sent_away

SECONDS_MAX = 2
"""How long an operator's word may take to be felt."""


async def ended(*devices: Device) -> to_client.CallOver:
    """Return how the call ended for everybody, soon."""
    told = [await device.expect(to_client.CallOver, seconds_max=SECONDS_MAX) for device in devices]
    ends = [replace(end, seq=UNSET) for end in told]
    assert all(end == ends[0] for end in ends)
    return ends[0]


async def refused(caller: Device, callee: Person) -> to_client.CallRefused:
    """Return how a call to somebody was refused."""
    await caller.send(from_client.Invite(callee_id=callee.id))
    return await caller.expect(to_client.CallRefused)


async def test_an_operator_ends_a_live_call(programs: Programs, installation: Installation) -> None:
    """A17: seen among the live ones, over for both within two seconds, charged as talked, and in the log."""
    operator = await Operator.hired(programs, installation)
    caller, callee = await installation.person(money_minor=100), await installation.person()
    async with caller.device() as calling, callee.device() as called:
        call_id = await ring(calling, callee, called)
        await answer(call_id, calling, called)
        [live] = [
            item
            for item in (await operator.does("GET", "calls/live", limit=100))["items"]
            if item["id"] == str(call_id)
        ]
        assert (live["caller"]["user_name"], live["callee"]["account_id"]) == (caller.user_name, str(callee.id))
        await operator.does("POST", f"calls/{call_id}/end", REASON)
        end = await ended(calling, called)
        assert (end.call_id, end.reason) == (call_id, EndReason.OPERATOR)
        charged = await calling.expect(to_client.Charged)
        assert charged.charge_minor == PRICE_MINOR * -(-end.talk_ms // MINUTE_MS)
    record = await operator.does("GET", f"calls/{call_id}")
    assert (record["reason"], record["talk_ms"], record["charge_minor"]) == (
        "operator",
        end.talk_ms,
        charged.charge_minor,
    )
    assert (await operator.asks("POST", f"calls/{call_id}/end", REASON)).status_code == 409
    acts = (await operator.does("GET", "audit", call=str(call_id)))["items"]
    assert [act["action"] for act in acts] == ["call.viewed", "call.end_asked"]
    if isinstance(installation, Separate):
        await installation.books_are_right()


async def test_an_operator_ends_a_call_that_rings(programs: Programs, installation: Installation) -> None:
    """A17: for nothing."""
    operator = await Operator.hired(programs, installation)
    caller, callee = await installation.person(money_minor=100), await installation.person()
    async with caller.device() as calling, callee.device() as called:
        call_id = await ring(calling, callee, called)
        await operator.does("POST", f"calls/{call_id}/end", REASON)
        assert (await ended(calling, called)).reason is EndReason.OPERATOR
        assert (await calling.expect(to_client.Charged)).charge_minor == 0


async def test_a_word_that_is_lost_ends_the_call_with_the_minute(programs: Programs, separate: Separate) -> None:
    """A17: notices are hints; billing buys no further minute for a call whose end was asked."""
    caller, callee = await separate.person(money_minor=100), await separate.person()
    async with caller.device() as calling, callee.device() as called:
        call_id = await ring(calling, callee, called)
        await answer(call_id, calling, called)
        await separate.fetch("UPDATE calls SET end_asked_at = now() WHERE id = $1", call_id)
        end = await over(calling, called)
        assert end.reason is EndReason.OPERATOR
        assert end.talk_ms <= MINUTE_MS * 2
    await separate.books_are_right()


async def test_who_is_blocked_stops_calling_until_unblocked(programs: Programs, installation: Installation) -> None:
    """A17, D13, F5: the running call ends, no money helps, being called is allowed; all on the same socket."""
    operator = await Operator.hired(programs, installation)
    caller, callee = await installation.person(money_minor=100), await installation.person(money_minor=100)
    async with caller.device() as calling, callee.device() as called:
        await answer(await ring(calling, callee, called), calling, called)
        await operator.acts_on(caller, "block")
        assert (await ended(calling, called)).reason is EndReason.BLOCKED
        assert (await calling.expect(to_client.Blocked)).wallet.blocked_by_operator
        await calling.expect(to_client.Charged)
        await caller.top_up(100)
        refusal = await refused(calling, callee)
        assert (refusal.reason, refusal.shortfall_minor) == (RefusalReason.BLOCKED, None)

        call_id = await ring(called, caller, calling)
        await called.send(from_client.Cancel(call_id=call_id))
        await over(called, calling)
        await called.expect(to_client.Charged)

        await operator.acts_on(caller, "unblock")
        assert not (await calling.expect(to_client.Unblocked)).wallet.blocked
        await calling.send(from_client.Cancel(call_id=await ring(calling, callee, called)))
        await over(calling, called)
        assert heard(called, to_client.Blocked) == []


async def test_a_block_of_the_callee_leaves_the_call_alone(programs: Programs, installation: Installation) -> None:
    """A17: somebody else pays it."""
    operator = await Operator.hired(programs, installation)
    caller, callee = await installation.person(money_minor=100), await installation.person()
    async with caller.device() as calling, callee.device() as called:
        call_id = await ring(calling, callee, called)
        await answer(call_id, calling, called)
        await operator.acts_on(callee, "block")
        await called.expect(to_client.Blocked)
        await calling.expect(to_client.CallLease)
        await calling.send(from_client.HangUp(call_id=call_id))
        assert (await over(calling, called)).reason is EndReason.HUNG_UP


@pytest.mark.parametrize("role", ["caller", "callee"])
async def test_who_is_disabled_is_out_everywhere(programs: Programs, installation: Installation, role: str) -> None:
    """A8, A17, F5: sockets close within two seconds, the call ends as an operator's, nobody calls; till enabled."""
    operator = await Operator.hired(programs, installation)
    caller, callee = await installation.person(money_minor=100), await installation.person(money_minor=100)
    async with caller.device() as calling, callee.device() as called:
        call_id = await ring(calling, callee, called)
        await answer(call_id, calling, called)
        out = caller if role == "caller" else callee
        outs, others = (calling, called) if role == "caller" else (called, calling)
        await operator.acts_on(out, "disable")
        await sent_away(outs)
        assert (await ended(others)).reason is EndReason.OPERATOR
        assert (await refused(others, out)).reason is RefusalReason.UNREACHABLE
        with pytest.raises(DoorError, match="401"):
            await out.wallet()
        with pytest.raises(DoorError, match="wrong-credentials"):
            await Person.log_in(installation.doors, installation.http, out.user_name, PASSWORD)
        with pytest.raises(DoorError):
            async with out.device():
                pass

        await operator.acts_on(out, "enable")
        again = await Person.log_in(installation.doors, installation.http, out.user_name, PASSWORD)
        async with again.device() as back:
            await others.send(from_client.Cancel(call_id=await ring(others, again, back)))
            await over(others, back)


async def test_a_running_call_keeps_its_price(programs: Programs, installation: Installation) -> None:
    """B7: through its renewals to its charge; the next call has the new one."""
    operator = await Operator.hired(programs, installation)
    caller, callee = await installation.person(money_minor=100), await installation.person()
    async with caller.device() as calling, callee.device() as called:
        call_id = await ring(calling, callee, called)
        await answer(call_id, calling, called)
        await operator.does("PUT", f"accounts/{caller.id}/price", {"price_minor": 35, **REASON})
        await calling.expect(to_client.CallLease)
        await calling.send(from_client.HangUp(call_id=call_id))
        end = await over(calling, called)
        charged = await calling.expect(to_client.Charged)
        assert charged.charge_minor == PRICE_MINOR * -(-end.talk_ms // MINUTE_MS)
        assert charged.wallet.price_minor == 35
        await calling.send(from_client.Cancel(call_id=await ring(calling, callee, called)))
        await over(calling, called)
        ringing = heard(calling, to_client.CallRinging)
        assert [message.price_minor for message in ringing if isinstance(message, to_client.CallRinging)] == [
            PRICE_MINOR,
            35,
        ]


async def test_an_adjustment_lets_a_call_go_on(programs: Programs, installation: Installation) -> None:
    """A17, C7: money from an operator in the last minute is as good as a payment."""
    operator = await Operator.hired(programs, installation)
    caller, callee = await installation.person(money_minor=PRICE_MINOR), await installation.person()
    async with caller.device() as calling, callee.device() as called:
        call_id = await ring(calling, callee, called)
        await answer(call_id, calling, called)
        await calling.expect(to_client.CallLowFunds)
        adjustment = {"amount_minor": PRICE_MINOR, **REASON}
        await operator.does("POST", f"accounts/{caller.id}/adjustments", adjustment, key=str(uuid4()))
        assert (await calling.expect(to_client.CallLease)).paid_ms == 2 * MINUTE_MS
        assert (await over(calling, called)).reason is EndReason.OUT_OF_FUNDS
        assert (await calling.expect(to_client.Charged)).charge_minor == 2 * PRICE_MINOR
    if isinstance(installation, Separate):
        await installation.books_are_right()


async def test_an_operators_token_opens_no_socket(programs: Programs, installation: Installation) -> None:
    """A7: it is for another audience."""
    operator = await Operator.hired(programs, installation)
    operator.person.access_token = operator.access_token
    with pytest.raises(DoorError, match=str(CloseCode.TOKEN_REFUSED)):
        async with operator.person.device():
            pass


async def test_who_is_dismissed_is_out_at_once(programs: Programs, installation: Installation) -> None:
    """A9: by the command line, felt by the next request."""
    operator = await Operator.hired(programs, installation)
    name = operator.person.user_name
    assert (await operator.asks("GET", "figures")).status_code == 200
    removed = await create_operator(programs, installation, name, "--remove")
    assert removed.lines[-1] == f"{name} is no operator any more."
    assert (await operator.asks("GET", "figures")).status_code == 401
    assert UUID((await operator.person.get("me"))["id"]) == operator.person.id
