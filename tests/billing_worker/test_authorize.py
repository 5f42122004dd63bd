"""May this call ring?"""

import msgspec
import pytest

from shared.ids import new_id
from shared.messages.base import CallTerms, EndReason, Party, RefusalReason
from shared.messages.notices import AccountUnblocked, WalletChanged
from shared.messages.requests import Authorized, Refused
from tests.billing_worker.town import PRICE, Conversation, Resident, Town, of_type


def refused(reply: object) -> RefusalReason:
    assert isinstance(reply, Refused), reply
    return reply.reason


async def test_a_call_that_may_ring_holds_a_minute_and_both_parties(town: Town) -> None:
    """C5: ten available are enough for a price of ten."""
    caller, callee = await town.moves_in(10, name="Rich"), await town.moves_in(name="Callee")

    reply = await town.invites(caller, callee)

    assert isinstance(reply, Authorized)
    assert reply == Authorized(
        call_id=reply.call_id,
        caller=Party(account_id=caller.id, user_name="Rich"),
        callee=Party(account_id=callee.id, user_name="Callee"),
        price_minor=10,
        currency="EUR",
        terms=CallTerms(minute_ms=town.terms.minute_ms, authorized_at=town.clock.now()),
    )
    wallet = await town.wallet(caller)
    assert (wallet.balance_minor, wallet.held_minor, wallet.in_call_id) == (10, 10, reply.call_id)
    assert (await town.wallet(callee)).in_call_id == reply.call_id
    record = await town.record(reply.call_id)
    assert record is not None
    assert (record.minutes_held, record.price_minor, record.settled_at) == (1, 10, None)
    longest_ms = town.terms.setup_ms + town.terms.minute_ms
    assert (record.lease_ends_at - town.clock.now()).total_seconds() * 1_000 == longest_ms
    (told,) = await town.notices()
    assert isinstance(told, WalletChanged)
    assert (told.account_id, told.wallet.held_minor) == (caller.id, 10)


async def test_who_wants_relayed_media_only_is_read_afresh(town: Town) -> None:
    """D6: signaling, which has no database, learns with each call whose addresses to take out."""
    caller, callee = await town.moves_in(100), await town.moves_in()
    for who, expected in ((caller, (True, False)), (callee, (True, True))):
        await town.wants_relayed_media(who)
        reply = await town.invites(caller, callee)
        assert isinstance(reply, Authorized)
        assert (reply.caller_relay_only, reply.callee_relay_only) == expected
        conversation = Conversation(town, reply.call_id, caller, callee)
        await town.hears(conversation.ended(0))


async def test_too_little_money_is_refused_with_what_is_missing(town: Town) -> None:
    """C5: nine are not enough; nothing is held and nothing written."""
    caller, callee = await town.moves_in(9), await town.moves_in()

    reply = await town.invites(caller, callee)

    assert reply == Refused(
        call_id=reply.call_id,  # type: ignore[union-attr]  # compared as a whole
        reason=RefusalReason.INSUFFICIENT_FUNDS,
        price_minor=10,
        shortfall_minor=1,
        currency="EUR",
    )
    assert await town.notices() == []
    assert (await town.wallet(callee)).in_call_id is None


async def test_a_blocked_caller_is_refused_until_a_minute_can_be_paid(town: Town) -> None:
    """C7: a top-up is all it takes; a block whose reason is gone ends with the next call at the latest."""
    caller, callee = await town.moves_in(15), await town.moves_in()
    call = await town.calls(caller, callee)
    await town.hears(call.ended(1))

    reply = await town.invites(caller, callee)
    assert isinstance(reply, Refused)
    assert (reply.reason, reply.price_minor, reply.shortfall_minor) == (RefusalReason.BLOCKED, 10, 5)

    await town.changes_price(caller, 5)
    assert isinstance(await town.invites(caller, callee, call_id := new_id()), Authorized)
    assert (await town.wallet(caller)).blocked_at is None
    assert len(of_type(AccountUnblocked, await town.notices())) == 1
    assert (await town.record(call_id)) is not None


@pytest.mark.parametrize("name", ["Callee", "callee", "CALLEE"])
async def test_the_callee_is_found_by_name_in_any_case(town: Town, name: str) -> None:
    """A3: user names are the same in any case."""
    caller, callee = await town.moves_in(10), await town.moves_in(name="Callee")
    invitation = msgspec.structs.replace(
        town.invitation(caller, callee), callee_id=None, callee_user_name=name, call_id=new_id()
    )

    for _ in range(2):
        (reply,) = await town.asks(invitation)
        assert isinstance(reply, Authorized)
        assert reply.callee == Party(account_id=callee.id, user_name="Callee")


async def test_refusals_name_the_first_reason(town: Town) -> None:
    """D4: each its own; where several apply, the order of `authorize` decides."""
    poor, rich, other, gone = [await town.moves_in(money) for money in (0, 100, 100, 100)]
    stranger = Resident(new_id(), "stranger")
    await town.is_disabled(gone)

    assert refused(await town.invites(poor, poor)) is RefusalReason.SELF_CALL
    assert refused(await town.invites(poor, stranger)) is RefusalReason.INSUFFICIENT_FUNDS
    assert refused(await town.invites(rich, stranger)) is RefusalReason.UNREACHABLE
    assert refused(await town.invites(rich, gone)) is RefusalReason.UNREACHABLE
    assert refused(await town.invites(gone, rich)) is RefusalReason.BLOCKED
    assert refused(await town.invites(stranger, rich)) is RefusalReason.BLOCKED
    await town.calls(rich, other)
    assert refused(await town.invites(rich, other)) is RefusalReason.ALREADY_IN_CALL
    assert refused(await town.invites(poor, rich)) is RefusalReason.INSUFFICIENT_FUNDS


async def test_exactly_one_callee_is_named(town: Town) -> None:
    """None, or two, are nobody."""
    caller, callee = await town.moves_in(10), await town.moves_in()
    both = msgspec.structs.replace(town.invitation(caller, callee), callee_user_name=callee.name)
    none = msgspec.structs.replace(both, callee_id=None, callee_user_name=None)

    for reply in await town.asks(both, none):
        assert refused(reply) is RefusalReason.UNREACHABLE


@pytest.mark.parametrize("busy_with_own_call", [True, False])
async def test_a_busy_callee_is_kept_in_the_history(town: Town, busy_with_own_call: bool) -> None:
    """C1, C13: the attempt is a record without minutes; asked again, it is answered the same."""
    caller, callee, other = [await town.moves_in(100) for _ in range(3)]
    await (town.calls(callee, other) if busy_with_own_call else town.calls(other, callee))
    invitation = town.invitation(caller, callee)

    for _ in range(2):
        (reply,) = await town.asks(invitation)
        assert reply == Refused(call_id=invitation.call_id, reason=RefusalReason.BUSY)

    record = await town.record(invitation.call_id)
    assert record is not None
    assert (record.reason, record.minutes, record.charge_minor, record.minutes_held) == ("busy", 0, 0, 0)
    assert (await town.wallet(caller)).in_call_id is None


@pytest.mark.parametrize("money", [100, 0])
async def test_glare_names_the_call_to_accept_instead(town: Town, money: int) -> None:
    """D10: two who call each other get one call and one hold; accepting costs the second nothing."""
    first, second = await town.moves_in(100), await town.moves_in(money)
    call = await town.calls(first, second)

    reply = await town.invites(second, first)

    assert isinstance(reply, Refused)
    assert (reply.reason, reply.glare_call_id) == (RefusalReason.BUSY, call.id)
    assert await town.record(reply.call_id) is None
    assert (await town.wallet(second)).held_minor == 0

    await town.hears(call.started())
    assert refused(await town.invites(second, first)) is RefusalReason.ALREADY_IN_CALL


async def test_glare_within_one_batch(town: Town) -> None:
    """D10: requests of one batch see each other."""
    first, second = await town.moves_in(100), await town.moves_in(100)
    one, two = town.invitation(first, second), town.invitation(second, first)

    authorized, refusal = await town.asks(one, two)

    assert isinstance(authorized, Authorized)
    assert refusal == Refused(
        call_id=two.call_id, reason=RefusalReason.BUSY, glare_call_id=one.call_id, glare_node="node-1"
    )


async def test_a_repeated_request_changes_nothing(town: Town) -> None:
    """The same reply while the call lives, by id or by name; and no second hold."""
    caller, callee = await town.moves_in(100), await town.moves_in()
    invitation = town.invitation(caller, callee)
    by_name = msgspec.structs.replace(invitation, callee_id=None, callee_user_name=callee.name.upper())

    replies = await town.asks(invitation, invitation) + await town.asks(by_name)

    assert len(set(map(repr, replies))) == 1
    assert (await town.wallet(caller)).held_minor == PRICE
    assert len(await town.notices()) == 1


async def test_a_call_id_of_other_parties_is_refused(town: Town) -> None:
    """It contradicts what is known; nothing is held for it."""
    caller, callee, other = [await town.moves_in(100) for _ in range(3)]
    call = await town.calls(caller, callee)

    assert refused(await town.invites(caller, other, call.id)) is RefusalReason.BILLING_UNAVAILABLE
    assert refused(await town.invites(other, callee, call.id)) is RefusalReason.BILLING_UNAVAILABLE


async def test_an_end_that_overtook_its_authorize_leaves_nothing_held(town: Town) -> None:
    """The caller hung up before billing read the request: the late request finds the call over."""
    caller, callee = await town.moves_in(100), await town.moves_in()
    call = town.conversation(caller, callee)

    assert await town.hears(call.ended(0, EndReason.CANCELLED), call.ended(0, EndReason.CANCELLED)) == []
    assert refused(await town.invites(caller, callee, call.id)) is RefusalReason.BILLING_UNAVAILABLE

    assert (await town.wallet(caller)).held_minor == 0
    record = await call.record()
    assert (record.reason, record.minutes, record.callee_id) == ("cancelled", 0, callee.id)


async def test_one_that_cannot_be_decided_hurts_no_other(town: Town) -> None:
    """F3: a request that the database refuses is refused alone; the bus gives the others again one by one."""
    caller, callee = await town.moves_in(100), await town.moves_in()
    bad = msgspec.structs.replace(town.invitation(caller, callee), node="\0")

    assert refused((await town.asks(bad))[0]) is RefusalReason.BILLING_UNAVAILABLE
    assert isinstance(await town.invites(caller, callee), Authorized)
