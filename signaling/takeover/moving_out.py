"""A node that is about to stop: its devices go elsewhere, and its calls with them."""

from __future__ import annotations

import asyncio
import contextlib
import logging

from shared.clock import Clock
from shared.messages.base import EndReason
from shared.messages.nodes import CallState
from shared.messages.to_client import Moving
from signaling.billing.client import Billing
from signaling.call.inputs import LetGo, StopCall
from signaling.call.moving import hand_over
from signaling.call.states import Device
from signaling.devices.post import Post
from signaling.devices.registry import Devices
from signaling.live.calls import LiveCall, LiveCalls
from signaling.live.running import Runner
from signaling.nodes.owner import Owner

LOOK_AGAIN_MS = 50

log = logging.getLogger(__name__)


class MovingOut:
    """Ends no call: each is handed over, or left with a fresh proof to whoever comes with a ticket."""

    def __init__(
        self,
        *,
        calls: LiveCalls,
        devices: Devices,
        runner: Runner,
        owner: Owner,
        post: Post,
        billing: Billing,
        moving_ms_max: int,
        node: str,
        clock: Clock,
    ) -> None:
        self._calls = calls
        self._devices = devices
        self._runner = runner
        self._owner = owner
        self._post = post
        self._billing = billing
        self._moving_ms_max = moving_ms_max
        self._node = node
        self._clock = clock

    def begin(self) -> None:
        """Hand over what has a device at another node, be ready to hand over the rest, and send all devices away.

        They go one after another, so that nobody is run over by all of them at once.
        """
        self._owner.when_attached(self._state)
        self._hand_over_where_devices_are()
        here = [device for device in self._devices.all() if device.socket is not None]
        for place, device in enumerate(here):
            device.moving = True
            self._post.send(device.device_id, Moving(delay_ms=self._moving_ms_max * place // len(here)))

    async def wait_for_calls(self, *, timeout_ms: int) -> None:
        """Return when all calls are at other nodes, or the time is over."""
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(timeout_ms / 1_000):
                # Each goes by way of billing; there is no one thing to wait for.
                while len(self._calls):
                    await asyncio.sleep(LOOK_AGAIN_MS / 1_000)
                    self._hand_over_where_devices_are()

    async def leave_the_rest(self, *, timeout_ms: int) -> None:
        """Prove what was talked, and let go of the calls; one that billing has not authorized is ended."""
        calls = self._calls.all()
        if calls:
            log.warning("%d calls are left to whoever comes with a ticket", len(calls))
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(timeout_ms / 1_000):
                await asyncio.gather(*(self._prove(live) for live in calls))
        for live in self._calls.all():
            live.held_invites.clear()
            self._runner.feed(live, StopCall(EndReason.SHUTDOWN) if live.call.terms is None else LetGo())

    def _hand_over_where_devices_are(self) -> None:
        """Nobody would come and ask for calls whose devices are at other nodes already."""
        for live in self._calls.all():
            if live.homes and (state := self._state(live)) is not None:
                self._owner.hand_over(live, next(iter(live.homes.values())), state)

    async def _prove(self, live: LiveCall) -> None:
        lease = live.call.lease
        if lease is not None:
            talk_ms = live.call.talk_ms(self._clock.monotonic_ms())
            await self._billing.renew(live.call_id, minute=lease.minutes_paid, talk_ms=talk_ms, epoch=live.epoch)

    def _state(self, live: LiveCall) -> CallState | None:
        def home(device: Device) -> str | None:
            elsewhere = live.homes.get(device.device_id)
            return elsewhere or (self._node if self._devices.get(device.device_id) else None)

        return hand_over(live.call, self._clock.monotonic_ms(), home=home)
