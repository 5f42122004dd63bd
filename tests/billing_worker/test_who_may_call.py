"""Who may call whom, and how little of it the caller learns."""

from collections.abc import Awaitable, Callable
from dataclasses import replace
from typing import Any

import msgspec
import pytest
from sqlalchemy import text

from shared.database import transaction
from shared.ids import new_id
from shared.messages.base import EndReason, RefusalReason
from shared.messages.events import CallEnded
from shared.messages.requests import Authorize, Authorized, Refused
from shared.settings import Settings
from shared.settings_loading import with_changes
from tests.billing_worker.test_authorize import refused
from tests.billing_worker.town import Resident, Town

Make = Callable[[Town, Resident], Awaitable[Authorize]]


async def unknown_id(town: Town, caller: Resident) -> Authorize:
    return town.invitation(caller, Resident(new_id(), "nobody"), reachable=False)


async def unknown_name(town: Town, caller: Resident) -> Authorize:
    return by_name(town.invitation(caller, Resident(new_id(), "nobody"), reachable=False), "nobody")


async def disabled(town: Town, caller: Resident) -> Authorize:
    callee = await town.moves_in()
    await town.is_disabled(callee)
    return town.invitation(caller, callee, reachable=False)


async def blocking(town: Town, caller: Resident) -> Authorize:
    callee = await town.moves_in()
    await town.blocks(callee, caller)
    return town.invitation(caller, callee)


async def blocking_a_contact(town: Town, caller: Resident) -> Authorize:
    callee = await town.moves_in()
    await town.blocks(callee, caller)
    await town.befriends(callee, caller)
    return by_name(town.invitation(caller, callee), callee.name)


async def contacts_only(town: Town, caller: Resident) -> Authorize:
    callee = await town.moves_in()
    await town.takes_calls_from_contacts_only(callee)
    await town.befriends(caller, callee)
    return town.invitation(caller, callee)


async def blocking_and_in_a_call(town: Town, caller: Resident) -> Authorize:
    callee = await town.moves_in()
    await town.calls(await town.moves_in(100), callee)
    await town.blocks(callee, caller)
    return town.invitation(caller, callee)


async def offline(town: Town, caller: Resident) -> Authorize:
    return town.invitation(caller, await town.moves_in(), reachable=False)


async def offline_by_name(town: Town, caller: Resident) -> Authorize:
    callee = await town.moves_in()
    return by_name(town.invitation(caller, callee, reachable=False), callee.name.upper())


UNKNOWN: list[Make] = [unknown_id, unknown_name, disabled]
UNWILLING: list[Make] = [blocking, blocking_a_contact, contacts_only, blocking_and_in_a_call]
AWAY: list[Make] = [offline, offline_by_name]
ALL = [*UNKNOWN, *UNWILLING, *AWAY]


def by_name(request: Authorize, name: str) -> Authorize:
    return msgspec.structs.replace(request, callee_id=None, callee_user_name=name)


def set_to(town: Town, **changes: Any) -> Town:
    """Return the same town with other settings."""
    return replace(town, settings=with_changes(Settings(), **changes))


async def everything(town: Town) -> dict[str, list[Any]]:
    """Return all rows that a caller, or a caller's statement, could be told of."""
    async with transaction(town.engine) as connection:
        tables = ("wallets", "ledger_entries", "outbox WHERE exchange = 'accounts'", "payments")
        return {table: list(await connection.execute(text(f"SELECT * FROM {table}"))) for table in tables}


@pytest.mark.parametrize("make", ALL)
@pytest.mark.parametrize("answers", ["same", "distinct"])
async def test_whyever_nobody_can_be_reached_is_not_told(town: Town, make: Make, answers: str) -> None:
    """D4: `distinct` tells that there is nobody, and nothing else; nothing is held, told or written to be seen."""
    town = set_to(town, callee_answers=answers)
    caller = await town.moves_in(100)
    request = await make(town, caller)
    before = await everything(town)

    for _ in range(2):
        (reply,) = await town.asks(request)
        is_told = answers == "distinct" and make in UNKNOWN
        reason = RefusalReason.UNKNOWN_CALLEE if is_told else RefusalReason.UNREACHABLE
        assert reply == Refused(call_id=request.call_id, reason=reason)

    assert await everything(town) == before
    record = await town.record(request.call_id)
    if make not in AWAY:
        assert record is None
        assert await town.events() == []
        return
    assert record is not None
    [ended] = await town.events()
    assert isinstance(ended, CallEnded)
    assert (ended.call_id, ended.minutes_held, ended.hidden_from_caller) == (record.id, 0, True)
    assert (record.reason, record.minutes_held, record.charge_minor) == ("unreachable", 0, 0)
    assert record.hidden_from_caller
    assert record.callee_id is not None


@pytest.mark.parametrize("make", ALL)
async def test_giving_up_at_once_leaves_the_same_of_all(town: Town, make: Make) -> None:
    """A cancel that crosses the answer is announced to billing: whatever comes of it, the caller sees nothing."""
    caller = await town.moves_in(100)
    request = await make(town, caller)
    before = await everything(town)
    ended = town.conversation(caller, caller).ended(0, EndReason.CANCELLED)
    ended = msgspec.structs.replace(ended, call_id=request.call_id, callee_id=None, price_minor=None)

    await town.asks(request)
    assert await town.hears(ended, ended) == []

    record = await town.record(request.call_id)
    assert record is not None
    assert record.hidden_from_caller
    assert await everything(town) == before


async def test_who_may_call_may_call(town: Town) -> None:
    """A contact, somebody who was taken off a blocklist of others, and whoever the callee has not heard of."""
    caller, friend, other = await town.moves_in(100), await town.moves_in(), await town.moves_in()
    await town.takes_calls_from_contacts_only(friend)
    await town.befriends(friend, caller)
    await town.blocks(other, friend)
    call = await town.calls(caller, friend)
    await town.hears(call.ended(0))
    assert isinstance(await town.invites(caller, other), Authorized)


@pytest.mark.parametrize("is_disabled", [True, False])
@pytest.mark.parametrize("reachable", [True, False])
async def test_ones_own_blocklist_is_told(town: Town, reachable: bool, is_disabled: bool) -> None:
    """Whatever has become of whoever is on it."""
    caller, callee = await town.moves_in(100), await town.moves_in()
    await town.blocks(caller, callee)
    await town.blocks(callee, caller)
    if is_disabled:
        await town.is_disabled(callee)
    request = town.invitation(caller, callee, reachable=reachable)
    (reply,) = await town.asks(request)
    assert reply == Refused(call_id=request.call_id, reason=RefusalReason.ON_YOUR_BLOCKLIST)
    assert await town.record(request.call_id) is None


async def test_what_the_caller_lacks_comes_first(town: Town) -> None:
    """Else having no money would be a free way to find out."""
    poor, rich = await town.moves_in(0), await town.moves_in(100)
    busy = await town.moves_in()
    await town.calls(rich, busy)
    for make in ALL:
        assert refused((await town.asks(await make(town, poor)))[0]) is RefusalReason.INSUFFICIENT_FUNDS
        assert refused((await town.asks(await make(town, rich)))[0]) is RefusalReason.ALREADY_IN_CALL


async def test_a_busy_callee_is_told_only_to_those_who_could_call(town: Town) -> None:
    """That somebody is in a call would tell that they are there."""
    caller, callee = await town.moves_in(100), await town.moves_in()
    await town.calls(await town.moves_in(100), callee)
    assert refused(await town.invites(caller, callee)) is RefusalReason.BUSY
    away = town.invitation(caller, callee, reachable=False)
    assert refused((await town.asks(away))[0]) is RefusalReason.UNREACHABLE


async def test_glare_needs_no_list(town: Town) -> None:
    """D10: whoever calls somebody wants to talk to them; that one may accept by calling."""
    first, second = await town.moves_in(100), await town.moves_in(100)
    call = await town.calls(first, second)
    await town.blocks(first, second)
    await town.takes_calls_from_contacts_only(first)
    (reply,) = await town.asks(town.invitation(second, first, reachable=False))
    assert isinstance(reply, Refused)
    assert (reply.reason, reply.glare_call_id) == (RefusalReason.BUSY, call.id)


async def test_lists_change_nothing_of_a_call_that_goes_on(town: Town) -> None:
    """It is renewed, and costs what it costs."""
    caller, callee = await town.moves_in(100), await town.moves_in()
    call = await town.calls(caller, callee)
    await town.hears(call.started())
    await town.blocks(callee, caller)
    await town.blocks(caller, callee)
    await call.renewed(2)
    await town.hears(call.ended(61_000))
    assert (await call.record()).charge_minor == 20


async def test_requests_of_one_batch_do_not_mix_their_lists(town: Town) -> None:
    """Everybody's own lists count, and no one else's."""
    one, two = await town.moves_in(100), await town.moves_in(100)
    other, another = await town.moves_in(), await town.moves_in()
    await town.blocks(other, one)
    replies = await town.asks(town.invitation(one, other), town.invitation(two, another))
    assert refused(replies[0]) is RefusalReason.UNREACHABLE
    assert isinstance(replies[1], Authorized)
