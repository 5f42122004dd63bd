"""What devices do and what becomes of them, as it concerns calls."""

from __future__ import annotations

from collections.abc import Callable
from uuid import UUID

from shared.clock import Clock
from shared.messages.base import EndReason
from shared.messages.from_client import CallStep, Invite
from shared.messages.to_client import CallSnapshot, Error, ErrorCode
from signaling.call.inputs import (
    AcceptByInvite,
    CalleeDevices,
    DeviceGone,
    DeviceLost,
    DeviceResumed,
    FromDevice,
    FundsChanged,
    Input,
    StopCall,
)
from signaling.call.states import Device, State
from signaling.devices.post import Post
from signaling.devices.registry import ConnectedDevice, Devices
from signaling.live.calls import LiveCall, LiveCalls
from signaling.live.running import Runner
from signaling.nodes.home import Home

CALLS_PER_ACCOUNT_MAX = 64
"""Live calls of one account; nearly all of them are about to be refused."""


class Switchboard:
    """Turns what happens to devices into inputs of the calls that it concerns."""

    def __init__(
        self, *, calls: LiveCalls, devices: Devices, post: Post, runner: Runner, home: Home,
        takes_calls: Callable[[], bool], clock: Clock,
    ) -> None:  # fmt: skip
        self._calls = calls
        self._devices = devices
        self._post = post
        self._runner = runner
        self._home = home
        self._takes_calls = takes_calls
        self._clock = clock

    @property
    def calls_live(self) -> int:
        """How many calls are not over."""
        return len(self._calls)

    def invite(self, device: ConnectedDevice, invite: Invite) -> None:
        """Begin a call, or accept the one by which the invited party calls this account at this moment."""
        if (refusal := self._refusal(device, invite)) is not None:
            self._post.send(device.device_id, refusal)
        elif (live := self._glare(device, invite)) is None:
            self._runner.place(device, invite)
        elif live.call.state is State.AUTHORIZING:
            self._hold(live, device, invite)
        else:
            self._runner.feed(live, AcceptByInvite(device.device_id, invite.ref))

    def hear(self, device: ConnectedDevice, step: CallStep) -> None:
        """Give a step to its call."""
        live = self._calls.get(step.call_id)
        if live is None and self._home.hear(device, step):
            return
        part = live.part_of(device) if live else None
        if live is None or part is None:
            self._post.send(device.device_id, _not_in_call(step))
        else:
            self._runner.feed(live, FromDevice(part, step))

    def snapshot(self, device: ConnectedDevice) -> CallSnapshot | None:
        """Return the call that this device takes part in, if there is one."""
        now_ms = self._clock.monotonic_ms()
        for live in self._calls.of_account(device.account.account_id):
            part = live.part_of(device)
            if part and (snapshot := live.call.snapshot(part, now_ms)):
                return snapshot
        return None

    def device_here(self, device: ConnectedDevice, *, told_all: bool = False) -> None:
        """A device is connected, new or back again: calls that wait for it go on, those that ring, ring."""
        for live in self._calls.of_account(device.account.account_id):
            if before := live.homes.pop(device.device_id, None):
                self._home.has_moved_here(live.call_id, device, before)
        self._feed_all(device, DeviceResumed)
        for live in self._calls.of_account(device.account.account_id):
            if live.callee_id == device.account.account_id:
                self._runner.feed(live, CalleeDevices((device.device_id,)))
        self._home.device_here(device, told_all=told_all)

    def device_lost(self, device: ConnectedDevice) -> None:
        """A device lost its socket and may come back."""
        self._home.device_lost(device)
        self._feed_all(device, lambda part: DeviceLost(part, device.last_alive_ms))

    def device_gone(self, device: ConnectedDevice) -> None:
        """A device will not come back."""
        self._home.device_gone(device)
        self._feed_all(device, lambda part: DeviceGone(part, device.last_alive_ms))

    def funds_changed(self, account_id: UUID) -> None:
        """The account may have more money for the call that it pays."""
        for live in self._calls.of_account(account_id):
            if live.caller_id == account_id:
                self._runner.feed(live, FundsChanged())

    def end(self, call_id: UUID) -> None:
        """An operator wants the call to be over; nothing happens where it is, or is another node's."""
        if live := self._calls.get(call_id):
            self._runner.feed(live, StopCall(EndReason.OPERATOR))

    def end_paid_by(self, account_id: UUID) -> None:
        """The account is blocked: it may go on in calls that others pay."""
        for live in self._calls.of_account(account_id):
            if live.caller_id == account_id:
                self._runner.feed(live, StopCall(EndReason.BLOCKED))

    def end_all(self) -> None:
        """End every call: this node shuts down."""
        for live in self._calls.all():
            # They would become calls of their own, which nobody would end any more.
            live.held_invites.clear()
            self._runner.feed(live, StopCall(EndReason.SHUTDOWN))

    def _hold(self, live: LiveCall, device: ConnectedDevice, invite: Invite) -> None:
        """Have the invite wait for the other one's authorization: one of each device, or they would pile up."""
        if any(holder is device for holder, _ in live.held_invites):
            text = "An invite of this device waits for an answer."
            self._post.send(device.device_id, Error(code=ErrorCode.ILLEGAL_STEP, message=text, ref=invite.ref))
        else:
            live.held_invites.append((device, invite))

    def _feed_all(self, device: ConnectedDevice, given: Callable[[Device], Input]) -> None:
        for live in self._calls.of_account(device.account.account_id):
            if part := live.part_of(device):
                self._runner.feed(live, given(part))

    def _refusal(self, device: ConnectedDevice, invite: Invite) -> Error | None:
        if (invite.callee_id is None) == (invite.callee_user_name is None):
            text = "Name the callee by either `callee_id` or `callee_user_name`."
            return Error(code=ErrorCode.MALFORMED, message=text, ref=invite.ref)
        if not self._takes_calls():
            text = "This server takes no new calls: connect again, another one will answer."
            return Error(code=ErrorCode.DRAINING, message=text, ref=invite.ref)
        if len(self._calls.of_account(device.account.account_id)) >= CALLS_PER_ACCOUNT_MAX:
            text = "Too many invites of this account wait for an answer."
            return Error(code=ErrorCode.ILLEGAL_STEP, message=text, ref=invite.ref)
        return None

    def _glare(self, device: ConnectedDevice, invite: Invite) -> LiveCall | None:
        other_id = invite.callee_id or self._devices.account_id(invite.callee_user_name or "")
        for live in self._calls.of_account(other_id) if other_id else ():
            unanswered = live.call.waits_for_billing or live.call.state is State.RINGING
            if live.caller_id == other_id and unanswered and live.is_for(device.account):
                return live
        return None


def _not_in_call(step: CallStep) -> Error:
    text = "No such call is live, or it is none of yours."
    return Error(code=ErrorCode.NOT_IN_CALL, message=text, ref=step.ref, call_id=step.call_id)
