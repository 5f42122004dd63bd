"""Accounts are bound while somebody holds them, in whatever order people come and go."""

import asyncio
from uuid import UUID

from shared.bus.topology import ACCOUNTS, Exchange
from shared.ids import new_id
from signaling.background import Background
from signaling.devices.bindings import Bindings
from tests.signaling.manual_time import give_turns


class SlowMailbox:
    """Implements `shared.bus.interface.Mailbox`; each call waits until the test lets it go on."""

    def __init__(self) -> None:
        self.bound: set[UUID] = set()
        self.calls = 0
        self.goes_on = asyncio.Event()
        self.goes_on.set()

    async def bind(self, account_id: UUID, *, exchange: Exchange = ACCOUNTS) -> None:
        self.calls += 1
        await self.goes_on.wait()
        self.bound.add(account_id)

    async def unbind(self, account_id: UUID, *, exchange: Exchange = ACCOUNTS) -> None:
        self.calls += 1
        await self.goes_on.wait()
        self.bound.discard(account_id)

    async def stop(self) -> None:
        self.bound.clear()


async def test_the_first_binds_and_the_last_unbinds() -> None:
    mailbox, account_id = SlowMailbox(), new_id()
    bindings = Bindings(Background())
    bindings.open(mailbox)
    await bindings.hold(account_id)
    await bindings.hold(account_id)
    assert mailbox.calls == 1
    bindings.release(account_id)
    await give_turns()
    assert mailbox.bound == {account_id}
    bindings.release(account_id)
    await give_turns()
    assert mailbox.bound == set()


async def test_somebody_who_comes_while_it_is_unbound_is_bound_in_the_end() -> None:
    """D13: the broker hears the two in this order."""
    mailbox, account_id = SlowMailbox(), new_id()
    bindings = Bindings(Background())
    bindings.open(mailbox)
    await bindings.hold(account_id)
    mailbox.goes_on.clear()
    bindings.release(account_id)
    await give_turns()
    holding = asyncio.create_task(bindings.hold(account_id))
    await give_turns()
    assert not holding.done()
    mailbox.goes_on.set()
    await holding
    assert mailbox.bound == {account_id}


async def test_somebody_who_leaves_while_it_is_bound_is_not_bound_in_the_end() -> None:
    mailbox, account_id = SlowMailbox(), new_id()
    bindings = Bindings(Background())
    bindings.open(mailbox)
    mailbox.goes_on.clear()
    holding = asyncio.create_task(bindings.hold(account_id))
    await give_turns()
    bindings.release(account_id)
    mailbox.goes_on.set()
    await holding
    await give_turns()
    assert mailbox.bound == set()


async def test_many_that_are_bound_for_nobody_in_a_hurry_leave_room() -> None:
    """D11: a mailbox is told one after another; a device that is being let in waits behind a few, not thousands."""
    mailbox = SlowMailbox()
    bindings = Bindings(Background(), at_once=4)
    bindings.open(mailbox)
    mailbox.goes_on.clear()
    holding = [asyncio.create_task(bindings.hold(new_id())) for _ in range(200)]
    await give_turns()
    assert mailbox.calls == 4
    mailbox.goes_on.set()
    await asyncio.gather(*holding)
    assert (mailbox.calls, len(mailbox.bound)) == (200, 200)
