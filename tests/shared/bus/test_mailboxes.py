"""Mailboxes, on both transports."""

import asyncio
from collections.abc import Sequence

from shared.bus.interface import Bus, Delivery, Outcome, Rejected
from shared.ids import new_id
from tests.shared.bus.story import Noticed, ids_of, in_time, notice_to
from tests.shared.bus.transports import Transport


async def test_a_mailbox_gets_what_is_for_the_accounts_bound_to_it(bus: Bus) -> None:
    here, there, nowhere = new_id(), new_id(), new_id()
    mine, others = Noticed(), Noticed()
    mailbox = await bus.open_mailbox("node-1", mine.take)
    other_mailbox = await bus.open_mailbox("node-2", others.take)
    await mailbox.bind(here)
    await other_mailbox.bind(there)
    notices = [notice_to(here), notice_to(there), notice_to(nowhere)]
    assert await bus.publish(notices) == [Outcome.CONFIRMED, Outcome.CONFIRMED, Outcome.UNROUTABLE]
    assert ids_of(await mine.messages(1)) == ids_of(notices[:1])
    assert ids_of(await others.messages(1)) == ids_of(notices[1:2])


async def test_an_account_on_two_nodes_is_told_on_both(bus: Bus) -> None:
    account_id = new_id()
    one, two = Noticed(), Noticed()
    await (await bus.open_mailbox("node-1", one.take)).bind(account_id)
    await (await bus.open_mailbox("node-2", two.take)).bind(account_id)
    notice = notice_to(account_id)
    assert await bus.publish([notice]) == [Outcome.CONFIRMED]
    assert ids_of(await one.messages(1)) == ids_of(await two.messages(1)) == ids_of([notice])


async def test_unbound_again_nothing_is_delivered(bus: Bus) -> None:
    account_id = new_id()
    mailbox = await bus.open_mailbox("node-1", Noticed().take)
    await mailbox.bind(account_id)
    await mailbox.bind(account_id)
    assert await bus.publish([notice_to(account_id)]) == [Outcome.CONFIRMED]
    await mailbox.unbind(account_id)
    await mailbox.unbind(account_id)
    assert await bus.publish([notice_to(account_id)]) == [Outcome.UNROUTABLE]


async def test_notices_keep_their_order_and_one_that_fails_stops_no_other(bus: Bus) -> None:
    account_id = new_id()
    notices = [notice_to(account_id) for _ in range(20)]
    failing = ids_of(notices)[3]

    async def choke(batch: Sequence[Delivery]) -> Sequence[Rejected]:
        if batch[0].message_id == failing:
            raise ValueError("no such screen")
        return ()

    noticed = Noticed(choke)
    await (await bus.open_mailbox("node-1", noticed.take)).bind(account_id)
    await bus.publish(notices)
    assert ids_of(await noticed.messages(19)) == [notice for notice in ids_of(notices) if notice != failing]


async def test_a_stopped_mailbox_is_gone(bus: Bus) -> None:
    account_id = new_id()
    mailbox = await bus.open_mailbox("node-1", Noticed().take)
    await mailbox.bind(account_id)
    await mailbox.stop()
    await mailbox.stop()
    assert await bus.publish([notice_to(account_id)]) == [Outcome.UNROUTABLE]


async def test_a_mailbox_begins_empty_and_unbound(bus: Bus) -> None:
    before, now = new_id(), new_id()
    first = await bus.open_mailbox("node-1", Noticed().take)
    await first.bind(before)
    await first.stop()
    noticed = Noticed()
    mailbox = await bus.open_mailbox("node-1", noticed.take)
    await mailbox.bind(now)
    notice = notice_to(now)
    assert await bus.publish([notice_to(before), notice]) == [Outcome.UNROUTABLE, Outcome.CONFIRMED]
    assert ids_of(await noticed.messages(1)) == ids_of([notice])


async def test_whoever_has_lost_its_mailbox_hears_when_it_is_back(transport: Transport) -> None:
    """F4: bound as before; what came meanwhile may be lost, so the node has to ask how things stand."""
    account_id, noticed, returned = new_id(), Noticed(), asyncio.Event()
    mailbox = await transport.bus.open_mailbox("node-1", noticed.take, on_return=returned.set)
    await mailbox.bind(account_id)
    assert not returned.is_set()
    for _ in range(2):
        await transport.lose_mailbox("node-1")
        await in_time(returned.wait())
        returned.clear()
    notice = notice_to(account_id)
    assert await transport.bus.publish([notice]) == [Outcome.CONFIRMED]
    assert ids_of(await noticed.messages(1)) == ids_of([notice])
    await mailbox.stop()
    assert not returned.is_set()
