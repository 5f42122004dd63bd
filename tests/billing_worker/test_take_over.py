"""F3, F4: a call gets another owner, once; what the earlier one still asks and says moves no money."""

import asyncio
from datetime import timedelta

from shared.ids import new_id
from shared.messages.events import CallTakenOver
from shared.messages.requests import (
    Authorized,
    NotTakenOver,
    Refused,
    RenewalRefused,
    Renewed,
    TakenOver,
    TakeOver,
)
from tests.billing_worker.town import MINUTE_MS, PRICE, Town

SECOND_MS = 1_000


async def test_the_new_owner_hears_all_that_the_first_one_knew(town: Town) -> None:
    ann, ben = await town.moves_in(100, name="Ann"), await town.moves_in(name="Ben")
    await town.limits(ann, call_ms=3 * MINUTE_MS)
    await town.wants_relayed_media(ben)
    authorized = await town.invites(ann, ben)
    assert isinstance(authorized, Authorized)
    call = town.conversation_of(authorized, ann, ben)
    started = call.started()
    await town.hears(started)
    await call.renewed(2)

    reply = await call.moves(talk_ms=50 * SECOND_MS)

    assert reply == TakenOver(
        call_id=call.id,
        epoch=2,
        caller=authorized.caller,
        callee=authorized.callee,
        price_minor=PRICE,
        currency="EUR",
        terms=authorized.terms,
        talk_ms_max=3 * MINUTE_MS,
        callee_relay_only=True,
        minutes_held=2,
        proof_talk_ms=50 * SECOND_MS,
        started_at=started.started_at,
    )
    record = await call.record()
    assert (record.node, record.epoch, record.proof_talk_ms) == ("node-2", 2, 50 * SECOND_MS)
    assert record.lease_ends_at == town.clock.now() + timedelta(milliseconds=2 * MINUTE_MS - 50 * SECOND_MS)


async def test_proof_is_a_register(town: Town) -> None:
    """A ticket can neither lower what is proven nor prove more than is paid."""
    call = await town.calls(await town.moves_in(100), await town.moves_in(), minutes=2)
    await town.asks(call.renewal(2, 30 * SECOND_MS))
    assert (await call.moves(talk_ms=20 * SECOND_MS)).proof_talk_ms == 45 * SECOND_MS
    assert (await call.moves("node-3", epoch=2, talk_ms=9 * MINUTE_MS)).proof_talk_ms == 2 * MINUTE_MS


async def test_a_repeated_takeover_is_answered_alike_and_told_once(town: Town) -> None:
    call = await town.calls(await town.moves_in(100), await town.moves_in())
    first = await call.moves(talk_ms=1)
    assert await call.moves(talk_ms=1) == first
    assert await town.asks(call.takeover(talk_ms=1), call.takeover(talk_ms=1)) == [first, first]
    (told,) = await town.events()
    assert told == CallTakenOver(
        event_id=told.event_id, call_id=call.id, epoch=2, node="node-2", talk_ms=1, taken_over_at=town.clock.now()
    )


async def test_of_several_nodes_one_gets_the_call(town: Town) -> None:
    """In one batch and in many at once: the others hear who it is."""
    town.audited = False
    call = await town.calls(await town.moves_in(100), await town.moves_in())
    asked = [call.takeover(f"node-{number}") for number in range(2, 10)]
    answers = await asyncio.gather(*(town.asks(*asked[place::4]) for place in range(4)))
    replies = [reply for answer in answers for reply in answer]
    (won,) = [reply for reply in replies if isinstance(reply, TakenOver)]
    record = await call.record()
    lost = NotTakenOver(call_id=call.id, reason="taken_over", node=record.node, epoch=2)
    assert [reply for reply in replies if reply != won] == [lost] * 7
    assert (won.epoch, record.epoch) == (2, 2)


async def test_what_is_over_or_unknown_is_nobodys(town: Town) -> None:
    call = await town.calls(await town.moves_in(100), await town.moves_in())
    await town.hears(call.ended(1))
    unknown = new_id()
    assert await town.asks(call.takeover(), TakeOver(call_id=unknown, epoch=1, node="node-2", talk_ms=0)) == [
        NotTakenOver(call_id=call.id, reason="over"),
        NotTakenOver(call_id=unknown, reason="unknown_call"),
    ]
    record = await call.record()
    assert (record.node, record.epoch) == ("node-1", 1)


async def test_a_call_that_rings_has_time_to_be_answered(town: Town) -> None:
    """Its lease is anew that of the authorization."""
    call = await town.calls(await town.moves_in(100), await town.moves_in())
    town.clock.advance(30 * SECOND_MS)
    await call.moves()
    expected = town.clock.now() + town.terms.setup + timedelta(minutes=1)
    assert (await call.record()).lease_ends_at == expected


async def test_the_earlier_owner_renews_nothing(town: Town) -> None:
    """Neither does it prove anything, and it hears whose the call is; the later one goes on."""
    ann = await town.moves_in(100)
    call = await town.calls(ann, await town.moves_in())
    await call.moves(talk_ms=10 * SECOND_MS)
    stale = [call.renewal(1, 40 * SECOND_MS), call.renewal(2, 50 * SECOND_MS)]
    assert await town.asks(*stale) == [
        RenewalRefused(call_id=call.id, minute=minute, reason="taken_over", node="node-2") for minute in (1, 2)
    ]
    assert ((await call.record()).proof_talk_ms, (await town.wallet(ann)).held_minor) == (10 * SECOND_MS, PRICE)
    assert await town.asks(call.renewal(2, 50 * SECOND_MS, epoch=2)) == [Renewed(call_id=call.id, minute=2)]
    await town.hears(call.ended(60_001, node="node-2", epoch=2))
    assert isinstance((await town.asks(stale[0]))[0], RenewalRefused)
    assert [reply.reason for reply in await town.asks(*stale) if isinstance(reply, RenewalRefused)] == [
        "taken_over"
    ] * 2


async def test_a_held_minute_asked_for_again_is_a_proof_of_life(town: Town) -> None:
    """The first one, too, which `authorize` held: of a node that is about to leave."""
    ann = await town.moves_in(100)
    call = await town.calls(ann, await town.moves_in())
    assert await town.asks(call.renewal(1, 44 * SECOND_MS)) == [Renewed(call_id=call.id, minute=1)]
    assert ((await call.record()).proof_talk_ms, (await town.wallet(ann)).held_minor) == (44 * SECOND_MS, PRICE)


async def test_who_is_admitted_hears_where_the_call_is(town: Town) -> None:
    """Both of its parties, until it is over."""
    ann, ben = await town.moves_in(100), await town.moves_in()
    asked = [await town.admission_of(person) for person in (ann, ben)]
    assert [reply.call for reply in await town.admits(*asked)] == [None, None]
    call = await town.calls(ann, ben)
    for node, epoch in (("node-1", 1), ("node-2", 2)):
        places = [reply.call for reply in await town.admits(*asked)]
        assert [(each.call_id, each.node, each.epoch) for each in places if each] == [(call.id, node, epoch)] * 2
        if epoch == 1:
            await call.moves()
    await town.hears(call.ended(1, node="node-2", epoch=2))
    assert [reply.call for reply in await town.admits(*asked)] == [None, None]


async def test_an_invite_repeated_by_the_first_owner_does_not_ring(town: Town) -> None:
    ann, ben = await town.moves_in(100), await town.moves_in()
    call = await town.calls(ann, ben)
    await call.moves()
    (reply,) = await town.asks(town.invitation(ann, ben, call.id))
    assert isinstance(reply, Refused)


async def test_glare_names_the_node_of_now(town: Town) -> None:
    """The second invite becomes an accept of the first, wherever that is."""
    ann, ben = await town.moves_in(100), await town.moves_in(100)
    call = await town.calls(ann, ben)
    await call.moves()
    reply = await town.invites(ben, ann)
    assert isinstance(reply, Refused)
    assert (reply.glare_call_id, reply.glare_node) == (call.id, "node-2")


async def test_on_a_restored_database_the_greater_epoch_counts(town: Town) -> None:
    """It was given away before: neither may the node that has it be refused, nor a second one get it."""
    call = await town.calls(await town.moves_in(100), await town.moves_in())
    assert await town.asks(call.renewal(2, epoch=3)) == [Renewed(call_id=call.id, minute=2)]
    (reply,) = await town.asks(call.takeover("node-7", epoch=2))
    assert isinstance(reply, NotTakenOver)
    assert (reply.reason, reply.epoch) == ("taken_over", 3)
    assert (await call.moves("node-7", epoch=5)).epoch == 6
