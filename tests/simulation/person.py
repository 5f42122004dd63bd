"""People with a device: they call, answer, talk, hang up, and lose their network."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING
from uuid import UUID

from shared.messages.base import Role, State
from shared.messages.from_client import Accept, CallStep, Connected, ConnectFailed, Decline, HangUp
from shared.messages.nodes import CallState
from shared.messages.to_client import (
    CallAccepted,
    CallActive,
    CallIncoming,
    CallOver,
    CallRefused,
    CallSnapshot,
    ToClient,
)

if TYPE_CHECKING:
    from tests.simulation.node import Node
    from tests.simulation.world import World

SILENCE_MS_MAX = 9_000
PING_MS = 4_000
HANG_UP_AGAIN_MS = 10_000
WELCOME_MS_MAX = 10_000
"""Nobody waits longer for a node's answer."""


@dataclass
class Part:
    """What the device knows of the call that it has a part in."""

    call_id: UUID
    role: Role
    ticket: CallState | None = None
    is_accepted: bool = False
    is_active: bool = False
    wants_end: bool = False


class Person:
    """One account with one device."""

    def __init__(self, world: World, number: int) -> None:
        self.world = world
        self.account_id = UUID(int=1_000 + number)
        self.device_id = UUID(int=1_000_000 + number)
        self.home: Node | None = None
        self.socket = 0
        """Counts the sockets that the device has had."""
        self.is_up = True
        self.down_since_ms = 0
        self.part: Part | None = None

    def live(self) -> None:
        """Call somebody now and then."""
        world = self.world
        if world.is_closing:
            return
        world.agenda.after(world.agenda.about(world.odds.idle_ms), self.live)
        if self.part is None and self.is_up and self.home is not None:
            callee = world.agenda.chance.choice(world.people)
            self.home.later(world.short(), self.home.runner.place, self, self.socket, callee.account_id)

    def hears(self, message: ToClient) -> None:
        """The device is told something."""
        part = self.part
        if isinstance(message, CallIncoming) and part is None:
            self._rings(message.call_id)
        elif part is None or getattr(message, "call_id", None) != part.call_id:
            return
        elif isinstance(message, CallAccepted):
            self._negotiate(part)
        elif isinstance(message, CallActive):
            self._talk(part)
        elif isinstance(message, CallOver | CallRefused):
            self.leave()

    def syncs(self, snapshot: CallSnapshot) -> None:
        """The device hears how its call stands."""
        part = self.part
        if part is None or part.call_id != snapshot.call_id:
            return
        if part.wants_end:
            self.says(HangUp(call_id=part.call_id))
        elif snapshot.state is State.CONNECTING:
            self._negotiate(part)
        elif snapshot.state in {State.ACTIVE, State.RECONNECTING}:
            self._talk(part)
        elif snapshot.state is State.RINGING and part.is_accepted:
            self.says(Accept(call_id=part.call_id))

    def leave(self) -> None:
        """The call is over for this device."""
        if self.part is not None:
            self.world.agenda.note("account", self.account_id.int, "has no part any more in", self.part.call_id.int)
            self.world.inspector.leaves(self.part.call_id, self.account_id)
            self.part = None

    def _rings(self, call_id: UUID) -> None:
        part = self.part = Part(call_id, Role.CALLEE)
        self.world.inspector.joins(call_id, self.account_id)
        agenda = self.world.agenda
        mood = agenda.chance.random()
        if mood < 0.85:
            agenda.after(agenda.between(500, 15_000), self._answer, part, Accept(call_id=call_id))
        elif mood < 0.93:
            agenda.after(agenda.between(500, 15_000), self._answer, part, Decline(call_id=call_id))

    def _answer(self, part: Part, step: CallStep) -> None:
        if self.part is part:
            part.is_accepted = isinstance(step, Accept)
            self.says(step)

    def _negotiate(self, part: Part) -> None:
        part.is_accepted = True
        agenda = self.world.agenda
        fails = agenda.likely(0.03)
        step = ConnectFailed(call_id=part.call_id) if fails else Connected(call_id=part.call_id)
        agenda.after(agenda.between(300, 4_000), self._connected, part, step)

    def _connected(self, part: Part, step: CallStep) -> None:
        if self.part is part and self.is_up:
            if isinstance(step, Connected):
                self.world.inspector.says_connected(part.call_id, part.role)
            self.says(step)

    def _talk(self, part: Part) -> None:
        if part.is_active:
            return
        part.is_active = True
        world, agenda = self.world, self.world.agenda
        agenda.after(min(agenda.about(2 * world.odds.talk_ms), world.odds.talk_ms_max), self.hang_up, part)
        if agenda.likely(world.odds.device_trouble / 2):
            agenda.after(agenda.about(world.odds.talk_ms), self._lose_network, part)

    def hang_up(self, part: Part) -> None:
        """Wish to end the call, again and again, until it is over."""
        if self.part is part:
            part.wants_end = True
            self.says(HangUp(call_id=part.call_id))
            self.world.agenda.after(HANG_UP_AGAIN_MS, self.hang_up, part)

    def says(self, step: CallStep) -> None:
        """Send it, if there is a socket."""
        if self.is_up and self.home is not None:
            self.home.later(self.world.short(), self.home.hears, self, self.socket, step)

    def _lose_network(self, part: Part) -> None:
        if self.part is part and self.is_up:
            agenda = self.world.agenda
            for_good = agenda.likely(0.4)
            self.goes_down(
                agenda.between(30_000, 300_000) if for_good else agenda.between(200, 25_000), leaves=for_good
            )

    def goes_down(self, for_ms: int, *, leaves: bool) -> None:
        """Have no network for so long; whoever closes the browser does not come back to the call."""
        agenda = self.world.agenda
        agenda.note("account", self.account_id.int, "is gone for", for_ms, "leaves" if leaves else "")
        self.is_up, self.down_since_ms = False, agenda.now_ms
        if leaves:
            self.leave()
        if (home := self.home) is not None:
            heard_ms = agenda.now_ms - (0 if agenda.likely(0.5) else agenda.between(1, PING_MS))
            found_ms = heard_ms + SILENCE_MS_MAX if heard_ms < agenda.now_ms else heard_ms + self.world.short()
            home.at(found_ms, home.loses, self, self.socket, heard_ms)
        agenda.after(for_ms, self._up)

    def _up(self) -> None:
        self.is_up = True
        self.reconnect(0)

    def reconnect(self, delay_ms: int) -> None:
        """Open a socket somewhere, soon; the one before is of no more use."""
        if self.home is not None:
            self.home.later(self.world.short(), self.home.loses, self, self.socket, self.world.agenda.now_ms)
        self.socket += 1
        self.home = None
        self.world.agenda.after(delay_ms + self.world.agenda.between(50, 800), self._connect, self.socket)

    def _connect(self, socket: int) -> None:
        if socket != self.socket or not self.is_up or self.home is not None:
            return
        node = self.world.some_node()
        if node is None:
            self.reconnect(2_000)
        else:
            node.arrivals.hello(self, socket)
            self.world.agenda.after(WELCOME_MS_MAX, self._not_welcome, socket)

    def _not_welcome(self, socket: int) -> None:
        if socket == self.socket and self.is_up and self.home is None:
            self.reconnect(0)
