"""Owners of calls that fall silent while a device of theirs is connected here."""

from __future__ import annotations

import logging
from uuid import UUID

from shared.clock import Clock
from shared.messages.nodes import Attached, CallState, HandedOver, NotMine
from shared.messages.requests import NotTakenOver
from shared.messages.to_client import CallStands
from signaling.background import Background
from signaling.call.inputs import DeviceResumed
from signaling.devices.post import Post
from signaling.devices.registry import Devices
from signaling.live.calls import LiveCall
from signaling.live.running import Runner
from signaling.nodes.far import FarCall
from signaling.nodes.home import Home
from signaling.takeover.taking import Takeovers
from signaling.tickets.ticket import Tickets

log = logging.getLogger(__name__)


class SilentOwners:
    """Takes their calls over with the tickets that were passed on, or finds out who has."""

    def __init__(
        self,
        *,
        tickets: Tickets,
        takeovers: Takeovers,
        home: Home,
        devices: Devices,
        runner: Runner,
        post: Post,
        background: Background,
        patience_ms: int,
        clock: Clock,
    ) -> None:
        self._tickets = tickets
        self._takeovers = takeovers
        self._home = home
        self._devices = devices
        self._runner = runner
        self._post = post
        self._background = background
        self._patience_ms = patience_ms
        self._clock = clock
        self._silent_since_ms: dict[UUID, int] = {}
        self._at_work: set[UUID] = set()

    def notice(self, far: FarCall) -> None:
        """The owner of a device's call is silent; said again and again while nothing changes."""
        if far.device_id not in self._at_work:
            self._at_work.add(far.device_id)
            self._background.start(self._go_on(far))

    def handed_over_late(self, answer: HandedOver) -> None:
        """An owner has let a call go for a device that did not wait for it: it must not be nobody's."""
        self._background.start(self._take_late(answer))

    async def _take_late(self, answer: HandedOver) -> None:
        taken = await self._takeovers.take(
            answer.call_id, epoch=answer.state.epoch, state=answer.state, former=answer.sender
        )
        if isinstance(taken, LiveCall):
            self._resume_those_here(taken)

    async def _go_on(self, far: FarCall) -> None:
        try:
            ticket = self._tickets.read(far.ticket, account_id=far.account_id)
            if ticket is None or (state := ticket.state) is None:
                self._wait(far)
            else:
                await self._take(far, epoch=max(far.epoch, ticket.epoch), state=state)
        finally:
            self._at_work.discard(far.device_id)

    async def _take(self, far: FarCall, *, epoch: int, state: CallState) -> None:
        taken = await self._takeovers.take(far.call_id, epoch=epoch, state=state, former=far.owner)
        if taken is None:
            self._wait(far)
            return
        self._silent_since_ms.pop(far.device_id, None)
        match taken:
            case LiveCall() as live:
                self._resume_those_here(live)
            case NotTakenOver(reason="taken_over", node=node, epoch=owner) if node and owner:
                # If that one is gone as well, it is the one to take the call over from.
                far.epoch = owner
                await self._attach(far, node)
            case NotTakenOver():
                self._give_up(far)

    async def _attach(self, far: FarCall, node: str) -> None:
        # The socket here may be an old one, whose device has come to the new owner itself.
        answer = await self._home.attach(
            node,
            call_id=far.call_id,
            device_id=far.device_id,
            account_id=far.account_id,
            role=far.role,
            if_lost=True,
        )
        if isinstance(answer, Attached) and answer.snapshot:
            self._post.send(far.device_id, CallStands(call=answer.snapshot))
        elif isinstance(answer, HandedOver):
            await self._take_late(answer)
        elif isinstance(answer, NotMine) and answer.epoch:
            self._give_up(far)
        elif not isinstance(answer, Attached):
            # It may be busy, or gone in its turn, or not know yet what it owns: the next look at it says which.
            self._home.keep(far, node)

    def _wait(self, far: FarCall) -> None:
        """The other party's node may go on with the call, or billing answer again; but not for ever."""
        now_ms = self._clock.monotonic_ms()
        if now_ms - self._silent_since_ms.setdefault(far.device_id, now_ms) >= self._patience_ms:
            del self._silent_since_ms[far.device_id]
            self._give_up(far)

    def _give_up(self, far: FarCall) -> None:
        ticket = self._tickets.read(far.ticket, account_id=far.account_id)
        self._home.give_up(far, talk_ms=ticket.talk_ms if ticket else 0)

    def _resume_those_here(self, live: LiveCall) -> None:
        now_ms = self._clock.monotonic_ms()
        for part in (live.call.caller, live.call.callee, *live.call.ringing):
            device = self._devices.get(part.device_id) if part else None
            if part is None or device is None or device.socket is None:
                continue
            if snapshot := live.call.snapshot(part, now_ms):
                self._post.send(device.device_id, CallStands(call=snapshot))
            self._runner.feed(live, DeviceResumed(part))
