"""A signaling node: it may die, hang or stop; what it owns is in memory, but for its journal."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING, Any
from uuid import UUID

from shared.messages.base import Role
from shared.messages.events import CallEnded, CallEvent
from shared.messages.from_client import CallStep
from shared.messages.to_client import CallIncoming, CallSnapshot, ToClient
from signaling.call.call import Call
from signaling.call.inputs import DeviceLost, DeviceResumed, FromDevice
from signaling.call.states import Device
from tests.simulation.arriving import Arrivals
from tests.simulation.running import Runner

if TYPE_CHECKING:
    from tests.simulation.person import Person
    from tests.simulation.world import World


@dataclass
class Live:
    """A call that the node owns, or believes to."""

    call: Call
    caller_id: UUID
    callee_id: UUID | None = None
    started_at: datetime | None = None
    homes: dict[UUID, str] = field(default_factory=dict)
    """Where the devices of the call are connected."""
    is_ended: bool = False


@dataclass
class Guest:
    """A device that is, or was, connected here."""

    socket: int
    is_connected: bool = True
    call_id: UUID | None = None
    role: Role = Role.CALLER
    owner: str = ""
    epoch: int = 1


class Node:
    """All it does, it does while it is alive and awake; what comes to it while it hangs, it finds afterwards."""

    def __init__(self, world: World, name: str) -> None:
        self.world = world
        self.agenda = world.agenda
        self.name = name
        self.life = 1
        self.is_alive, self.is_frozen, self.is_stopping = True, False, False
        self.awake_since_ms = 0
        self.asleep_since_ms = 0
        self.ends_ms: dict[int, int] = {}
        """When it was last awake in each of its lives."""
        self.offset_ms = self.agenda.between(0, 10**9)
        self.calls: dict[UUID, Live] = {}
        self.guests: dict[UUID, Guest] = {}
        self.journal: dict[UUID, CallEvent] = {}
        self.runner = Runner(self)
        self.arrivals = Arrivals(self)
        self._backlog: list[tuple[Callable[..., None], tuple[Any, ...]]] = []

    @property
    def now_ms(self) -> int:
        """Its monotonic clock, which is nobody else's."""
        return self.agenda.now_ms + self.offset_ms

    @property
    def answers(self) -> bool:
        return self.is_alive and not self.is_frozen

    def at(self, at_ms: int, do: Callable[..., None], *args: Any) -> None:
        """Have this node do it at a moment of the agenda, or when it is awake again; never in another life."""
        self.agenda.at(at_ms, self._due, self.life, do, args)

    def later(self, delay_ms: int, do: Callable[..., None], *args: Any) -> None:
        """Have it do something in so many milliseconds."""
        self.agenda.at(self.agenda.now_ms + delay_ms, self._due, self.life, do, args)

    def _due(self, life: int, do: Callable[..., None], args: tuple[Any, ...]) -> None:
        if life == self.life and self.is_alive:
            if self.is_frozen:
                self._backlog.append((do, args))
            else:
                do(*args)

    def freeze(self) -> None:
        """Hang."""
        self.is_frozen, self.asleep_since_ms = True, self.agenda.now_ms

    def thaw(self) -> None:
        """Go on as if nothing had been, in the order in which things were due."""
        self.is_frozen, self.awake_since_ms = False, self.agenda.now_ms
        backlog, self._backlog = self._backlog, []
        for do, args in backlog:
            do(*args)
        for account_id, guest in self.guests.items():
            self._back_at_owner(account_id, guest)

    def die(self) -> None:
        """Lose all but the journal."""
        self.ends_ms[self.life] = self.asleep_since_ms if self.is_frozen else self.agenda.now_ms
        self.life += 1
        self.is_alive = self.is_frozen = self.is_stopping = False
        self.calls.clear()
        self.guests.clear()
        self._backlog.clear()
        self.runner, self.arrivals = Runner(self), Arrivals(self)

    def revive(self) -> None:
        """Begin anew, and send what the broker has not confirmed."""
        self.is_alive, self.awake_since_ms = True, self.agenda.now_ms
        self.offset_ms = self.agenda.between(0, 10**9)
        for event in list(self.journal.values()):
            self.world.wire.publish(self, event)

    def announce(self, live: Live, event: CallEvent) -> None:
        """Keep it in the journal until the queue has it."""
        self.world.inspector.announces(event, again=live.is_ended)
        live.is_ended = isinstance(event, CallEnded)
        self.journal[event.event_id] = event
        self.world.wire.publish(self, event)

    def confirm(self, event_id: UUID) -> None:
        """The broker has the event."""
        self.journal.pop(event_id, None)

    def hears(self, person: Person, socket: int, step: CallStep) -> None:
        """A device that is connected here says something about its call."""
        guest = self.guests.get(person.account_id)
        if guest is None or guest.socket != socket or guest.call_id != step.call_id:
            return
        self._at(
            guest.owner, FromDevice(Device(guest.role, person.device_id), step), step.call_id, person.account_id
        )

    def loses(self, person: Person, socket: int, heard_ms: int) -> None:
        """A device that was connected here was not heard since."""
        guest = self.guests.get(person.account_id)
        if guest is None or guest.socket != socket:
            return
        guest.is_connected = False
        if guest.call_id is not None:
            self._lost_at_owner(guest, person, heard_ms)

    def _lost_at_owner(self, guest: Guest, person: Person, heard_ms: int) -> None:
        owner = self.world.nodes[guest.owner]
        if owner is not self:
            heard_ms -= self.agenda.between(0, 1_000)  # the beat before
        given = DeviceLost(Device(guest.role, person.device_id), heard_ms + owner.offset_ms)
        self._at(guest.owner, given, guest.call_id, person.account_id)

    def _back_at_owner(self, account_id: UUID, guest: Guest) -> None:
        if guest.is_connected and guest.call_id is not None:
            device = Device(guest.role, self.world.device_of(account_id))
            self._at(guest.owner, DeviceResumed(device), guest.call_id, account_id)

    def _at(
        self, owner: str, given: FromDevice | DeviceLost | DeviceResumed, call_id: UUID | None, by: UUID
    ) -> None:
        node = self.world.nodes[owner]
        if node is self:
            self.runner.hear(self.name, given, call_id, by)
        else:
            node.later(self.world.short(), node.runner.hear, self.name, given, call_id, by)

    def tell(
        self, account_id: UUID, message: ToClient | CallSnapshot, *, owner: str, epoch: int, role: Role
    ) -> None:
        """Pass on to a device what the owner of its call says."""
        guest, person = self.guests.get(account_id), self.world.person(account_id)
        if guest is None or not guest.is_connected or person.home is not self or not person.is_up:
            return
        call_id = message.call_id if isinstance(message, CallSnapshot) else getattr(message, "call_id", None)
        if guest.call_id == call_id and epoch < guest.epoch:
            return  # of an owner of old
        if person.part.call_id == call_id if person.part else isinstance(message, CallIncoming):
            guest.call_id, guest.owner, guest.epoch, guest.role = call_id, owner, epoch, role
        if isinstance(message, CallSnapshot):
            person.syncs(message)
        else:
            person.hears(message)
