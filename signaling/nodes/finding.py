"""Finding the devices that shall ring, here and at all other nodes."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable
from uuid import UUID

from shared.bus.interface import Bus, Outcome
from shared.clock import Clock
from shared.messages.nodes import FindCallee
from shared.messages.registry import broadcast_of
from signaling.background import Background
from signaling.call.inputs import CalleeDevices, Input
from signaling.call.states import State, TimerName
from signaling.devices.registry import Devices
from signaling.live.calls import LiveCall
from signaling.timers import Scheduler

AGAIN_MS = 250

log = logging.getLogger(__name__)

Feed = Callable[[LiveCall, Input], None]


class Finder:
    """Those that are here ring at once, others as they are found; nobody is there once the time to find is over."""

    def __init__(
        self,
        bus: Bus,
        *,
        node: str,
        devices: Devices,
        background: Background,
        find_ms_max: int,
        clock: Clock,
        scheduler: Scheduler,
    ) -> None:
        self._bus = bus
        self._node = node
        self._devices = devices
        self._background = background
        self._find_ms_max = find_ms_max
        self._clock = clock
        self._scheduler = scheduler

    def find(self, live: LiveCall, account_id: UUID, feed: Feed) -> None:
        """Have the account's devices ring."""
        here = tuple(device.device_id for device in self._devices.that_ring(account_id))
        if here:
            feed(live, CalleeDevices(here))
        self._background.start(self._find_elsewhere(live, account_id, feed))

    async def _find_elsewhere(self, live: LiveCall, account_id: UUID, feed: Feed) -> None:
        """An account that no node holds is nowhere; else those that hold it are given time to answer."""
        if live.call.state is not State.RINGING:
            # One of its devices has accepted already, by an invite of its own.
            return
        until_ms = self._clock.monotonic_ms() + self._find_ms_max
        outcome = await self._ask(live, account_id)
        while outcome not in {Outcome.CONFIRMED, Outcome.UNROUTABLE} and self._clock.monotonic_ms() < until_ms:
            await self._wait(min(until_ms, self._clock.monotonic_ms() + AGAIN_MS))
            outcome = await self._ask(live, account_id)
        if outcome is not Outcome.UNROUTABLE and not live.call.caller_hears_ringing:
            await self._wait(until_ms)
        if live.call.state is State.RINGING and not live.call.caller_hears_ringing:
            feed(live, CalleeDevices(()))

    async def _ask(self, live: LiveCall, account_id: UUID) -> Outcome:
        ring_ms = live.call.timers.get(TimerName.RING, 0) - self._clock.monotonic_ms()
        asked = FindCallee(
            call_id=live.call_id,
            epoch=live.epoch,
            node=self._node,
            account_id=account_id,
            ring_ms=max(0, ring_ms),
        )
        [outcome] = await self._bus.publish([broadcast_of(asked)])
        if outcome not in {Outcome.CONFIRMED, Outcome.UNROUTABLE}:
            log.warning("Call %s: other nodes could not be asked for the callee: %s", live.call_id, outcome)
        return outcome

    async def _wait(self, until_ms: int) -> None:
        over = asyncio.Event()
        timer = self._scheduler.call_at(until_ms, over.set)
        try:
            await over.wait()
        finally:
            timer.cancel()
