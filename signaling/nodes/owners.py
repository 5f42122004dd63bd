"""Whether the owners of calls elsewhere are alive, and what they may know of devices here."""

from __future__ import annotations

import logging
from collections.abc import Callable

from shared.clock import Clock
from shared.messages.nodes import Beat, BeatHeard, HeardDevice
from signaling.devices.registry import Devices
from signaling.nodes.arrived import ArrivedBeats
from signaling.nodes.far import FarCall, FarCalls
from signaling.nodes.lanes import Lanes
from signaling.timers import Scheduler, Timer

WhenSilent = Callable[[FarCall], None]

log = logging.getLogger(__name__)


class Owners:
    """Answers their beats, and notices when they are silent. Nothing runs while no call is anywhere else."""

    def __init__(
        self,
        *,
        lanes: Lanes,
        far: FarCalls,
        devices: Devices,
        beat_ms: int,
        silence_ms_max: int,
        clock: Clock,
        scheduler: Scheduler,
    ) -> None:
        self._lanes = lanes
        self._far = far
        self._devices = devices
        self._beat_ms = beat_ms
        self._silence_ms_max = silence_ms_max
        self._clock = clock
        self._scheduler = scheduler
        self._beats = ArrivedBeats()
        self._timer: Timer | None = None
        self._when_silent: WhenSilent | None = None

    def when_silent(self, hook: WhenSilent) -> None:
        """Have this called for each device of a silent owner, again and again while nothing changes."""
        self._when_silent = hook

    def watch(self) -> None:
        """There is a call elsewhere."""
        if self._timer is None:
            self._timer = self._scheduler.call_at(self._clock.monotonic_ms() + self._beat_ms, self._look)

    def stop(self) -> None:
        """Watch no more."""
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None

    def beat(self, beat: Beat) -> None:
        """An owner is alive, and asks."""
        now_ms = self._clock.monotonic_ms()
        listed = frozenset(beat.call_ids)
        shared = self._far.of_owner(beat.sender)
        for far in shared:
            if far.call_id in listed:
                far.owner_heard_ms = now_ms
        heard = [heard for far in shared if (heard := self._heard(far))]
        self._beats.note(beat.sender, beat.beat, now_ms)
        self._lanes.send(beat.sender, BeatHeard(beat=beat.beat, devices=heard))

    def heard_after(self, node: str, at_ms: int) -> int:
        """Return the number of the owner's newest beat that had come by this moment."""
        return self._beats.newest_before(node, at_ms)

    def gone(self, node: str) -> None:
        """An owner has no mailbox any more."""
        for far in self._far.of_owner(node):
            self.silent(far)

    def silent(self, far: FarCall) -> None:
        """The owner does not go on with the call."""
        log.warning("Call %s: its owner %s is silent", far.call_id, far.owner)
        if self._when_silent is not None:
            self._when_silent(far)

    def _heard(self, far: FarCall) -> HeardDevice | None:
        """Return what is known of a device that is connected; one that is being let in counts."""
        device = self._devices.get(far.device_id)
        if device is None or device.socket is None:
            return _heard(far, after=0) if far.arriving else None
        return _heard(far, after=self.heard_after(far.owner, device.last_alive_ms))

    def _look(self) -> None:
        self._timer = None
        now_ms = self._clock.monotonic_ms()
        for far in self._far.all():
            if not far.asking and now_ms - far.owner_heard_ms > self._silence_ms_max:
                far.owner_heard_ms = now_ms
                self.silent(far)
        self._beats.forget_all_but({far.owner for far in self._far.all()})
        if len(self._far):
            self.watch()


def _heard(far: FarCall, *, after: int) -> HeardDevice:
    return HeardDevice(call_id=far.call_id, device_id=far.device_id, heard_after=after)
