"""What a node hears of its calls' devices at other nodes."""

from __future__ import annotations

import logging
from collections.abc import Callable
from uuid import UUID

from shared.clock import Clock
from shared.ids import new_id
from shared.messages.base import Role
from shared.messages.nodes import (
    Attach,
    Attached,
    CalleeFound,
    CallMoved,
    CallState,
    DeviceMoved,
    DeviceStatus,
    FromDevice,
    HandedOver,
    NotMine,
    ToDevice,
)
from shared.messages.to_client import CallStands, Error, ErrorCode
from signaling.call import inputs
from signaling.call.states import Device, State
from signaling.devices.presence import Presence
from signaling.devices.registry import Devices
from signaling.live.calls import LiveCall, LiveCalls
from signaling.live.running import Runner
from signaling.nodes.beats import Beats
from signaling.nodes.lanes import Lanes
from signaling.nodes.leaving import Leaving

HandOver = Callable[[LiveCall], CallState | None]

log = logging.getLogger(__name__)


class Owner:
    """Turns what other nodes say into inputs of the calls that this node owns."""

    def __init__(
        self,
        *,
        lanes: Lanes,
        calls: LiveCalls,
        devices: Devices,
        presence: Presence,
        runner: Runner,
        beats: Beats,
        leaving: Leaving,
        clock: Clock,
    ) -> None:
        self._lanes = lanes
        self._calls = calls
        self._devices = devices
        self._presence = presence
        self._runner = runner
        self._beats = beats
        self._clock = clock
        self._leaving = leaving
        self._hand_over: HandOver | None = None

    def when_attached(self, hook: HandOver) -> None:
        """Have this called first: the state that it returns is handed over, and the call let go."""
        self._hand_over = hook

    def callee_found(self, found: CalleeFound) -> None:
        """Have these devices ring, if the call still does."""
        live = self._calls.get(found.call_id)
        if live is None or live.call.state is not State.RINGING:
            return
        new = [device_id for device_id in found.device_ids if self._is_new(live, device_id)]
        for device_id in new:
            self.place(live, device_id, found.sender)
        self._runner.feed(live, inputs.CalleeDevices(tuple(new)))
        for device_id in new:
            if live.device(device_id) is None:
                live.homes.pop(device_id, None)

    def from_device(self, said: FromDevice) -> None:
        """Give a step to its call."""
        live = self._calls.get(said.call_id)
        if live is None or live.homes.get(said.device_id) != said.sender:
            text = "No such call is live, or it is none of yours."
            error = Error(code=ErrorCode.NOT_IN_CALL, message=text, ref=said.step.ref, call_id=said.call_id)
            self._lanes.send(
                said.sender,
                ToDevice(
                    call_id=said.call_id,
                    epoch=live.epoch if live else 1,
                    role=said.role,
                    device_id=said.device_id,
                    message=error,
                ),
            )
            return
        device = Device(said.role, said.device_id)
        if device == live.call.device(said.role):
            self._runner.feed(live, inputs.DeviceResumed(device))
        self._runner.feed(live, inputs.FromDevice(device, said.step))

    def device_status(self, told: DeviceStatus) -> None:
        """A device elsewhere was lost, is back, or will not come back."""
        live = self._calls.get(told.call_id)
        if live is None or live.homes.get(told.device_id) != told.sender:
            return
        self._beats.prove(live, told.device_id, told.heard_after)
        device = Device(told.role, told.device_id)
        match told.status:
            case "lost":
                self._beats.lose(live, told.device_id)
            case "back":
                self._runner.feed(live, inputs.DeviceResumed(device))
            case "unknown" if live.call.is_party(device):
                # It may come back with its ticket, there or elsewhere.
                self._beats.lose(live, told.device_id)
            case "gone" | "unknown":
                proof_ms = live.proofs.get(told.device_id, 0)
                self._runner.feed(live, inputs.DeviceGone(device, proof_ms))
                live.homes.pop(told.device_id, None)

    def attach(self, asked: Attach) -> None:
        """A device is connected at the asking node from now on."""
        live = self._calls.get(asked.call_id)
        if live and asked.shown and asked.role and asked.role is self._role_of(live, asked.account_id):
            # It may know of an accept, or of talk, that this owner has not heard of.
            self._runner.feed(live, inputs.TicketShown(Device(asked.role, asked.device_id), asked.shown))
        device = self._part(live, asked) if live else None
        if live is None or device is None:
            self._decline(asked)
        elif asked.if_lost and self._is_connected_elsewhere(live, device, asked.sender):
            self._lanes.send(asked.sender, DeviceMoved(call_id=live.call_id, device_id=device.device_id))
            self._decline(asked)
        elif (state := self._state_to_hand_over(live, device)) is not None:
            handed_over = HandedOver(request_id=asked.request_id, call_id=asked.call_id, state=state)
            self._lanes.send(asked.sender, handed_over)
            self._leaving.hand_over(live, asked.sender, but=asked.device_id)
        else:
            self._attach(live, device, asked)

    def hand_over(self, live: LiveCall, node: str, state: CallState) -> None:
        """Have this node own the call, which has not asked for it."""
        self._lanes.send(node, HandedOver(request_id=new_id(), call_id=live.call_id, state=state))
        self._leaving.hand_over(live, node)

    def call_moved(self, moved: CallMoved) -> None:
        """Another node says that it owns a call: this one's copy of it, if there is one, ends."""
        self.owned_by(moved.call_id, moved.sender, epoch=moved.epoch)

    def owned_by(self, call_id: UUID, node: str, *, epoch: int) -> None:
        """This node owns the call as the `epoch`-th: an older copy of it here ends."""
        live = self._calls.get(call_id)
        if live is not None and epoch > live.epoch:
            self._leaving.let_go(live, node)

    def tell_moved(self, live: LiveCall, former: str) -> None:
        """Tell who owned the call before: it may have slept, and not know."""
        self._lanes.send(former, CallMoved(call_id=live.call_id, epoch=live.epoch))

    def device_moved(self, moved: DeviceMoved) -> None:
        """A device that was here is connected elsewhere, and its call knows."""
        if device := self._devices.get(moved.device_id):
            self._presence.replaced(device)

    def devices_at(self, live: LiveCall, homes: dict[UUID, str]) -> None:
        """Note where devices of a call are that was another node's, and tell those nodes who owns it now."""
        for device_id, node in homes.items():
            self.place(live, device_id, node)
        for node in set(homes.values()):
            self._lanes.send(node, CallMoved(call_id=live.call_id, epoch=live.epoch))

    def place(self, live: LiveCall, device_id: UUID, node: str) -> None:
        """The device is connected there from now on."""
        live.homes[device_id] = node
        live.proofs.setdefault(device_id, self._clock.monotonic_ms())
        self._beats.begin()

    def lane_broken(self, node: str) -> None:
        """Tell the devices there how their calls stand: something that they were told may not have come."""
        now_ms = self._clock.monotonic_ms()
        for live in self._calls.with_devices_elsewhere():
            for device_id in live.devices_at(node):
                device = live.device(device_id)
                if device and (snapshot := live.call.snapshot(device, now_ms)):
                    self._runner.tell(live, device, CallStands(call=snapshot))

    def node_gone(self, node: str) -> None:
        """Nobody is connected there any more."""
        self._beats.lose_all_at(node)

    def _state_to_hand_over(self, live: LiveCall, device: Device) -> CallState | None:
        """Return how the call stands, with this device, which is proven alive now."""
        if self._hand_over is None:
            return None
        self._runner.feed(live, inputs.DeviceResumed(device))
        return self._hand_over(live)

    def _decline(self, asked: Attach) -> None:
        epoch = self._calls.epoch_of(asked.call_id) or None
        self._lanes.send(asked.sender, NotMine(request_id=asked.request_id, call_id=asked.call_id, epoch=epoch))

    def _is_connected_elsewhere(self, live: LiveCall, device: Device, node: str) -> bool:
        if live.call.is_party(device) and device.role in live.call.lost:
            return False
        here = self._devices.get(device.device_id)
        return live.homes.get(device.device_id, node) != node or (here is not None and here.socket is not None)

    def _is_new(self, live: LiveCall, device_id: UUID) -> bool:
        return device_id not in live.homes and self._devices.get(device_id) is None

    def _part(self, live: LiveCall, asked: Attach) -> Device | None:
        """Return what part the device has or may have; its account decides."""
        role = self._role_of(live, asked.account_id)
        if role is None or asked.role not in {None, role}:
            return None
        device = Device(role, asked.device_id)
        if live.call.takes_part(device):
            return device
        may_ring = role is Role.CALLEE and live.call.state is State.RINGING
        return device if may_ring else None

    def _role_of(self, live: LiveCall, account_id: UUID) -> Role | None:
        if account_id == live.caller_id:
            return Role.CALLER
        return Role.CALLEE if account_id == live.callee_id else None

    def _attach(self, live: LiveCall, device: Device, asked: Attach) -> None:
        before = live.homes.get(asked.device_id)
        here = self._devices.get(asked.device_id)
        if here is not None:
            live.proofs[asked.device_id] = here.last_alive_ms
            self._presence.replaced(here)
        elif before is not None and before != asked.sender:
            self._lanes.send(before, DeviceMoved(call_id=live.call_id, device_id=asked.device_id))
        self.place(live, asked.device_id, asked.sender)
        log.info("Call %s: the %s's device is at node %s now", live.call_id, device.role, asked.sender)
        attached = Attached(
            request_id=asked.request_id,
            call_id=asked.call_id,
            epoch=live.epoch,
            role=device.role,
            snapshot=live.call.snapshot(device, self._clock.monotonic_ms()),
        )
        self._lanes.send(asked.sender, attached)
        self._runner.feed(live, inputs.DeviceResumed(device))
        if device.role is Role.CALLEE and live.call.state is State.RINGING:
            self._runner.feed(live, inputs.CalleeDevices((device.device_id,)))
