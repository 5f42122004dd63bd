"""What goes wrong: nodes die, hang and stop, the broker breaks, operators act."""

from __future__ import annotations

from typing import TYPE_CHECKING
from uuid import UUID

from shared.messages.base import EndReason
from shared.messages.requests import Renew
from signaling.call.inputs import DeviceLost, FundsChanged, StopCall
from signaling.call.states import Device
from tests.simulation.person import SILENCE_MS_MAX

if TYPE_CHECKING:
    from tests.simulation.node import Node
    from tests.simulation.world import World

DRAIN_MS_MAX = 8_000
MOVING_MS_MAX = 3_000
OPERATORS_TOLD = 0.7
"""Notices to signaling are hints: the others get lost."""


class Weather:
    """Something happens every now and then."""

    def __init__(self, world: World) -> None:
        self.world = world
        self.agenda = world.agenda
        self._payments = 0

    def begin(self) -> None:
        """Let it begin."""
        self.agenda.after(self.agenda.about(self.world.odds.trouble_ms), self._trouble)
        self.agenda.after(self.agenda.about(5_000), self._somebody_pays)

    def _trouble(self) -> None:
        if self.world.is_closing:
            return
        self.agenda.after(self.agenda.about(self.world.odds.trouble_ms), self._trouble)
        what = self.agenda.chance.random()
        node = self.agenda.chance.choice(list(self.world.nodes.values()))
        if what < 0.3:
            self.kill(node, self.agenda.between(3_000, 120_000))
        elif what < 0.6:
            longest_ms = 240_000 if self.agenda.likely(0.5) else 5_000
            self.freeze(node, self.agenda.between(500, longest_ms))
        elif what < 0.75:
            self.stop(node)
        elif what < 0.85:
            self.world.wire.breaks(self.agenda.about(15_000))
        else:
            self._operator_acts()

    def kill(self, node: Node, for_ms: int) -> None:
        """The process is gone, and begins anew after a while."""
        if not node.is_alive:
            return
        self.agenda.note(node.name, "dies for", for_ms)
        since_ms = node.asleep_since_ms if node.is_frozen else self.agenda.now_ms
        guests = [(self.world.person(account_id), guest.socket) for account_id, guest in node.guests.items()]
        node.die()
        self.agenda.after(for_ms, self._revive, node, node.life)
        for person, socket in guests:
            if person.home is node and person.socket == socket and person.is_up:
                person.reconnect(self.agenda.between(50, 2_000))
        self._falls_silent(node, since_ms)

    def _revive(self, node: Node, life: int) -> None:
        if node.life == life and not node.is_alive:
            node.revive()

    def freeze(self, node: Node, for_ms: int) -> None:
        """The process hangs, and goes on later as if nothing had been."""
        if not node.answers:
            return
        self.agenda.note(node.name, "hangs for", for_ms)
        node.freeze()
        self.agenda.after(for_ms, self._thaw, node, node.life)
        for account_id, guest in node.guests.items():
            if guest.is_connected:
                delay_ms = self.agenda.between(SILENCE_MS_MAX, SILENCE_MS_MAX + 4_000)
                self.agenda.after(delay_ms, self._notices, node, account_id, guest.socket)
        self._falls_silent(node, self.agenda.now_ms)

    def _thaw(self, node: Node, life: int) -> None:
        if node.life == life and node.is_frozen:
            self.agenda.note(node.name, "goes on")
            node.thaw()

    def _notices(self, node: Node, account_id: UUID, socket: int) -> None:
        """A device finds out that its node says nothing any more."""
        person = self.world.person(account_id)
        if node.is_frozen and person.socket == socket and person.home is node and person.is_up:
            person.reconnect(0)

    def _falls_silent(self, node: Node, since_ms: int) -> None:
        """The other nodes notice it, those with calls of its devices and those with devices of its calls."""
        for other in self.world.nodes.values():
            if other is not node:
                other.at(since_ms + SILENCE_MS_MAX, self._home_is_silent, other, node, since_ms)
                for account_id, guest in other.guests.items():
                    if guest.is_connected and guest.call_id and guest.owner == node.name:
                        other.arrivals.watch(self.world.person(account_id), guest.socket)

    def _home_is_silent(self, owner: Node, home: Node, since_ms: int) -> None:
        for live in list(owner.calls.values()):
            for device in (live.call.caller, live.call.callee):
                account_id = self.world.account_of(device.device_id) if device else None
                if device and account_id and live.homes.get(account_id) == home.name:
                    heard_ms = since_ms - self.agenda.between(0, 1_000)
                    self._lose(owner, home, device, live.call.call_id, heard_ms, account_id)

    def _lose(
        self, owner: Node, home: Node, device: Device, call_id: UUID, heard_ms: int, account_id: UUID
    ) -> None:
        if home.answers and account_id in home.guests and home.guests[account_id].is_connected:
            return  # it is there again already
        owner.runner.hear(home.name, DeviceLost(device, heard_ms + owner.offset_ms), call_id, account_id)

    def stop(self, node: Node) -> None:
        """The node is told to stop: its devices move, its calls are handed over, the rest is left to others."""
        if not node.answers or node.is_stopping:
            return
        self.agenda.note(node.name, "stops")
        node.is_stopping = True
        for account_id, guest in node.guests.items():
            if guest.is_connected:
                delay_ms = self.agenda.between(0, MOVING_MS_MAX)
                node.later(delay_ms, self._moves, node, account_id, guest.socket)
        node.later(DRAIN_MS_MAX, self._is_stopped, node)

    def _moves(self, node: Node, account_id: UUID, socket: int) -> None:
        person = self.world.person(account_id)
        if person.socket == socket and person.home is node and person.is_up:
            person.reconnect(0)

    def _is_stopped(self, node: Node) -> None:
        for live in node.calls.values():
            lease = live.call.lease
            if lease is not None and not live.call.lost:
                talk_ms = live.call.talk_ms(node.now_ms)
                request = Renew(
                    call_id=live.call.call_id, minute=lease.minutes_paid, talk_ms=talk_ms, epoch=live.call.epoch
                )
                self.world.wire.ask(node, request, lambda _: None, timeout_ms=1_000)
        self.kill(node, self.agenda.between(2_000, 10_000))

    def _operator_acts(self) -> None:
        person = self.agenda.chance.choice(self.world.people)
        books = self.world.books
        call_id = books.wallets[person.account_id].in_call_id
        if self.agenda.likely(0.5):
            books.bar(person.account_id, barred=True)
            self.agenda.note("an operator blocks", person.account_id.int)
            self.agenda.after(self.agenda.about(120_000), self._forgives, person.account_id)
            if call_id and books.calls[call_id].caller_id == person.account_id:
                self._stop_call(call_id, StopCall(EndReason.BLOCKED))
        elif call_id:
            books.ask_for_end(call_id)
            self.agenda.note("an operator ends call", call_id.int)
            self._stop_call(call_id, StopCall(EndReason.OPERATOR))

    def _forgives(self, account_id: UUID) -> None:
        self.world.books.bar(account_id, barred=False)

    def _stop_call(self, call_id: UUID, given: StopCall) -> None:
        owner = self.world.nodes[self.world.books.calls[call_id].node]
        if self.agenda.likely(OPERATORS_TOLD) and (live := owner.calls.get(call_id)) and owner.answers:
            owner.later(self.world.short(), owner.runner.feed, live, given)

    def _somebody_pays(self) -> None:
        if self.world.is_closing:
            return
        self.agenda.after(self.agenda.about(5_000), self._somebody_pays)
        person = self.agenda.chance.choice(self.world.people)
        books = self.world.books
        wallet = books.wallets[person.account_id]
        if wallet.available_minor >= 20 * wallet.price_minor:
            return
        self._payments += 1
        amount_minor = self.agenda.between(1, 30) * max(1, wallet.price_minor)
        books.top_up(person.account_id, amount_minor, payment_id=UUID(int=self._payments))
        call_id = wallet.in_call_id
        if call_id is not None and (call := books.open.get(call_id)):
            owner = self.world.nodes[call.node]
            if owner.answers and (live := owner.calls.get(call_id)):
                owner.later(self.world.short(), owner.runner.feed, live, FundsChanged())
