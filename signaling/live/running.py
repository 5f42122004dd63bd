"""Runs calls: gives each its inputs, one after another, and does what it wants done."""

from __future__ import annotations

import logging
from collections import deque
from typing import assert_never
from uuid import UUID

from shared.clock import Clock
from shared.failpoints import Failpoint, failpoint_now
from shared.ids import new_id
from shared.messages.from_client import Invite
from shared.messages.to_client import CallTicket, Error, ToClient
from signaling.billing.announcing import Announcer
from signaling.call.effects import (
    AnnounceEnded,
    AnnounceStarted,
    AskAuthorize,
    AskRenewal,
    ClearTimer,
    Effect,
    FindDevices,
    Finished,
    GiveTicket,
    Reject,
    Send,
    SetTimer,
)
from signaling.call.inputs import AcceptByInvite, Input
from signaling.call.machine import place, step
from signaling.call.states import CallTimes, Device
from signaling.devices.bindings import Bindings
from signaling.devices.registry import ConnectedDevice
from signaling.live.calls import LiveCall, LiveCalls
from signaling.live.events import call_ended, call_started
from signaling.live.money_questions import MoneyQuestions
from signaling.live.timers import CallTimers
from signaling.nodes.finding import Finder
from signaling.nodes.reach import Reach
from signaling.tickets.giving import ticket_for
from signaling.tickets.ticket import Tickets

log = logging.getLogger(__name__)


class Runner:
    """All but billing's answers is done at once, without waiting: the event loop is what serialises races."""

    def __init__(
        self,
        *,
        calls: LiveCalls,
        bindings: Bindings,
        reach: Reach,
        finder: Finder,
        questions: MoneyQuestions,
        announcer: Announcer,
        timers: CallTimers,
        times: CallTimes,
        node: str,
        tickets: Tickets,
        clock: Clock,
    ) -> None:
        self._calls = calls
        self._bindings = bindings
        self._reach = reach
        self._finder = finder
        self._questions = questions
        self._announcer = announcer
        self._timers = timers
        self._times = times
        self._node = node
        self._tickets = tickets
        self._clock = clock
        self._work: deque[tuple[LiveCall, Input | list[Effect]]] = deque()
        self._working = False

    def place(self, device: ConnectedDevice, invite: Invite) -> None:
        """Begin the call that this device invites to."""
        now_ms = self._clock.monotonic_ms()
        call, effects = place(
            invite, call_id=new_id(), device_id=device.device_id, times=self._times, now_ms=now_ms
        )
        live = LiveCall(call=call, caller_id=device.account.account_id, invite=invite)
        log.info("Call %s: invited by account %s", live.call_id, live.caller_id)
        self.adopt(live, effects)

    def adopt(self, live: LiveCall, effects: list[Effect], *, callee_id: UUID | None = None) -> None:
        """Own this call from now on, and do what it begins with.

        Its caller's account is bound while it lives, wherever the caller's device is: what ends the call, or pays
        for more of it, is told to that account.
        """
        self._calls.add(live)
        if callee_id is not None:
            self._calls.join(live, callee_id)
        self._bindings.hold_for_call(live.caller_id)
        self._do(live, effects)

    def tell(self, live: LiveCall, device: Device, message: ToClient) -> None:
        """Send a device of the call something that is not the call's own word."""
        self._reach.send(live, device, message)

    def feed(self, live: LiveCall, given: Input) -> None:
        """Give the call an input; what comes up meanwhile waits for its turn."""
        self._do(live, given)

    def _do(self, live: LiveCall, work: Input | list[Effect]) -> None:
        if self._working:
            self._work.append((live, work))
            return
        self._working = True
        self._do_one(live, work)
        while self._work:
            self._do_one(*self._work.popleft())
        self._working = False

    def _do_one(self, live: LiveCall, work: Input | list[Effect]) -> None:
        """A mistake about one call must not close the socket of whoever happened to come by."""
        for effect in work if isinstance(work, list) else self._step(live, work):
            try:
                self._perform(live, effect)
            except Exception:
                # What comes after it, a timer that ends the call among others, is done all the same.
                log.exception("Call %s: %s failed", live.call_id, type(effect).__name__)

    def _step(self, live: LiveCall, given: Input) -> list[Effect]:
        try:
            return step(live.call, given, self._clock.monotonic_ms())
        except Exception:
            log.exception("Call %s: %s failed", live.call_id, type(given).__name__)
            return []

    def _perform(self, live: LiveCall, effect: Effect) -> None:
        match effect:
            case Send():
                self._reach.send(live, effect.device, effect.message)
            case Reject():
                error = Error(code=effect.code, message=effect.text, ref=effect.ref, call_id=live.call_id)
                self._reach.send(live, effect.device, error)
            case GiveTicket():
                self._give_ticket(live, effect)
            case SetTimer():
                self._timers.set(live, effect.name, at_ms=effect.at_ms, feed=self.feed)
            case ClearTimer():
                self._timers.clear(live, effect.name)
            case AskAuthorize():
                self._questions.authorize(live, effect, self.feed)
            case AskRenewal():
                self._questions.renew(live, effect, self.feed)
            case FindDevices():
                self._find_devices(live, effect)
            case AnnounceStarted():
                self._announce_started(live)
            case AnnounceEnded():
                self._announce_ended(live, effect)
            case Finished():
                self._finish(live)
            case _ as never:
                assert_never(never)

    def _find_devices(self, live: LiveCall, effect: FindDevices) -> None:
        """Have the callee's devices ring, or accept where one of them has invited the caller meanwhile."""
        self._calls.join(live, effect.account_id)
        held, live.held_invites = live.held_invites, []
        for device, invite in held:
            if device.socket is not None:
                self.feed(live, AcceptByInvite(device.device_id, invite.ref))
        self._finder.find(live, effect.account_id, self.feed)

    def _give_ticket(self, live: LiveCall, effect: GiveTicket) -> None:
        if ticket := ticket_for(live, effect.device, tickets=self._tickets, now_ms=self._clock.monotonic_ms()):
            self._reach.send(live, effect.device, CallTicket(call_id=live.call_id, ticket=ticket))

    def _announce_started(self, live: LiveCall) -> None:
        log.info("Call %s: talk time runs", live.call_id)
        live.started_at = self._clock.now()
        if event := call_started(live, node=self._node, started_at=live.started_at):
            self._announcer.announce(event)

    def _announce_ended(self, live: LiveCall, effect: AnnounceEnded) -> None:
        log.info("Call %s: ended, %s, after %d ms", live.call_id, effect.reason, effect.talk_ms)
        self._calls.note_over(live)
        failpoint_now(Failpoint.CALL_ENDING)
        self._announcer.announce(call_ended(live, effect, node=self._node, ended_at=self._clock.now()))

    def _finish(self, live: LiveCall) -> None:
        """Forget the call; invites that waited for its authorization in vain are calls of their own."""
        self._timers.clear_all(live)
        self._calls.remove(live)
        self._bindings.release_for_call(live.caller_id)
        held, live.held_invites = live.held_invites, []
        for device, invite in held:
            if device.socket is not None:
                self.place(device, invite)
