"""What calls have to say to their devices, wherever these are connected."""

from __future__ import annotations

from shared.messages.nodes import ToDevice
from shared.messages.to_client import ToClient
from signaling.call.states import Device
from signaling.devices.post import Post
from signaling.live.calls import LiveCall
from signaling.nodes.lanes import Lanes


class Reach:
    """What is for devices of this node never leaves it."""

    def __init__(self, post: Post, lanes: Lanes) -> None:
        self._post = post
        self._lanes = lanes

    def send(self, live: LiveCall, device: Device, message: ToClient) -> None:
        """Queue a message for one device of the call."""
        home = live.homes.get(device.device_id)
        if home is None:
            self._post.send(device.device_id, message)
            return
        to_device = ToDevice(
            call_id=live.call_id,
            epoch=live.epoch,
            role=device.role,
            device_id=device.device_id,
            message=message,
        )
        self._lanes.send(home, to_device)
        if crowded := self._lanes.crowded(home):
            self._post.note_crowded(crowded)
