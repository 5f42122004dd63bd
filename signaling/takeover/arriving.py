"""Which call a device that says hello comes back to, and from where it goes on."""

from __future__ import annotations

import logging
from uuid import UUID

from shared.ids import new_id
from shared.messages.base import LiveCallAt
from shared.messages.from_client import Hello
from shared.messages.nodes import Attached, CallState, HandedOver, NotMine
from shared.messages.requests import Admitted, NotTakenOver
from signaling.call.inputs import TicketShown
from signaling.call.states import Device
from signaling.devices.place import NOWHERE, Place
from signaling.devices.registry import ConnectedDevice, Devices
from signaling.live.calls import LiveCall, LiveCalls
from signaling.live.running import Runner
from signaling.nodes.home import Home
from signaling.nodes.owner import Owner
from signaling.takeover.taking import Takeovers
from signaling.tickets.ticket import Ticket, Tickets

OWNERS_ASKED_MAX = 3
"""A call that moves on while its device looks for it is followed so often."""

log = logging.getLogger(__name__)


class CannotSayError(Exception):
    """The device has a part in a call, and nobody can say now where it goes on: it shall come again."""


class Arrivals:
    """Asks the owner of the device's call first; takes the call over only where it hands it over, or is gone."""

    def __init__(
        self,
        *,
        tickets: Tickets,
        takeovers: Takeovers,
        home: Home,
        owner: Owner,
        calls: LiveCalls,
        devices: Devices,
        runner: Runner,
        node: str,
    ) -> None:
        self._tickets = tickets
        self._takeovers = takeovers
        self._home = home
        self._owner = owner
        self._calls = calls
        self._devices = devices
        self._runner = runner
        self._node = node

    async def place(self, hello: Hello, admitted: Admitted) -> Place:
        """Return what a device with this hello has a part in. Raises `CannotSayError`.

        One that is known here by its resume token, and whose call is, needs no more; a ticket of another call is
        worth nothing. Billing may be the first to say that the call is another node's by now.
        """
        account_id, at = admitted.account.account_id, admitted.call
        known = self._devices.known(hello.resume_token, account_id)
        if at is not None and at.node != self._node:
            self._owner.owned_by(at.call_id, at.node, epoch=at.epoch)
        if at is None:
            return NOWHERE
        if known and self._knows_call_of(known, at.call_id):
            return await self._back_here(known, hello, at.call_id)
        ticket = self._tickets.read(hello.ticket, account_id=account_id)
        if ticket is not None and ticket.call_id != at.call_id:
            ticket = None
        device_id = known.device_id if known else ticket.device_id if ticket else new_id()
        if ticket is not None and ticket.device_id != device_id:
            ticket = None
        return await self._follow(at, ticket, account_id=account_id, device_id=device_id)

    def withdraw(self, place: Place) -> None:
        """The device was not let in after all."""
        if place.attached and place.device_id:
            self._home.withdraw(place.device_id)

    async def _back_here(self, device: ConnectedDevice, hello: Hello, call_id: UUID) -> Place:
        """Who is told all that it missed needs no more; else the owner says how its call stands."""
        if hello.received is not None and device.numbering.keeps_all_after(hello.received):
            return NOWHERE
        snapshot = await self._home.how_it_stands(call_id, device.device_id)
        return Place(device_id=device.device_id, attached=True, call=snapshot) if snapshot else NOWHERE

    def _knows_call_of(self, device: ConnectedDevice, call_id: UUID) -> bool:
        return self._calls.get(call_id) is not None or self._home.has_part(call_id, device.device_id)

    async def _follow(self, at: LiveCallAt, ticket: Ticket | None, *, account_id: UUID, device_id: UUID) -> Place:
        for asked in range(OWNERS_ASKED_MAX):
            if live := self._calls.get(at.call_id):
                return self._here(live, ticket)
            state = ticket.state if ticket else None
            if at.node != self._node:
                role = ticket.role if ticket else None
                answer = await self._home.attach(
                    at.node,
                    call_id=at.call_id,
                    device_id=device_id,
                    account_id=account_id,
                    role=role,
                    arriving=True,
                    shown=state,
                )
                if isinstance(answer, Attached):
                    return Place(device_id=device_id, attached=True, call=answer.snapshot)
                if isinstance(answer, NotMine) and not _may_be_taken_from(answer, at, is_new=asked > 0):
                    return NOWHERE
                state = answer.state if isinstance(answer, HandedOver) else state
            if state is None:
                return NOWHERE
            taken = await self._take(at, state)
            if isinstance(taken, LiveCall):
                return self._here(taken, ticket)
            if taken is None:
                return NOWHERE
            at = taken
        raise CannotSayError

    async def _take(self, at: LiveCallAt, state: CallState) -> LiveCall | LiveCallAt | None:
        """Return the call, or where it is now; None where it is over."""
        epoch = max(at.epoch, state.epoch)
        match await self._takeovers.take(at.call_id, epoch=epoch, state=state, former=at.node):
            case LiveCall() as live:
                return live
            case NotTakenOver(reason="taken_over", node=node, epoch=owner) if node and owner:
                return LiveCallAt(call_id=at.call_id, node=node, epoch=owner)
            case NotTakenOver():
                return None
            case None:
                raise CannotSayError

    def _here(self, live: LiveCall, ticket: Ticket | None) -> Place:
        """The call is this node's; a ticket may know more of it than the one that it was restored from."""
        if ticket is None or (state := ticket.state) is None:
            return NOWHERE
        device = Device(ticket.role, ticket.device_id)
        self._runner.feed(live, TicketShown(device, state))
        return Place(device_id=device.device_id) if live.call.takes_part(device) else NOWHERE


def _may_be_taken_from(owner: NotMine, at: LiveCallAt, *, is_new: bool) -> bool:
    """Whether the owner has forgotten the call. Raises `CannotSayError` where it may not know yet that it owns it.

    Where it knows the call, that goes on without this device, or has ended while billing has not heard of it yet.
    """
    if owner.epoch is not None and owner.epoch >= at.epoch:
        return False
    if is_new:
        raise CannotSayError
    return True
