"""What a node does for its devices in calls that other nodes own."""

from __future__ import annotations

import logging
from collections.abc import Callable
from typing import Literal
from uuid import UUID

from shared.clock import Clock
from shared.ids import new_id
from shared.messages.base import EndReason, Role
from shared.messages.from_client import CallStep
from shared.messages.nodes import (
    Attach,
    Attached,
    CalleeFound,
    CallMoved,
    CallState,
    DeviceMoved,
    DeviceStatus,
    FindCallee,
    FromDevice,
    HandedOver,
    ToDevice,
)
from shared.messages.to_client import (
    CallAnsweredElsewhere,
    CallOver,
    CallRefused,
    CallSnapshot,
    CallStands,
    CallTicket,
    Error,
)
from signaling.background import Background
from signaling.devices.post import Post
from signaling.devices.registry import ConnectedDevice, Devices
from signaling.nodes.far import FarCall, FarCalls
from signaling.nodes.lanes import Answer, Lanes
from signaling.nodes.owners import Owners
from signaling.nodes.searches import Searches

HELD_MAX = 256
"""Messages that wait for a device which is being let in; so many do not come within that time."""

log = logging.getLogger(__name__)


class Home:
    """Passes on what the devices say and are told, and says who of them is connected. Decides nothing."""

    def __init__(
        self,
        *,
        node: str,
        lanes: Lanes,
        far: FarCalls,
        owners: Owners,
        devices: Devices,
        post: Post,
        background: Background,
        attach_ms_max: int,
        clock: Clock,
    ) -> None:
        self._node = node
        self._lanes = lanes
        self._far = far
        self._owners = owners
        self._devices = devices
        self._post = post
        self._background = background
        self._attach_ms_max = attach_ms_max
        self._clock = clock
        self._searches = Searches()
        self._when_handed_over_late: Callable[[HandedOver], None] = lambda _: None
        self._epoch_here: Callable[[UUID], int] = lambda _: 0

    def know_own_calls(self, epoch_of: Callable[[UUID], int]) -> None:
        """Have this say as whose-th owner this node itself has a call, or had it to its end."""
        self._epoch_here = epoch_of

    def hear(self, device: ConnectedDevice, step: CallStep) -> bool:
        """Pass on what a device says; False where it has no part in a call of that id elsewhere."""
        far = self._far.get(step.call_id, device.device_id)
        if far is None or far.role is None:
            return False
        if far.moving:
            del far.said[HELD_MAX - 1 :]
            far.said.append(step)
            return True
        self._lanes.send(
            far.owner, FromDevice(call_id=far.call_id, role=far.role, device_id=far.device_id, step=step)
        )
        if crowded := self._lanes.crowded(far.owner):
            self._post.note_crowded(crowded)
        return True

    def has_part(self, call_id: UUID, device_id: UUID) -> bool:
        """Whether the device takes part in this call of another node, as far as is known here."""
        return self._far.get(call_id, device_id) is not None

    def device_here(self, device: ConnectedDevice, *, told_all: bool) -> None:
        """A device is connected, new or back; unless it was told all that it missed, it is told how its call is."""
        for far in self._far.of_device(device.device_id):
            if far.arriving:
                self._has_arrived(far)
            else:
                self._say(far, device, "back")
                if not told_all:
                    self._background.start(self._tell_how_it_stands(far))
        account_id = device.account.account_id
        search = self._searches.for_account(account_id, self._clock.monotonic_ms())
        if search is not None and self._far.get(search.call_id, device.device_id) is None:
            self._lanes.send(search.node, CalleeFound(call_id=search.call_id, device_ids=[device.device_id]))

    def device_lost(self, device: ConnectedDevice) -> None:
        """A device lost its socket and may come back."""
        for far in self._far.of_device(device.device_id):
            self._say(far, device, "lost")

    def device_gone(self, device: ConnectedDevice) -> None:
        """A device will not come back."""
        for far in self._far.of_device(device.device_id):
            self._say(far, device, "gone")
            self._far.remove(far)

    def to_device(self, message: ToDevice) -> None:
        """Pass on what an owner has to say; a device that is not here may be gone, or this process may be new."""
        device = self._devices.get(message.device_id)
        far = self._far.get(message.call_id, message.device_id)
        if max(far.epoch if far else 0, self._epoch_here(message.call_id)) > message.epoch:
            # Who says this owned the call before, and has not heard yet that it does no more.
            return
        if far is not None and far.arriving:
            del far.held[HELD_MAX - 1 :]
            far.held.append(message)
            return
        if device is None:
            unknown = DeviceStatus(
                call_id=message.call_id,
                role=message.role,
                device_id=message.device_id,
                status="unknown",
                heard_after=0,
            )
            self._lanes.send(message.sender, unknown)
            return
        match message.message:
            case Error():
                pass
            case CallOver() | CallAnsweredElsewhere() | CallRefused():
                if far is not None:
                    self._far.remove(far)
                self._searches.over(message.call_id, device.account.account_id)
            case said:
                far = self._belongs(message, device)
                if isinstance(said, CallTicket):
                    far.ticket = said.ticket
        self._post.send(device.device_id, message.message)

    def find_callee(self, asked: FindCallee) -> None:
        """Say which devices of the account are here, and remember to say so of those that come."""
        if asked.node == self._node:
            return
        self._searches.note(asked, self._clock.monotonic_ms())
        if here := self._devices.that_ring(asked.account_id):
            found = CalleeFound(call_id=asked.call_id, device_ids=[device.device_id for device in here])
            self._lanes.send(asked.node, found)

    def call_moved(self, moved: CallMoved) -> None:
        """What devices here say in this call goes to its new owner."""
        for far in self._far.of_call(moved.call_id):
            if moved.epoch >= far.epoch:
                far.owner, far.epoch, far.owner_heard_ms = moved.sender, moved.epoch, self._clock.monotonic_ms()
                if device := self._devices.get(far.device_id):
                    self._say(far, device, "lost" if device.socket is None else "back")
                    self._say_what_waited(far, device)

    def lane_broken(self, node: str) -> None:
        """Tell an owner which devices are here: it tells them how their calls stand."""
        for far in self._far.of_owner(node):
            if device := self._devices.get(far.device_id):
                self._say(far, device, "lost" if device.socket is None else "back")

    async def attach(
        self,
        node: str,
        *,
        call_id: UUID,
        device_id: UUID,
        account_id: UUID,
        role: Role | None,
        if_lost: bool = False,
        arriving: bool = False,
        shown: CallState | None = None,
    ) -> Answer | None:
        """Ask the owner to have the device take part from here; None where it does not answer.

        Noted before it is asked, so that a device that is `arriving` counts as connected from the first beat on,
        and what it is told waits for it.
        """
        far = self.expect(node, call_id=call_id, device_id=device_id, account_id=account_id, role=role)
        far.arriving = far.arriving or arriving
        asked = Attach(
            request_id=new_id(),
            call_id=call_id,
            account_id=account_id,
            role=role,
            device_id=device_id,
            if_lost=if_lost,
            shown=shown,
        )
        try:
            answer = await self._lanes.ask(node, asked, timeout_ms=self._attach_ms_max)
        except BaseException:
            self._far.remove(far)
            raise
        if isinstance(answer, Attached):
            far.owner, far.epoch, far.role, far.asking = node, answer.epoch, answer.role, False
        elif far.asking:
            self._far.remove(far)
        return answer

    def expect(self, node: str, *, call_id: UUID, device_id: UUID, account_id: UUID, role: Role | None) -> FarCall:
        """Note that this node is asked to take the device into its call."""
        far = FarCall(
            call_id=call_id,
            device_id=device_id,
            account_id=account_id,
            owner=node,
            epoch=0,
            role=role,
            owner_heard_ms=self._clock.monotonic_ms(),
            arriving=self._devices.get(device_id) is None,
            asking=True,
        )
        self._far.add(far)
        self._owners.watch()
        return far

    def has_moved_here(self, call_id: UUID, device: ConnectedDevice, before: str) -> None:
        """A device of a call of this node came here from another one: that one's socket is of no more use."""
        self._lanes.send(before, DeviceMoved(call_id=call_id, device_id=device.device_id))

    def device_moved(self, moved: DeviceMoved) -> None:
        """A device is connected elsewhere."""
        for far in self._far.of_device(moved.device_id):
            self._far.remove(far)

    def when_handed_over_late(self, hook: Callable[[HandedOver], None]) -> None:
        """Have this called where a call is handed over to who waits for it no more: it is nobody's else."""
        self._when_handed_over_late = hook

    def answered_late(self, answer: Answer) -> None:
        """An answer came for which nobody waits any more."""
        if isinstance(answer, HandedOver):
            self._when_handed_over_late(answer)

    async def how_it_stands(self, call_id: UUID, device_id: UUID) -> CallSnapshot | None:
        """Return what the owner says of a call that the device takes part in; None where it does not answer."""
        far = self._far.get(call_id, device_id)
        if far is None:
            return None
        asked = Attach(
            request_id=new_id(),
            call_id=far.call_id,
            account_id=far.account_id,
            role=far.role,
            device_id=far.device_id,
        )
        answer = await self._lanes.ask(far.owner, asked, timeout_ms=self._attach_ms_max)
        if isinstance(answer, HandedOver):
            self._when_handed_over_late(answer)
        return answer.snapshot if isinstance(answer, Attached) else None

    def withdraw(self, device_id: UUID) -> None:
        """A device that was to take part from here was not let in after all; it may come again, anywhere."""
        if device := self._devices.get(device_id):
            for far in self._far.of_device(device_id):
                self._has_arrived(far)
                self._say(far, device, "lost" if device.socket is None else "back")
            return
        for far in self._far.of_device(device_id):
            if far.role is not None:
                lost = DeviceStatus(
                    call_id=far.call_id, role=far.role, device_id=device_id, status="lost", heard_after=0
                )
                self._lanes.send(far.owner, lost)
            self._far.remove(far)

    def move(self, far: FarCall, node: str) -> None:
        """The call is handed over to this node: what the device says waits until that one has it."""
        far.moving = True
        self.keep(far, node)

    def keep(self, far: FarCall, node: str) -> None:
        """This node is said to own the call: if it is silent too, that will be noticed."""
        far.owner, far.owner_heard_ms, far.asking = node, self._clock.monotonic_ms(), False
        self._far.add(far)
        self._owners.watch()

    def give_up(self, far: FarCall, *, talk_ms: int) -> None:
        """Nobody goes on with the call: the device is told that it is over, after the talk that was proven."""
        self._far.remove(far)
        log.info("Call %s: its owner %s is silent, and nobody takes it over", far.call_id, far.owner)
        self._post.send(far.device_id, CallOver(call_id=far.call_id, reason=EndReason.LOST, talk_ms=talk_ms))

    def forget(self, far: FarCall) -> None:
        """The device has no part in it any more, or not from here."""
        self._far.remove(far)

    def forget_call(self, call_id: UUID) -> None:
        """This node owns the call now."""
        for far in self._far.of_call(call_id):
            self._far.remove(far)

    def _has_arrived(self, far: FarCall) -> None:
        far.arriving = False
        held, far.held = far.held, []
        for message in held:
            self.to_device(message)

    def _belongs(self, message: ToDevice, device: ConnectedDevice) -> FarCall:
        """The first word of an owner makes the device part of its call."""
        far = self._far.get(message.call_id, device.device_id)
        if far is None:
            far = self.expect(
                message.sender,
                call_id=message.call_id,
                device_id=device.device_id,
                account_id=device.account.account_id,
                role=message.role,
            )
        far.owner, far.epoch, far.role, far.asking = message.sender, message.epoch, message.role, False
        return far

    def _say(self, far: FarCall, device: ConnectedDevice, status: Literal["lost", "back", "gone"]) -> None:
        if far.role is not None:
            told = DeviceStatus(
                call_id=far.call_id,
                role=far.role,
                device_id=far.device_id,
                status=status,
                heard_after=self._owners.heard_after(far.owner, device.last_alive_ms),
            )
            self._lanes.send(far.owner, told)

    def _say_what_waited(self, far: FarCall, device: ConnectedDevice) -> None:
        far.moving = False
        said, far.said = far.said, []
        for step in said:
            self.hear(device, step)

    async def _tell_how_it_stands(self, far: FarCall) -> None:
        if snapshot := await self.how_it_stands(far.call_id, far.device_id):
            self._post.send(far.device_id, CallStands(call=snapshot))
