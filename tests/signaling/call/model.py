"""A second, independent account of a call: what must be true of any sequence of inputs, whatever the machine's way.

It sees only what went in and what came out, never the machine's own data.
"""

from __future__ import annotations

from shared.messages.base import EndReason, RefusalReason
from shared.messages.from_client import Answer, Candidate, Offer
from shared.messages.to_client import (
    CallAccepted,
    CallAnsweredElsewhere,
    CallAuthorizing,
    CallIncoming,
    CallOver,
    CallRefused,
    CallRinging,
    PeerAnswer,
    PeerCandidate,
    PeerOffer,
    ToClient,
)
from signaling.call.effects import (
    AnnounceEnded,
    AnnounceStarted,
    AskRenewal,
    ClearTimer,
    Effect,
    Finished,
    Reject,
    Send,
    SetTimer,
)
from signaling.call.inputs import (
    AcceptByInvite,
    Authorized,
    DeviceGone,
    DeviceLost,
    DeviceResumed,
    FromDevice,
    Input,
    LetGo,
    Merged,
    Refused,
    RenewalRefused,
    Renewed,
    TimerFired,
)
from signaling.call.states import CallTimes, Device, Role, Terms, TimerName
from tests.signaling.call.story import ALICE, BOB, CALLER

BEFORE_THE_ACCEPT = (CallAuthorizing, CallRinging, CallRefused, CallOver)
FORWARDED = (PeerOffer, PeerAnswer, PeerCandidate)


class Observer:
    """Watches one call from outside and objects."""

    def __init__(self, times: CallTimes, terms: Terms) -> None:
        self.times = times
        self.free_ms = terms.charging.free_ms
        self.talk_ms_max = min(times.call_ms_max, terms.talk_ms_max or times.call_ms_max)
        self.timers: dict[TimerName, int] = {}
        self.authorized = self.refused = self.finished = self.unreachable = self.let_go = False
        self.callee: Device | None = None
        self.waiting: Device | None = None
        self.started_at_ms: int | None = None
        self.minutes = 1
        self.lost: dict[Device, int] = {}
        self.gone: set[Device] = set()
        self.incoming: set[Device] = set()
        self.told: dict[Device, list[ToClient]] = {}
        self.end: AnnounceEnded | None = None

    def watch(self, given: Input | None, effects: list[Effect], now_ms: int) -> None:
        """Take what went in and what came out of it, and check it."""
        if self.finished:
            assert all(isinstance(effect, Reject) for effect in effects), "after the end there are only errors"
            return
        if given is not None:
            self._note(given, effects)
        for effect in effects:
            assert not self.finished, "nothing comes after the last effect"
            self._check(effect, given, now_ms)
        if self.finished:
            self._check_the_end()
        else:
            assert self.timers, "a live call always has a time at which it ends by itself"

    def _note(self, given: Input, effects: list[Effect]) -> None:  # noqa: C901 - one case an input
        match given:
            case Authorized():
                self.authorized = self.authorized or not self.refused
            case Refused() | Merged():
                is_first = not self.authorized and not self.refused
                self.refused = self.refused or not self.authorized
                if is_first and isinstance(given, Refused):
                    self.unreachable = given.reason is RefusalReason.UNREACHABLE
            case LetGo() | RenewalRefused(reason="taken_over"):
                self.let_go = bool(effects)
            case AcceptByInvite(device_id=device_id) if not self.authorized and self.waiting is None:
                self.waiting = Device(Role.CALLEE, device_id)
            case Renewed(minute=minute) if self.started_at_ms is not None:
                self.minutes = max(self.minutes, minute)
            case DeviceLost(device=device, last_alive_ms=alive_ms) if self._is_party(device):
                self.lost.setdefault(device, alive_ms)
            case DeviceResumed(device=device):
                self.lost.pop(device, None)
            case DeviceGone(device=device, last_alive_ms=alive_ms):
                if self._is_party(device):
                    self.lost.setdefault(device, alive_ms)
                elif device in self.incoming:
                    self.gone.add(device)
            case TimerFired(name=name) if not any(isinstance(effect, SetTimer) for effect in effects):
                self.timers.pop(name, None)
            case _:
                pass

    def _is_party(self, device: Device) -> bool:
        return device in {CALLER, self.callee or self.waiting}

    def _check(self, effect: Effect, given: Input | None, now_ms: int) -> None:
        match effect:
            case Send(device=device, message=message):
                assert not self.let_go, "nobody is told of a change of owner by the former one"
                self._check_message(device, message, given)
                self.told.setdefault(device, []).append(message)
            case SetTimer(name=name, at_ms=at_ms):
                self.timers[name] = at_ms
            case ClearTimer(name=name):
                assert self.timers.pop(name, None) is not None, "only a set timer is cleared"
            case AnnounceStarted():
                assert self.started_at_ms is None, "started once"
                assert not self.lost, "nobody's clock starts on a dead line"
                self.started_at_ms = now_ms
            case AskRenewal(minute=minute, talk_ms=talk_ms):
                assert self.started_at_ms is not None
                assert not self.lost, "no minute is asked for on a dead line"
                assert self._paid_ms() < self.talk_ms_max, "no minute is asked for that cannot be talked"
                assert (minute, talk_ms) == (self.minutes + 1, self._talk_ms(now_ms))
            case AnnounceEnded():
                assert self.end is None, "ended once"
                assert not self.refused, "what billing refused is not announced"
                self.end = effect
                assert effect.talk_ms == self._talk_ms(now_ms)
                assert effect.started == (self.started_at_ms is not None)
            case Finished():
                self.finished = True
            case _:
                pass

    def _talk_ms(self, now_ms: int) -> int:
        """Return the talk time that may be charged: alive on both sides, and paid."""
        if self.started_at_ms is None:
            return 0
        alive_until_ms = min([now_ms, *self.lost.values()])
        return min(max(alive_until_ms - self.started_at_ms, 0), self._paid_ms(), self.talk_ms_max)

    def _paid_ms(self) -> int:
        return self.free_ms + self.minutes * self.times.minute_ms

    def _check_message(self, device: Device, message: ToClient, given: Input | None) -> None:
        accepted = any(isinstance(told, CallAccepted) for told in self.told.get(CALLER, []))
        match message:
            case CallIncoming():
                assert self.authorized, "nothing rings before it is paid for"
                assert device not in self.incoming or device in self.gone, "rings once"
                self.incoming.add(device)
                self.gone.discard(device)
            case CallAccepted() if device.role is Role.CALLEE:
                assert self.callee is None, "one accept wins"
                assert device in self.incoming, "whoever accepts has heard who calls"
                self.callee = device
            case CallAccepted():
                assert not accepted, "the caller hears of one accept"
            case PeerOffer() | PeerAnswer() | PeerCandidate():
                assert isinstance(given, FromDevice)
                assert isinstance(given.step, Offer | Answer | Candidate)
                sender = ALICE if given.device == CALLER else BOB
                assert {given.device, device} == {CALLER, self.callee}, "only between the two"
                assert message.from_account_id == sender.account_id
            case _:
                if device.role is Role.CALLER and not accepted:
                    assert isinstance(message, BEFORE_THE_ACCEPT), "before the accept the caller hears of nothing"
                if not self.authorized:
                    assert isinstance(message, CallAuthorizing | CallRefused | CallOver)

    def _check_the_end(self) -> None:
        assert self.timers == {}, "no timer outlives the call"
        if self.let_go:
            assert self.end is None, "the end of what goes on elsewhere is nobody's to announce"
            return
        assert (self.end is None) == self.refused, "announced, unless billing holds nothing for sure"
        for device in {CALLER, *self.incoming} - self.gone:
            last_words = [told for told in self.told[device] if isinstance(told, CallOver | CallAnsweredElsewhere)]
            is_refused = any(isinstance(told, CallRefused) for told in self.told[device])
            if self.end is None or is_refused:
                assert len(last_words) == (self.unreachable and not is_refused), "one word, a refusal or an end"
                continue
            assert len(last_words) == 1, f"{device} is told once that it is over"
            self._check_last_word(device, last_words[0], self.end.reason)

    def _check_last_word(self, device: Device, word: ToClient, reason: EndReason) -> None:
        if isinstance(word, CallOver):
            assert word.reason is reason
            assert self.end is not None
            assert word.talk_ms == self.end.talk_ms
        else:
            assert self.callee not in {None, device}
