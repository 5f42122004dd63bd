"""Asks every device whether it is still there, and gives up on those that are not."""

from __future__ import annotations

import logging

from shared.clock import Clock
from shared.messages.registry import encode
from shared.messages.to_client import CloseCode, Ping
from shared.settings import Settings
from signaling.devices.presence import Presence
from signaling.devices.registry import ConnectedDevice, Devices
from signaling.timers import Scheduler, Timer

SWEEP_MS_MAX = 500
SILENT_CLOSE_MS = 500
"""Who has been silent for so long will hardly answer a close frame: nothing is kept for it any longer than this."""

log = logging.getLogger(__name__)


class Liveness:
    """One look at all devices every so often, rather than a timer for each."""

    def __init__(
        self, *, devices: Devices, presence: Presence, settings: Settings, clock: Clock, scheduler: Scheduler
    ) -> None:
        self._devices = devices
        self._presence = presence
        self._settings = settings
        self._clock = clock
        self._scheduler = scheduler
        self._sweep_ms = max(1, min(SWEEP_MS_MAX, settings.ping_ms // 2))
        self._ping = encode(Ping())
        self._timer: Timer | None = None

    def start(self) -> None:
        """Look again and again, until `stop`."""
        self._timer = self._scheduler.call_at(self._clock.monotonic_ms() + self._sweep_ms, self._sweep)

    def stop(self) -> None:
        """Look no more."""
        if self._timer is not None:
            self._timer.cancel()

    def _sweep(self) -> None:
        self.start()
        now_ms = self._clock.monotonic_ms()
        for device in self._devices.all():
            try:
                self._look_at(device, now_ms)
            except Exception:
                log.exception("Device %s could not be looked at", device.device_id)

    def _look_at(self, device: ConnectedDevice, now_ms: int) -> None:
        socket = device.socket
        if socket is None:
            if now_ms - device.lost_at_ms >= self._settings.resume_ms_max:
                self._presence.forget(device)
        elif socket.is_stuck(now_ms):
            log.info(
                "Device %s of account %s is lost: it does not read", device.device_id, device.account.account_id
            )
            self._presence.lose(device, socket)
            socket.abort()
        elif now_ms - device.last_alive_ms > self._settings.silence_ms_max:
            log.info("Device %s of account %s is lost: it is silent", device.device_id, device.account.account_id)
            self._presence.lose(device, socket)
            socket.close(CloseCode.SILENT, "nothing was heard for too long", wait_ms=SILENT_CLOSE_MS)
        elif now_ms >= device.token_expires_ms:
            log.info(
                "Device %s of account %s is lost: its token expired", device.device_id, device.account.account_id
            )
            self._presence.lose(device, socket)
            socket.close(CloseCode.TOKEN_REFUSED, "the token has expired")
        elif now_ms - device.pinged_at_ms >= self._settings.ping_ms:
            device.pinged_at_ms = now_ms
            socket.put(self._ping)
