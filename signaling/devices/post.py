"""Messages on their way to devices."""

from __future__ import annotations

from typing import Protocol
from uuid import UUID

from shared.messages.registry import encode
from shared.messages.to_client import ToClient
from signaling.devices.registry import Devices


class Room(Protocol):
    """A queue on the way to a device."""

    async def room(self) -> None:
        """Return when the queue is not crowded, or nobody empties it any more."""


class Post:
    """Delivers to devices that are here; what is for others is dropped. A lost one gets it when it is back."""

    def __init__(self, devices: Devices) -> None:
        self._devices = devices
        self._crowded: Room | None = None
        self._last: tuple[ToClient, bytes] | None = None

    def send(self, device_id: UUID, message: ToClient) -> None:
        """Queue a message for one device."""
        device = self._devices.get(device_id)
        if device is None:
            return
        numbered = device.numbering.number(self._text(message))
        if (socket := device.socket) is None:
            return
        socket.put(numbered)
        if socket.crowded:
            self._crowded = socket

    def send_to_account(self, account_id: UUID, message: ToClient) -> None:
        """Queue a message for every device of the account."""
        for device in self._devices.of_account(account_id):
            self.send(device.device_id, message)

    def note_crowded(self, queue: Room) -> None:
        """Something was sent by a queue that is more than half full, to a device elsewhere."""
        self._crowded = queue

    def take_crowded(self) -> Room | None:
        """Return a queue that has just been added to and is more than half full.

        Whoever caused the sending should wait for its `room`: so a device that floods another is slowed down,
        and the other one is not dropped for it.
        """
        crowded, self._crowded = self._crowded, None
        return crowded

    def _text(self, message: ToClient) -> bytes:
        """A message to several devices is encoded once."""
        if self._last is None or self._last[0] is not message:
            self._last = (message, encode(message))
        return self._last[1]
