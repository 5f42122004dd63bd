"""Letting a call go that another node owns now."""

from __future__ import annotations

import logging
from uuid import UUID

from shared.failpoints import Failpoint, failpoint_now
from shared.messages.nodes import Attached
from shared.messages.to_client import CallStands
from signaling.background import Background
from signaling.call.inputs import LetGo
from signaling.call.states import Device
from signaling.devices.post import Post
from signaling.devices.presence import Presence
from signaling.devices.registry import ConnectedDevice, Devices
from signaling.live.calls import LiveCall
from signaling.live.running import Runner
from signaling.nodes.far import FarCall
from signaling.nodes.home import Home
from signaling.nodes.owners import Owners

log = logging.getLogger(__name__)


class Leaving:
    """What is left of the call here are devices, which take part in it from here."""

    def __init__(
        self,
        *,
        home: Home,
        owners: Owners,
        devices: Devices,
        presence: Presence,
        runner: Runner,
        post: Post,
        background: Background,
    ) -> None:
        self._home = home
        self._owners = owners
        self._devices = devices
        self._presence = presence
        self._runner = runner
        self._post = post
        self._background = background

    def let_go(self, live: LiveCall, node: str) -> None:
        """End this node's copy without a word, and have its devices take part at the new owner."""
        log.info("Call %s: owned by node %s now", live.call_id, node)
        here = self._end(live)
        for part, device in here:
            if device.socket is not None:
                self._background.start(self._attach(live, part, device, node))

    def hand_over(self, live: LiveCall, node: str, *, but: UUID | None = None) -> None:
        """End this node's copy without a word; what its devices say waits until that node has said that it has it.

        The device of this id is there already.
        """
        failpoint_now(Failpoint.CALL_HANDED_OVER)
        log.info("Call %s: handed over to node %s", live.call_id, node)
        for part, device in self._end(live):
            if part.device_id == but:
                self._presence.replaced(device)
            else:
                self._home.move(self._expected(live, part, device, node), node)

    def _end(self, live: LiveCall) -> list[tuple[Device, ConnectedDevice]]:
        """Return the devices that it had here."""
        parts = [live.call.caller, *([live.call.callee] if live.call.callee else []), *live.call.ringing]
        live.held_invites.clear()
        self._runner.feed(live, LetGo())
        return [(part, device) for part in parts if (device := self._devices.get(part.device_id))]

    def _expected(self, live: LiveCall, part: Device, device: ConnectedDevice, node: str) -> FarCall:
        return self._home.expect(
            node,
            call_id=live.call_id,
            device_id=device.device_id,
            account_id=device.account.account_id,
            role=part.role,
        )

    async def _attach(self, live: LiveCall, part: Device, device: ConnectedDevice, node: str) -> None:
        answer = await self._home.attach(
            node,
            call_id=live.call_id,
            device_id=device.device_id,
            account_id=device.account.account_id,
            role=part.role,
            if_lost=True,
        )
        if isinstance(answer, Attached):
            if answer.snapshot:
                self._post.send(device.device_id, CallStands(call=answer.snapshot))
        elif self._devices.get(device.device_id) is device:
            log.warning("Call %s: node %s does not go on with it", live.call_id, node)
            far = self._expected(live, part, device, node)
            self._home.keep(far, node)
            self._owners.silent(far)
