"""Letting a call go that another node owns now."""

from __future__ import annotations

import logging

from shared.messages.nodes import Attached
from shared.messages.to_client import CallStands
from signaling.background import Background
from signaling.call.inputs import LetGo
from signaling.call.states import Device
from signaling.devices.post import Post
from signaling.devices.registry import ConnectedDevice, Devices
from signaling.live.calls import LiveCall
from signaling.live.running import Runner
from signaling.nodes.home import Home
from signaling.nodes.owners import Owners

log = logging.getLogger(__name__)


class Leaving:
    """What is left of the call here are devices, which take part in it from here."""

    def __init__(
        self, *, home: Home, owners: Owners, devices: Devices, runner: Runner, post: Post, background: Background
    ) -> None:
        self._home = home
        self._owners = owners
        self._devices = devices
        self._runner = runner
        self._post = post
        self._background = background

    def let_go(self, live: LiveCall, node: str) -> None:
        """End this node's copy without a word, and have its devices take part at the new owner."""
        log.info("Call %s: owned by node %s now", live.call_id, node)
        parts = [live.call.caller, *([live.call.callee] if live.call.callee else []), *live.call.ringing]
        here = [(part, device) for part in parts if (device := self._devices.get(part.device_id))]
        live.held_invites.clear()
        self._runner.feed(live, LetGo())
        for part, device in here:
            self._background.start(self._attach(live, part, device, node))

    async def _attach(self, live: LiveCall, part: Device, device: ConnectedDevice, node: str) -> None:
        answer = await self._home.attach(
            node,
            call_id=live.call_id,
            device_id=device.device_id,
            account_id=device.account.account_id,
            role=part.role,
        )
        if isinstance(answer, Attached):
            if answer.snapshot:
                self._post.send(device.device_id, CallStands(call=answer.snapshot))
        else:
            log.warning("Call %s: node %s does not go on with it", live.call_id, node)
            far = self._home.expect(
                node,
                call_id=live.call_id,
                device_id=device.device_id,
                account_id=device.account.account_id,
                role=part.role,
            )
            self._home.keep(far, node)
            self._owners.silent(far)
