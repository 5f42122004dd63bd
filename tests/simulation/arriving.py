"""Devices that come, or come back, to a node, and the calls that move with them."""

from __future__ import annotations

from collections.abc import Callable, Generator
from typing import TYPE_CHECKING, Any
from uuid import UUID

from shared.messages.base import LiveCallAt
from shared.messages.nodes import CallState
from shared.messages.requests import Admit, Admitted, NotTakenOver, TakenOver, TakeOver
from signaling.call import inputs
from signaling.call.inputs import TicketShown
from signaling.call.states import Device
from signaling.live.terms import terms_of
from tests.simulation import running

if TYPE_CHECKING:
    from tests.simulation.node import Guest, Live, Node
    from tests.simulation.person import Part, Person

OWNERS_ASKED_MAX = 3
ATTACH_MS_MAX = 1_000
ASK_MS_MAX = 3_000
OWNER_SILENCE_MS_MAX = 5_000
PATIENCE_MS = 20_000

Wait = Callable[[Callable[[Any], None]], None]
Doing = Generator[Wait, Any, Any]
"""What waits here and there: it yields who calls back."""


class Arrivals:
    """As `signaling.takeover`: the owner is asked first, and a ticket counts where it does not answer."""

    def __init__(self, node: Node) -> None:
        self.node = node
        self.world = node.world
        self._taking: dict[UUID, list[Callable[[Any], None]]] = {}

    def hello(self, person: Person, socket: int) -> None:
        """A device opens a socket here."""
        self.node.later(self.world.short(), self.go, self._hello(person, socket))

    def go(self, doing: Doing, value: Any = None) -> None:
        """Let it run until it waits."""
        try:
            wait = doing.send(value)
        except StopIteration:
            return
        wait(lambda answer: self.go(doing, answer))

    def owner_is_silent(self, person: Person, socket: int) -> None:
        """The call of a device that is connected here has no owner that answers."""
        self.go(self._go_on(person, socket, self.node.agenda.now_ms))

    def _hello(self, person: Person, socket: int) -> Doing:
        from tests.simulation.node import Guest

        node = self.node
        if person.socket != socket or not person.is_up:
            return
        if node.is_stopping:
            person.reconnect(500)
            return
        if guest := node.guests.get(person.account_id):
            self._resume(person, guest, socket)
            return
        admitted = yield lambda hear: self.world.wire.ask(
            node,
            Admit(account_id=person.account_id, session_id=person.account_id, node=node.name),
            hear,
            timeout_ms=ASK_MS_MAX,
        )
        if person.socket != socket or not person.is_up:
            return  # it went elsewhere meanwhile
        if not isinstance(admitted, Admitted):
            self._come_again(person, socket)
            return
        part, at = person.part, admitted.call
        if part is not None and (at is None or at.call_id != part.call_id or part.ticket is None):
            person.leave()
            part = None
        place: Any = None
        if part is not None and at is not None:
            place = yield from self._follow(at, part, person)
        if person.socket != socket or not person.is_up:
            return
        if place == "come again":
            self._come_again(person, socket)
            return
        guest = node.guests[person.account_id] = Guest(socket)
        person.home = node
        if part is None or person.part is not part:
            return
        if not isinstance(place, LiveCallAt):
            person.leave()
            return
        guest.call_id, guest.role, guest.owner, guest.epoch = part.call_id, part.role, place.node, place.epoch
        node._back_at_owner(person.account_id, guest)
        self.watch(person, socket)

    def _resume(self, person: Person, guest: Guest, socket: int) -> None:
        """The device is known here."""
        guest.socket, guest.is_connected, person.home = socket, True, self.node
        if person.part is None or person.part.call_id != guest.call_id:
            guest.call_id = None
        self.node._back_at_owner(person.account_id, guest)
        self.watch(person, socket)

    def _come_again(self, person: Person, socket: int) -> None:
        if person.socket == socket and person.is_up:
            person.reconnect(1_000)

    def watch(self, person: Person, socket: int) -> None:
        """See to it that somebody owns the call of this device, in a while."""
        self.node.later(OWNER_SILENCE_MS_MAX, self._look, person, socket)

    def _look(self, person: Person, socket: int) -> None:
        guest = self.node.guests.get(person.account_id)
        if guest is None or guest.socket != socket or not guest.is_connected or guest.call_id is None:
            return
        owner = self.world.nodes[guest.owner]
        if not owner.answers or guest.call_id not in owner.calls:
            self.owner_is_silent(person, socket)

    def _follow(self, at: LiveCallAt, part: Part, person: Person) -> Doing:
        """Return where the call is from now on, None where it is over, or that nobody can say."""
        for _ in range(OWNERS_ASKED_MAX):
            if live := self.node.calls.get(at.call_id):
                return self._here(live, part, person)
            state = part.ticket
            if at.node != self.node.name:
                answer = yield self._attach(at.node, part, person)
                if answer == "attached":
                    return at
                state = answer if isinstance(answer, CallState) else state
            if state is None:
                return None
            taken = yield from self._take(at.call_id, epoch=max(at.epoch, state.epoch), state=state)
            if isinstance(taken, NotTakenOver):
                if taken.reason != "taken_over" or taken.node is None or taken.epoch is None:
                    return None
                at = LiveCallAt(call_id=at.call_id, node=taken.node, epoch=taken.epoch)
            elif taken is None:
                return "come again"
            else:
                return self._here(taken, part, person)
        return "come again"

    def _here(self, live: Live, part: Part, person: Person) -> LiveCallAt | None:
        device = Device(part.role, person.device_id)
        if part.ticket is not None:
            self.node.runner.feed(live, TicketShown(device, part.ticket))
        if not live.call.takes_part(device):
            return None
        live.homes[person.account_id] = self.node.name
        return LiveCallAt(call_id=part.call_id, node=self.node.name, epoch=live.call.epoch)

    def _attach(self, owner: str, part: Part, person: Person) -> Wait:
        receiver = self.world.nodes[owner]
        device = Device(part.role, person.device_id)

        def work() -> Any:
            return receiver.arrivals.attached(part.call_id, device, person.account_id, self.node.name)

        def late(answer: Any) -> None:
            if isinstance(answer, CallState):
                self.go(self._take_late(part.call_id, answer))

        return lambda hear: self.world.wire.letter(
            self.node, receiver, work, hear, timeout_ms=ATTACH_MS_MAX, late=late
        )

    def attached(self, call_id: UUID, device: Device, account_id: UUID, home: str) -> Any:
        """Answer a home that asks for a device of one of our calls."""
        live = self.node.calls.get(call_id)
        if live is None or not live.call.takes_part(device):
            return None
        if self.node.is_stopping:
            state = running.moving.hand_over(
                live.call, self.node.now_ms, home=lambda each: live.homes.get(self.world.account_of(each.device_id))
            )
            if state is not None:
                self.node.runner.feed(live, inputs.LetGo())
            return state
        live.homes[account_id] = home
        return "attached"

    def _take_late(self, call_id: UUID, state: CallState) -> Doing:
        yield from self._take(call_id, epoch=state.epoch, state=state)

    def _take(self, call_id: UUID, *, epoch: int, state: CallState) -> Doing:
        """Return the call as ours, billing's no, or None where billing cannot say."""
        while call_id in self._taking:
            yield self._taking[call_id].append
        if live := self.node.calls.get(call_id):
            return live
        if self.node.is_stopping:
            return None
        waiting = self._taking.setdefault(call_id, [])
        request = TakeOver(call_id=call_id, epoch=epoch, node=self.node.name, talk_ms=state.talk_ms)
        reply = yield lambda hear: self.world.wire.ask(self.node, request, hear, timeout_ms=ASK_MS_MAX)
        taken: Any = self._own(reply, state) if isinstance(reply, TakenOver) else reply
        if self._taking.get(call_id) is waiting:
            del self._taking[call_id]
        for go_on in waiting:
            self.node.later(0, go_on, None)
        return taken

    def _own(self, taken: TakenOver, state: CallState) -> Live:
        node = self.node
        if live := node.calls.get(taken.call_id):
            return live
        call, effects = running.moving.restore(
            taken,
            state,
            terms=terms_of(taken, all_relay_only=False),
            times=self.world.times,
            now_ms=node.now_ms,
        )
        node.agenda.note(node.name, "owns call", call.call_id.int, "as number", call.epoch, call.restored_talk_ms)
        live = self.world.new_live(call, taken.caller.account_id)
        live.callee_id, live.started_at = taken.callee.account_id, taken.started_at
        places = [place for place in (state.caller, state.callee, *state.ringing) if place and place.node]
        for place in places:
            live.homes[self.world.account_of(place.device_id)] = str(place.node)
        node.runner.adopt(live, effects)
        for person in (self.world.person(live.caller_id), self.world.person(live.callee_id)):
            self._find_guest(live, person)
        for place in places:
            home = self.world.nodes[str(place.node)]
            home.later(self.world.short(), home.arrivals.call_moved, call.call_id, node.name, call.epoch)
        return live

    def _find_guest(self, live: Live, person: Person) -> None:
        """A device that is connected here needs nobody to come."""
        guest = self.node.guests.get(person.account_id)
        if person.part is None or person.part.call_id != live.call.call_id:
            return
        if guest and guest.is_connected and guest.call_id == live.call.call_id:
            guest.owner = live.homes[person.account_id] = self.node.name
            guest.epoch = live.call.epoch
            if person.part.ticket is not None:
                device = Device(guest.role, person.device_id)
                self.node.runner.feed(live, TicketShown(device, person.part.ticket))
            self.node._back_at_owner(person.account_id, guest)

    def call_moved(self, call_id: UUID, owner: str, epoch: int) -> None:
        """Another node owns this call now; its devices here are told by that one."""
        for account_id, guest in self.node.guests.items():
            if guest.call_id == call_id and guest.epoch < epoch:
                guest.owner, guest.epoch = owner, epoch
                self.node._back_at_owner(account_id, guest)

    def _go_on(self, person: Person, socket: int, since_ms: int) -> Doing:
        node = self.node
        guest, part = node.guests.get(person.account_id), person.part
        if guest is None or guest.socket != socket or not guest.is_connected or part is None:
            return
        if person.home is not node or person.socket != socket:
            return
        if guest.call_id != part.call_id or part.ticket is None:
            person.leave()
            return
        epoch = max(guest.epoch, part.ticket.epoch)
        taken = yield from self._take(part.call_id, epoch=epoch, state=part.ticket)
        if guest.socket != socket or person.part is not part or person.home is not node:
            return
        if isinstance(taken, NotTakenOver):
            if taken.reason != "taken_over" or taken.node is None or taken.epoch is None:
                person.leave()
                return
            guest.owner, guest.epoch = taken.node, taken.epoch
            if taken.node != node.name:
                answer = yield self._attach(taken.node, part, person)
                if answer == "attached":
                    node._back_at_owner(person.account_id, guest)
        elif taken is not None:
            self._find_guest(taken, person)
        if node.agenda.now_ms - since_ms < PATIENCE_MS:
            self.watch(person, socket)
        else:
            person.leave()
