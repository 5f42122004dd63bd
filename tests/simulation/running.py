"""Runs the calls of a node: feeds the machine, and does what it wants done."""

from __future__ import annotations

from typing import TYPE_CHECKING
from uuid import UUID

from msgspec import structs

import signaling.call.machine
import signaling.call.moving
from shared.messages import requests
from shared.messages.base import Role
from shared.messages.events import CallEnded, CallStarted
from shared.messages.from_client import Invite
from shared.messages.requests import Authorize, Renew, Reply
from signaling.call import inputs
from signaling.call.effects import (
    AnnounceEnded,
    AnnounceStarted,
    AskAuthorize,
    AskRenewal,
    Effect,
    FindDevices,
    Finished,
    GiveTicket,
    Send,
    SetTimer,
)
from signaling.call.inputs import DeviceLost, DeviceResumed, FromDevice, Input, TimerFired
from signaling.call.states import Device, TimerName
from signaling.live.terms import terms_of
from tests.simulation.person import Part

if TYPE_CHECKING:
    from tests.simulation.node import Live, Node
    from tests.simulation.person import Person

machine, moving = signaling.call.machine, signaling.call.moving
TICKET_LOST = 0.02


class Runner:
    """The machine's hands."""

    def __init__(self, node: Node) -> None:
        self.node = node
        self.world = node.world

    def place(self, person: Person, socket: int, callee_id: UUID) -> None:
        """Begin a call of this person."""
        guest = self.node.guests.get(person.account_id)
        if guest is None or guest.socket != socket or not guest.is_connected or person.part is not None:
            return
        if self.node.is_stopping:
            return
        call_id = self.world.next_call_id()
        person.part = Part(call_id, Role.CALLER)
        guest.call_id, guest.role, guest.owner, guest.epoch = call_id, Role.CALLER, self.node.name, 1
        call, effects = machine.place(
            Invite(callee_id=callee_id),
            call_id=call_id,
            device_id=person.device_id,
            times=self.world.times,
            now_ms=self.node.now_ms,
        )
        self.world.agenda.note(self.node.name, "call", call_id.int, person.account_id.int, "calls", callee_id.int)
        live = self.world.new_live(call, person.account_id)
        live.homes[person.account_id] = self.node.name
        self.adopt(live, effects)

    def adopt(self, live: Live, effects: list[Effect]) -> None:
        """Own this call."""
        self.node.calls[live.call.call_id] = live
        self._perform(live, effects)

    def feed(self, live: Live, given: Input) -> None:
        """Give the call an input."""
        effects = machine.step(live.call, given, self.node.now_ms)
        if effects:
            self._perform(live, effects)

    def hear(
        self, home: str, given: FromDevice | DeviceLost | DeviceResumed, call_id: UUID | None, account_id: UUID
    ) -> None:
        """Take what a home says of a device of one of our calls; of one that has moved on, nothing."""
        live = self.node.calls.get(call_id) if call_id else None
        if live is None or live.homes.get(account_id) != home:
            return
        if isinstance(given, FromDevice) and given.device.role in live.call.lost:
            self.feed(live, DeviceResumed(given.device))
        self.feed(live, given)
        if isinstance(given, DeviceResumed):
            self.snapshot(live, given.device)

    def snapshot(self, live: Live, device: Device) -> None:
        """Tell a device how its call stands."""
        if stands := live.call.snapshot(device, self.node.now_ms):
            self._tell(live, device, stands)

    def _perform(self, live: Live, effects: list[Effect]) -> None:
        for effect in effects:
            match effect:
                case Send():
                    self._tell(live, effect.device, effect.message)
                case GiveTicket():
                    self._give_ticket(live, effect.device)
                case SetTimer():
                    at_ms = effect.at_ms - self.node.offset_ms
                    self.node.at(at_ms, self._fire, live, effect.name, effect.at_ms)
                case AskAuthorize():
                    self._authorize(live, effect)
                case AskRenewal():
                    self._renew(live, effect)
                case FindDevices():
                    self._find(live, effect.account_id)
                case AnnounceStarted():
                    self._announce_started(live)
                case AnnounceEnded():
                    self._announce_ended(live, effect)
                case Finished():
                    if self.node.calls.get(live.call.call_id) is live:
                        del self.node.calls[live.call.call_id]

    def _fire(self, live: Live, name: TimerName, at_ms: int) -> None:
        if live.call.timers.get(name) == at_ms:
            self.feed(live, TimerFired(name))

    def _tell(self, live: Live, device: Device, message: object) -> None:
        account_id = self.world.account_of(device.device_id)
        home = self.world.nodes.get(live.homes.get(account_id, ""))
        if home is not None:
            send = self.world.told(message)
            if send is not None:
                epoch, name = live.call.epoch, self.node.name
                home.later(
                    self.world.short(),
                    lambda: home.tell(account_id, send, owner=name, epoch=epoch, role=device.role),
                )

    def _give_ticket(self, live: Live, device: Device) -> None:
        """Without delay, but sometimes in vain: what is on its way when a node dies is lost."""
        account_id = self.world.account_of(device.device_id)
        person = self.world.person(account_id)
        home = self.world.nodes.get(live.homes.get(account_id, ""))
        part = person.part
        if part is None or part.call_id != live.call.call_id or home is None or person.home is not home:
            return
        state = moving.hand_over(live.call, self.node.now_ms, home=lambda _: None)
        if state is not None and person.is_up and home.answers and not self.world.agenda.likely(TICKET_LOST):
            part.ticket = structs.replace(state, ringing=[])

    def _authorize(self, live: Live, effect: AskAuthorize) -> None:
        callee_id = effect.callee_id
        assert callee_id is not None
        callee = self.world.people_by_id.get(callee_id)
        request = Authorize(
            call_id=live.call.call_id,
            caller_id=live.caller_id,
            callee_id=callee_id,
            callee_reachable=bool(callee and callee.is_up and callee.home),
            node=self.node.name,
        )

        def answered(reply: Reply | None) -> None:
            self.feed(live, _authorization(reply))

        self.world.wire.ask(self.node, request, answered, timeout_ms=self.world.times.authorize_ms_max)

    def _renew(self, live: Live, effect: AskRenewal) -> None:
        call = live.call
        request = Renew(call_id=call.call_id, minute=effect.minute, talk_ms=effect.talk_ms, epoch=call.epoch)

        def answered(reply: Reply | None) -> None:
            self.feed(live, _renewal(reply, effect.minute))

        self.world.wire.ask(self.node, request, answered, timeout_ms=self.world.times.renewal_retry_ms)

    def _find(self, live: Live, account_id: UUID) -> None:
        live.callee_id = account_id
        person = self.world.person(account_id)
        home = person.home
        if home is None or not person.is_up or not home.answers:
            self.node.later(self.world.short(), self.feed, live, inputs.CalleeDevices(()))
            return
        live.homes[account_id] = home.name
        self.node.later(self.world.short(), self.feed, live, inputs.CalleeDevices((person.device_id,)))

    def _announce_started(self, live: Live) -> None:
        live.started_at = self.world.books.now
        terms = live.call.terms
        assert terms is not None
        self.world.agenda.note(self.node.name, "call", live.call.call_id.int, "talks")
        self.node.announce(
            live,
            CallStarted(
                event_id=self.world.next_event_id(),
                call_id=live.call.call_id,
                caller_id=live.caller_id,
                callee_id=terms.callee.account_id,
                node=self.node.name,
                started_at=live.started_at,
                epoch=live.call.epoch,
            ),
        )

    def _announce_ended(self, live: Live, effect: AnnounceEnded) -> None:
        call, terms = live.call, live.call.terms
        self.world.agenda.note(
            self.node.name, "call", call.call_id.int, "of owner", call.epoch, "ended", effect.reason, effect.talk_ms
        )
        self.node.announce(
            live,
            CallEnded(
                event_id=self.world.next_event_id(),
                call_id=call.call_id,
                caller_id=live.caller_id,
                callee_id=terms.callee.account_id if terms else None,
                node=self.node.name,
                reason=effect.reason,
                talk_ms=effect.talk_ms,
                price_minor=terms.price_minor if terms else None,
                started_at=live.started_at,
                ended_at=self.world.books.now,
                terms=terms.charging if terms else None,
                minutes_held=(call.lease.minutes_paid if call.lease else 1) if terms else None,
                epoch=call.epoch,
            ),
        )


def _authorization(reply: Reply | None) -> Input:
    match reply:
        case requests.Authorized():
            return inputs.Authorized(terms_of(reply, all_relay_only=False))
        case requests.Refused():
            return inputs.Refused(reason=reply.reason)
        case _:
            return inputs.AuthorizeFailed()


def _renewal(reply: Reply | None, minute: int) -> Input:
    match reply:
        case requests.Renewed():
            return inputs.Renewed(reply.minute)
        case requests.RenewalRefused():
            return inputs.RenewalRefused(minute=reply.minute, reason=reply.reason)
        case _:
            return inputs.RenewalFailed(minute)
