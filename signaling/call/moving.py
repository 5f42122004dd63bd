"""Calls on their way from one node to another.

An owner that stops says how the call stands (`hand_over`). Of one that has died nobody can ask that: then a ticket
says how it stood. Either way billing has to agree, and says what is paid and what talk time is proven (`restore`).
Talk time runs on from what is proven at the moment of the takeover: what lies between costs nobody anything.
"""

from __future__ import annotations

from collections.abc import Callable

from shared.messages.nodes import CallState, DevicePlace
from shared.messages.requests import TakenOver
from signaling.call.call import Call
from signaling.call.effects import AnnounceStarted, Effect, FindDevices
from signaling.call.inputs import TicketShown
from signaling.call.lease import Lease
from signaling.call.presence import RESUME_TIMERS
from signaling.call.ringing import accept
from signaling.call.states import CallTimes, Device, Role, State, Terms, TimerName
from signaling.call.talking import newer_tickets, renew_when_due

Home = Callable[[Device], str | None]


def hand_over(call: Call, now_ms: int, *, home: Home) -> CallState | None:
    """Return the call as it stands; None where billing has not authorized it yet, or it is over."""
    ends = {State.RINGING: TimerName.RING, State.CONNECTING: TimerName.CONNECT}
    stages = {State.RINGING: "ringing", State.CONNECTING: "connecting"}
    if call.terms is None or call.state in {State.AUTHORIZING, State.ENDED}:
        return None
    ends_at_ms = call.timers[ends[call.state]] if call.state in ends else now_ms
    return CallState(
        epoch=call.epoch,
        stage=stages.get(call.state, "active"),  # type: ignore[arg-type]  # the words of `CallState.stage`
        talk_ms=call.talk_ms(now_ms),
        left_ms=max(0, ends_at_ms - now_ms),
        caller=_place(call.caller, home),
        callee=_place(call.callee, home) if call.callee else None,
        ringing=[_place(device, home) for device in call.ringing],
        connected=sorted(call.connected),
    )


def restore(
    taken: TakenOver, state: CallState, *, terms: Terms, times: CallTimes, now_ms: int
) -> tuple[Call, list[Effect]]:
    """Make the call that was taken over, and say how it goes on. Its parties are lost until each is back."""
    call = Call(
        call_id=taken.call_id,
        epoch=taken.epoch,
        times=times,
        caller=_device(state.caller),
        invite_ref=None,
        placed_at_ms=now_ms,
        terms=terms,
        callee=_device(state.callee) if state.callee else None,
        ringing=[_device(place) for place in state.ringing],
        caller_hears_ringing=True,
        connected=set(state.connected),
    )
    if taken.started_at or state.stage == "active":
        _talk_on(call, terms, taken, state, now_ms)
    elif state.stage == "connecting":
        call.state = State.CONNECTING
        # Anew: what was said before may be lost, and to say it again takes its time.
        call.set_timer(TimerName.CONNECT, now_ms + times.connect_ms_max)
    else:
        call.state = State.RINGING
        call.set_timer(TimerName.RING, now_ms + state.left_ms)
    for role in Role:
        if role is Role.CALLER or call.state is not State.RINGING:
            call.lost[role] = now_ms
            call.set_timer(RESUME_TIMERS[role], now_ms + times.resume_ms_max)
    if call.state is State.RINGING:
        call.emit(FindDevices(terms.callee.account_id))
    return call, call.take_effects()


def ticket_shown(call: Call, given: TicketShown, now_ms: int) -> None:
    """Take from the ticket what the one that the call was restored from did not know yet.

    One of this very owner, or of a call that was never taken over, knows nothing more.
    """
    shown, device = given.state, given.device
    if call.epoch == 1 or shown.epoch >= call.epoch or call.terms is None or shown.stage == "ringing":
        return
    _learn_who_accepted(call, device, now_ms)
    if not call.is_party(device):
        return
    call.connected |= set(shown.connected)
    if shown.stage == "active" and call.lease is None:
        call.clear_timer(TimerName.CONNECT)
        call.emit(AnnounceStarted())
        _begin_lease(call, call.terms, minutes_paid=1, talk_ms=shown.talk_ms, now_ms=now_ms)
        call.state = State.RECONNECTING if call.lost else State.ACTIVE
        renew_when_due(call, now_ms)
    elif shown.stage == "active":
        _reach(call, shown.talk_ms, now_ms)


def _learn_who_accepted(call: Call, device: Device, now_ms: int) -> None:
    if device.role is not Role.CALLEE or call.callee is not None:
        return
    if call.state is State.RINGING:
        accept(call, device, now_ms)
    else:
        call.callee = device


def _talk_on(call: Call, terms: Terms, taken: TakenOver, state: CallState, now_ms: int) -> None:
    call.state = State.RECONNECTING
    if taken.started_at is None:
        call.emit(AnnounceStarted())
    talk_ms = max(state.talk_ms, taken.proof_talk_ms)
    _begin_lease(call, terms, minutes_paid=max(1, taken.minutes_held), talk_ms=talk_ms, now_ms=now_ms)


def _begin_lease(call: Call, terms: Terms, *, minutes_paid: int, talk_ms: int, now_ms: int) -> None:
    """Have talk time run on from `talk_ms`, or from what is paid where that is less."""
    lease = Lease(
        since_ms=now_ms,
        times=call.times,
        talk_ms_max=min(call.times.call_ms_max, terms.talk_ms_max or call.times.call_ms_max),
        free_ms=terms.charging.free_ms,
        minutes_paid=minutes_paid,
    )
    call.restored_talk_ms = min(talk_ms, lease.ends_at_ms - now_ms)
    lease.since_ms = now_ms - call.restored_talk_ms
    call.lease = lease
    call.set_timer(TimerName.LEASE, lease.ends_at_ms)
    newer_tickets(call, now_ms)


def _reach(call: Call, proven_ms: int, now_ms: int) -> None:
    """Let so much have been talked by now, where that is more than was counted, and no more than is paid.

    What was proven elsewhere, and when, is not added to what was counted here meanwhile: the former owner may have
    counted the same time.
    """
    lease = call.lease
    if lease is None:
        return
    more_ms = min(proven_ms, lease.ends_at_ms - lease.since_ms) - lease.talk_ms(now_ms)
    if more_ms > 0:
        lease.since_ms -= more_ms
        call.set_timer(TimerName.LEASE, lease.ends_at_ms)
        renew_when_due(call, now_ms)


def _device(place: DevicePlace) -> Device:
    return Device(place.role, place.device_id)


def _place(device: Device, home: Home) -> DevicePlace:
    return DevicePlace(role=device.role, device_id=device.device_id, node=home(device))
