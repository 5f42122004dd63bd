"""What is known about one call, and the few things that every step does with it."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from uuid import UUID

from shared.messages.base import EndReason
from shared.messages.from_client import Ref
from shared.messages.to_client import CallOver, CallSnapshot, ErrorCode, ToClient
from signaling.call.effects import (
    AnnounceEnded,
    ClearTimer,
    Effect,
    Finished,
    GiveTicket,
    Reject,
    Send,
    SetTimer,
)
from signaling.call.lease import Lease
from signaling.call.states import CallTimes, Device, Role, State, Terms, TimerName


@dataclass(slots=True, kw_only=True)
class Call:
    """One call. Others read it; only the steps of this package change it."""

    call_id: UUID
    times: CallTimes
    caller: Device
    invite_ref: Ref | None
    placed_at_ms: int
    epoch: int = 1
    """Of how many owners this node is the last."""
    state: State = State.AUTHORIZING
    unreachable: bool = False
    """Billing has said so and holds nothing, and the caller has not heard it yet."""
    terms: Terms | None = None
    """None until billing has authorized the call."""
    ringing: list[Device] = field(default_factory=list)
    """The callee's devices that ring, lost ones among them: they may come back and must learn how it ended."""
    caller_hears_ringing: bool = False
    callee: Device | None = None
    """The device that accepted; while AUTHORIZING, the one that will have (glare)."""
    connected: set[Role] = field(default_factory=set)
    descriptions: Counter[Role] = field(default_factory=Counter)
    candidates: Counter[Role] = field(default_factory=Counter)
    """How many of each a side has sent."""
    lost: dict[Role, int] = field(default_factory=dict)
    """The sides whose device is lost, and when it was last proven alive."""
    lease: Lease | None = None
    """None until talk time runs."""
    restored_talk_ms: int | None = None
    """Where talk time went on at this node; None where it began here."""
    timers: dict[TimerName, int] = field(default_factory=dict)
    _effects: list[Effect] = field(default_factory=list)

    @property
    def waits_for_billing(self) -> bool:
        return self.state is State.AUTHORIZING and not self.unreachable

    @property
    def is_accepted(self) -> bool:
        return self.state is State.ACTIVE or self.state is State.CONNECTING or self.state is State.RECONNECTING

    def device(self, role: Role) -> Device | None:
        return self.caller if role is Role.CALLER else self.callee

    def is_party(self, device: Device) -> bool:
        """Whether this is one of the two devices that talk or will talk."""
        return device == self.caller or device == self.callee

    def takes_part(self, device: Device) -> bool:
        return self.is_party(device) or device in self.ringing

    def talk_ms(self, now_ms: int) -> int:
        """Return the talk time: up to now or, where a device is lost, up to its last proof of life."""
        return self.lease.talk_ms(min([now_ms, *self.lost.values()])) if self.lease else 0

    def snapshot(self, device: Device, now_ms: int) -> CallSnapshot | None:
        """Return what this device needs to go on; None where it has no part or nothing is authorized yet.

        Whoever is told is back: its own loss counts no more.
        """
        if self.terms is None or self.state is State.ENDED or not self.takes_part(device):
            return None
        lost = {role: at_ms for role, at_ms in self.lost.items() if self.device(role) != device}
        is_whole = self.state is State.RECONNECTING and not lost
        return CallSnapshot(
            call_id=self.call_id,
            state=State.ACTIVE if is_whole else self.state,
            role=device.role,
            other=self.terms.party(device.role.other),
            price_minor=self.terms.price_minor,
            currency=self.terms.currency,
            minute_ms=self.times.minute_ms,
            free_ms=self.terms.charging.free_ms,
            grace_ms=self.terms.charging.grace_ms,
            talk_ms=self.lease.talk_ms(min([now_ms, *lost.values()])) if self.lease else 0,
            paid_ms=self.lease.paid_ms if self.lease else 0,
        )

    def emit(self, effect: Effect) -> None:
        self._effects.append(effect)

    def take_effects(self) -> list[Effect]:
        """Return what was emitted since the last time."""
        effects, self._effects = self._effects, []
        return effects

    def tell(self, role: Role, message: ToClient) -> None:
        if device := self.device(role):
            self.emit(Send(device, message))

    def tell_both(self, message: ToClient) -> None:
        for role in Role:
            self.tell(role, message)

    def give_tickets(self) -> None:
        """Give newer tickets; a party that is lost gets one when it is back."""
        for role in Role:
            if role not in self.lost and (device := self.device(role)):
                self.emit(GiveTicket(device))

    def reject(self, device: Device, code: ErrorCode, text: str, ref: Ref | None) -> None:
        self.emit(Reject(device=device, code=code, text=text, ref=ref))

    def set_timer(self, name: TimerName, at_ms: int) -> None:
        self.timers[name] = at_ms
        self.emit(SetTimer(name, at_ms))

    def clear_timer(self, name: TimerName) -> None:
        if self.timers.pop(name, None) is not None:
            self.emit(ClearTimer(name))

    def end(self, reason: EndReason, now_ms: int) -> None:
        """End the call: announced first, so that whatever fails after it, billing knows."""
        self.announce_end(reason, now_ms)
        for device in (self.caller, self.callee, *self.ringing):
            if device:
                self.tell_over(device, reason, now_ms)
        self.close()

    def announce_end(self, reason: EndReason, now_ms: int) -> None:
        if self.unreachable:
            return
        self.emit(
            AnnounceEnded(reason=reason, talk_ms=self.talk_ms(now_ms), started=self.lease is not None),
        )

    def tell_over(self, device: Device, reason: EndReason, now_ms: int) -> None:
        over = CallOver(call_id=self.call_id, reason=reason, talk_ms=self.talk_ms(now_ms))
        self.emit(Send(device, over))

    def close(self) -> None:
        """Leave nothing behind."""
        self.state = State.ENDED
        for name in tuple(self.timers):
            self.clear_timer(name)
        self.emit(Finished())
