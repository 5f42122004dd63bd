"""D15 at the database: who is where, as nodes say it, and what becomes of a node that falls silent."""

from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import select, update

from billing_worker.housekeeping import Housekeeping
from shared.database import transaction
from shared.ids import new_id
from shared.messages.base import EndReason, PersonPresence, RefusalReason
from shared.messages.requests import (
    Admit,
    Authorized,
    Look,
    Looked,
    PresenceReported,
    Refused,
    ReportPresence,
)
from shared.models import Account, Presence, SignalingNode
from tests.billing_worker.town import Resident, Town


async def connects(town: Town, *residents: Resident, node: str = "node-2") -> None:
    """Have devices let in at a node that is alive."""
    await reports(town, node=node)
    sessions = [await town.logs_in(resident) for resident in residents]
    await town.asks(
        *(
            Admit(node=node, account_id=resident.id, session_id=session_id)
            for resident, session_id in zip(residents, sessions, strict=True)
        )
    )


async def reports(
    town: Town, *left: Resident, node: str = "node-2", here: tuple[Resident, ...] = (), **said: Any
) -> PresenceReported:
    """Have the node report; with growing numbers, as time goes on."""
    town.clock.advance(1)
    number = int(town.clock.now().timestamp() * 1_000)
    account_ids = {"left": [each.id for each in left], "here": [each.id for each in here]}
    facts: dict[str, Any] = {"node": node, "number": number, **account_ids, **said}
    (reply,) = await town.asks(ReportPresence(**facts))
    assert isinstance(reply, PresenceReported)
    return reply


async def seen(town: Town, watcher: Resident, person: Resident) -> PersonPresence:
    """Return what the watcher may know."""
    (reply,) = await town.asks(Look(pairs=[(watcher.id, person.id)]))
    assert isinstance(reply, Looked)
    return reply.people[0]


async def state(town: Town, watcher: Resident, person: Resident) -> str:
    """Return how the watcher sees them."""
    return (await seen(town, watcher, person)).state


async def sets(town: Town, resident: Resident, **wishes: Any) -> None:
    """Set it in the profile."""
    async with transaction(town.engine) as connection:
        await connection.execute(update(Account).where(Account.id == resident.id).values(**wishes))


async def last_seen(town: Town, resident: Resident) -> datetime | None:
    """Return what is stored."""
    async with transaction(town.engine) as connection:
        return await connection.scalar(select(Account.last_seen_at).where(Account.id == resident.id))


async def places(town: Town) -> set[tuple[UUID, str]]:
    """Return who is noted where."""
    async with transaction(town.engine) as connection:
        return {(row[0], row[1]) for row in await connection.execute(select(Presence.account_id, Presence.node))}


async def test_who_is_let_in_is_there_until_the_node_says_otherwise(town: Town) -> None:
    """D15: at one node or at several; nobody who is refused."""
    ann, ben = await town.moves_in(), await town.moves_in()
    assert await state(town, ann, ben) == "offline"
    for node in ("node-1", "node-2", "node-2"):
        await connects(town, ben, node=node)
    await town.asks(Admit(node="node-1", account_id=ann.id, session_id=new_id()))
    assert await places(town) == {(ben.id, "node-1"), (ben.id, "node-2")}
    await reports(town, ben, node="node-1")
    assert await state(town, ann, ben) == "available"
    await reports(town, ben, ann, node="node-2")
    assert await state(town, ann, ben) == "offline"


async def test_a_node_that_starts_has_nobody(town: Town) -> None:
    """D15: but those who it says are there already; another node's people stay."""
    ann, ben, cleo = [await town.moves_in() for _ in range(3)]
    await connects(town, ann, ben, node="node-1")
    await connects(town, cleo, node="node-2")
    await reports(town, node="node-1", here=(ben,), starting=True)
    assert await places(town) == {(ben.id, "node-1"), (cleo.id, "node-2")}


async def test_a_report_that_comes_late_changes_nothing(town: Town) -> None:
    """D15: whoever has come back since is there; but it is a sign of life."""
    ann, ben = await town.moves_in(), await town.moves_in()
    await connects(town, ben)
    await reports(town, here=(ben,), number=2**52)
    town.clock.advance(29_000)
    await reports(town, ben, number=2**52 - 1)
    town.clock.advance(29_000)
    assert await state(town, ann, ben) == "available"
    await reports(town, number=7, starting=True)
    await reports(town, number=8, here=(ben,))
    assert await state(town, ann, ben) == "available"


async def test_who_is_reported_and_does_not_exist_is_nobody(town: Town) -> None:
    """Nothing is stored, and no other report of the batch is lost for it."""
    await reports(town, here=(Resident(new_id(), "nobody"),), starting=True)
    assert await places(town) == set()


async def test_the_people_of_a_node_that_dies_are_offline(town: Town) -> None:
    """D15, C6: within `node_silence_seconds`, without a word of it; seen last when it was heard of last."""
    ann, ben = await town.moves_in(), await town.moves_in()
    await sets(town, ben, last_seen_shared=True)
    await connects(town, ben)
    died_at = town.clock.now()
    town.clock.advance(30_000)
    assert await state(town, ann, ben) == "available"
    town.clock.advance(1)
    person = await seen(town, ann, ben)
    assert (person.state, person.last_seen_at) == ("offline", died_at)
    await reports(town)
    assert await state(town, ann, ben) == "available"


async def test_a_dead_node_is_tidied_away(town: Town) -> None:
    """D15: and asked who is there, should it come back all the same."""
    ben, cleo = await town.moves_in(), await town.moves_in()
    await sets(town, ben, last_seen_shared=True)
    await connects(town, ben, cleo)
    died_at = town.clock.now()
    month = timedelta(days=30)
    housekeeping = Housekeeping(town.engine, clock=town.clock, retention=month, key_retention=month)
    town.clock.advance(3_600_000)
    await housekeeping.tidy()
    assert len(await places(town)) == 2
    town.clock.advance(1)
    await housekeeping.tidy()
    assert await places(town) == set()
    assert (await last_seen(town, ben), await last_seen(town, cleo)) == (died_at, None)
    async with transaction(town.engine) as connection:
        assert (await connection.execute(select(SignalingNode.node))).all() == []
    assert (await reports(town)).unknown_node
    assert not (await reports(town)).unknown_node
    assert not (await reports(town, node="new", starting=True)).unknown_node


async def test_last_seen_is_stored_for_those_who_share_it(town: Town) -> None:
    """D15: and for nobody else; never going back."""
    ann, ben = await town.moves_in(), await town.moves_in()
    await sets(town, ben, last_seen_shared=True)
    await connects(town, ann, ben)
    await reports(town, ann, ben)
    left_at = town.clock.now()
    assert (await last_seen(town, ann), await last_seen(town, ben)) == (None, left_at)
    await connects(town, ben, node="node-3")
    town.clock.advance(5_000)
    await reports(town, node="node-3", starting=True)
    assert await last_seen(town, ben) == (await seen(town, ann, ben)).last_seen_at
    assert (await last_seen(town, ben) or left_at) >= left_at


@pytest.mark.parametrize("starting", [False, True])
async def test_a_callee_at_another_node_rings(town: Town, starting: bool) -> None:
    """D12: as long as that node is alive; of itself the asking node knows better."""
    ann, ben = await town.moves_in(100), await town.moves_in()
    refused = town.invitation(ann, ben, reachable=False)
    assert await town.asks(refused) == [Refused(call_id=refused.call_id, reason=RefusalReason.UNREACHABLE)]
    await connects(town, ben, node="node-1")
    (reply,) = await town.asks(town.invitation(ann, ben, reachable=False))
    assert isinstance(reply, Refused)
    await connects(town, ben, node="node-2")
    if starting:
        await reports(town, starting=True)
    else:
        town.clock.advance(30_001)
    (reply,) = await town.asks(town.invitation(ann, ben, reachable=False))
    assert isinstance(reply, Refused)
    await connects(town, ben, node="node-2")
    (reply,) = await town.asks(town.invitation(ann, ben, reachable=False))
    assert isinstance(reply, Authorized)


async def test_do_not_disturb_is_unreachable(town: Town) -> None:
    """D15, D4: the same answer as to who is away, no money held, and the attempt kept for the callee alone."""
    ann, ben, gone = await town.moves_in(100), await town.moves_in(), await town.moves_in()
    await connects(town, ben)
    await sets(town, ben, do_not_disturb=True)
    assert await state(town, ann, ben) == "do_not_disturb"
    to_ben, to_gone = town.invitation(ann, ben), town.invitation(ann, gone, reachable=False)
    refusals = await town.asks(to_ben, to_gone)
    assert refusals == [
        Refused(call_id=each.call_id, reason=RefusalReason.UNREACHABLE) for each in (to_ben, to_gone)
    ]
    record, other = await town.record(to_ben.call_id), await town.record(to_gone.call_id)
    assert record is not None
    assert other is not None
    assert (record.reason, record.hidden_from_caller, record.charge_minor) == (EndReason.UNREACHABLE, True, 0)
    assert (other.reason, other.hidden_from_caller) == (EndReason.UNREACHABLE, True)
    assert (await town.wallet(ann)).held_minor == 0
    assert await town.asks(to_ben) == [refusals[0]]
    await sets(town, ben, do_not_disturb=False)
    assert isinstance(await town.invites(ann, ben), Authorized)


async def test_who_does_not_want_to_be_disturbed_may_call(town: Town) -> None:
    """D15: it is about being called."""
    ann, ben = await town.moves_in(100), await town.moves_in()
    await sets(town, ann, do_not_disturb=True)
    assert isinstance(await town.invites(ann, ben), Authorized)


async def test_both_are_busy_from_the_authorization_to_the_settlement(town: Town) -> None:
    """D15: then they are available again."""
    ann, ben, cleo = await town.moves_in(100), await town.moves_in(), await town.moves_in()
    await connects(town, ann, ben)
    call = await town.calls(ann, ben)
    assert [await state(town, cleo, each) for each in (ann, ben)] == ["busy", "busy"]
    await town.hears(call.started(), call.ended(30_000))
    assert [await state(town, cleo, each) for each in (ann, ben)] == ["available", "available"]


async def test_a_batch_of_looks_is_one_select(town: Town) -> None:
    """D15: for any number of watchers; each sees as much as it may."""
    ann, ben, cleo = [await town.moves_in() for _ in range(3)]
    await connects(town, ann, ben, cleo)
    await town.blocks(ben, cleo)
    nobody = new_id()
    looks = [
        Look(pairs=[(ann.id, ben.id), (cleo.id, ben.id), (ben.id, cleo.id), (ann.id, nobody)]),
        Look(pairs=[]),
        Look(pairs=[(nobody, ann.id), (cleo.id, ann.id)]),
    ]
    with town.statements() as statements:
        replies = await town.admission.handle(looks)
    assert len(statements) == 1
    assert [[person.state for person in reply.people] for reply in replies if isinstance(reply, Looked)] == [
        ["available", "hidden", "hidden", "hidden"], [], ["hidden", "available"],
    ]  # fmt: skip
