"""Which devices elsewhere are alive, by the clock of the node that owns their call."""

from __future__ import annotations

from collections import OrderedDict
from uuid import UUID

from shared.clock import Clock
from shared.messages.nodes import Beat, BeatHeard
from signaling.call.inputs import DeviceLost, DeviceResumed
from signaling.live.calls import LiveCall, LiveCalls
from signaling.live.running import Runner
from signaling.nodes.lanes import Lanes
from signaling.timers import Scheduler, Timer

BEATS_MAX = 64
"""Beats remembered; an answer to an older one proves nothing."""


class Beats:
    """Numbered questions; each device is proven alive at the moment of the newest one that it outlived.

    Nothing runs while all devices of all calls are here.
    """

    def __init__(
        self,
        *,
        lanes: Lanes,
        calls: LiveCalls,
        runner: Runner,
        beat_ms: int,
        silence_ms_max: int,
        clock: Clock,
        scheduler: Scheduler,
    ) -> None:
        self._lanes = lanes
        self._calls = calls
        self._runner = runner
        self._beat_ms = beat_ms
        self._silence_ms_max = silence_ms_max
        self._clock = clock
        self._scheduler = scheduler
        self._number = 0
        self._sent_ms: OrderedDict[int, int] = OrderedDict()
        self._answered_ms: dict[str, int] = {}
        self._timer: Timer | None = None

    def begin(self) -> None:
        """A device of a call is elsewhere."""
        if self._timer is None:
            self._timer = self._scheduler.call_at(self._clock.monotonic_ms() + self._beat_ms, self._beat)

    def stop(self) -> None:
        """Ask no more."""
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None

    def prove(self, live: LiveCall, device_id: UUID, heard_after: int) -> None:
        """A device was heard of after this beat had come to it."""
        sent_ms = self._sent_ms.get(heard_after)
        if sent_ms is not None:
            live.proofs[device_id] = max(sent_ms, live.proofs.get(device_id, sent_ms))

    def answered(self, answer: BeatHeard) -> None:
        """A node says which devices are connected there: those that it does not name are lost."""
        self._answered_ms[answer.sender] = self._clock.monotonic_ms()
        heard = {(device.call_id, device.device_id): device.heard_after for device in answer.devices}
        for live in self._calls.with_devices_elsewhere():
            for device_id in live.devices_at(answer.sender):
                after = heard.get((live.call_id, device_id))
                if after is not None:
                    self.prove(live, device_id, after)
                    self._back(live, device_id)
                else:
                    self.lose(live, device_id)

    def lose(self, live: LiveCall, device_id: UUID) -> None:
        """A device elsewhere is lost, since it was last proven alive."""
        if device := live.device(device_id):
            self._runner.feed(live, DeviceLost(device, live.proofs.get(device_id, 0)))

    def lose_all_at(self, node: str) -> None:
        """Nothing is heard of a node."""
        for live in self._calls.with_devices_elsewhere():
            for device_id in live.devices_at(node):
                self.lose(live, device_id)

    def _back(self, live: LiveCall, device_id: UUID) -> None:
        for role in tuple(live.call.lost):
            device = live.call.device(role)
            if device is not None and device.device_id == device_id:
                self._runner.feed(live, DeviceResumed(device))

    def _beat(self) -> None:
        self._timer = None
        now_ms = self._clock.monotonic_ms()
        calls_at: dict[str, list[LiveCall]] = {}
        for live in self._calls.with_devices_elsewhere():
            # Those that rang in vain have no part in it any more.
            live.homes = {device_id: node for device_id, node in live.homes.items() if live.device(device_id)}
            for node in set(live.homes.values()):
                calls_at.setdefault(node, []).append(live)
        self._answered_ms = {node: self._answered_ms.get(node, now_ms) for node in calls_at}
        if not calls_at:
            return
        self._number += 1
        self._sent_ms[self._number] = now_ms
        if len(self._sent_ms) > BEATS_MAX:
            self._sent_ms.popitem(last=False)
        for node, calls in calls_at.items():
            self._lanes.send(node, Beat(beat=self._number, call_ids=[live.call_id for live in calls]))
            if now_ms - self._answered_ms.get(node, now_ms) > self._silence_ms_max:
                self.lose_all_at(node)
        self.begin()
