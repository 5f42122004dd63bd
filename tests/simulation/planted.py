"""Bugs to be planted: each breaks the real code in one place, as a mistake of one line might."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from msgspec import structs

import signaling.call.moving
import signaling.call.presence
import signaling.call.talking
from billing_worker.calls import OpenCall
from shared.ledger import Ledger
from shared.messages.requests import Renewed
from signaling.call import inputs
from signaling.call.call import Call
from signaling.call.effects import AnnounceEnded
from signaling.call.lease import Lease
from signaling.call.states import State
from tests.simulation import books

moving = signaling.call.moving
talking, presence = signaling.call.talking, signaling.call.presence

Plant = Callable[[pytest.MonkeyPatch], None]


def stale_end_accepted(patch: pytest.MonkeyPatch) -> None:
    """Whoever once owned a call can end it."""
    end = books.registers._end

    def regardless(event: Any, call: OpenCall | None, **rest: Any) -> None:
        end(structs.replace(event, epoch=max(event.epoch, call.epoch if call else 1)), call, **rest)

    patch.setattr(books.registers, "_end", regardless)


def stale_sweep_accepted(patch: pytest.MonkeyPatch) -> None:
    """A sweep closes a call that was renewed or taken over since it was decided."""
    sweep = books.registers._sweep

    def regardless(event: Any, call: OpenCall | None, **rest: Any) -> None:
        if call is not None:
            event = structs.replace(event, minutes_held=call.minutes_held, epoch=call.epoch)
        sweep(event, call, **rest)

    patch.setattr(books.registers, "_sweep", regardless)


def takeover_without_fence(patch: pytest.MonkeyPatch) -> None:
    """A call is given to every node that asks, whoever owns it."""
    take_over = books.taking.take_over

    def regardless(request: Any, room: Any) -> Any:
        call = room.calls.rows.get(request.call_id)
        return take_over(structs.replace(request, epoch=call.epoch if call else 1), room)

    patch.setattr(books.taking, "take_over", regardless)


def stale_owner_renews(patch: pytest.MonkeyPatch) -> None:
    """Whoever once owned a call can hold its caller's money."""
    renew = books.renewing.renew

    def regardless(request: Any, room: Any) -> Any:
        call = room.calls.rows.get(request.call_id)
        return renew(structs.replace(request, epoch=call.epoch if call else 1), room)

    patch.setattr(books.renewing, "renew", regardless)


def renewed_while_lost(patch: pytest.MonkeyPatch) -> None:
    """Minutes are bought for a call of which a device is lost, and its resume window never ends."""
    due = talking.renew_when_due

    def whoever_is_there(call: Call, now_ms: int) -> None:
        state = call.state
        if state is State.RECONNECTING:
            call.state = State.ACTIVE
        due(call, now_ms)
        call.state = state

    def lost(call: Call, given: inputs.DeviceLost, now_ms: int) -> None:
        if call.is_party(given.device) and call.state in {State.ACTIVE, State.RECONNECTING}:
            call.lost[given.device.role] = given.last_alive_ms
            call.state = State.RECONNECTING
        else:
            device_lost(call, given, now_ms)

    device_lost = presence.device_lost
    patch.setattr(presence, "device_lost", lost)
    patch.setattr(talking, "renew_when_due", whoever_is_there)


def talk_runs_on_without_proof(patch: pytest.MonkeyPatch) -> None:
    """Talk time does not stop at the last proof of life."""
    patch.setattr(Call, "talk_ms", lambda call, now_ms: call.lease.talk_ms(now_ms) if call.lease else 0)


def end_announced_twice(patch: pytest.MonkeyPatch) -> None:
    """Who ends a call says so twice."""
    announce = Call.announce_end

    def twice(call: Call, reason: Any, now_ms: int) -> None:
        announce(call, reason, now_ms)
        call.emit(AnnounceEnded(reason=reason, talk_ms=call.talk_ms(now_ms), started=call.lease is not None))

    patch.setattr(Call, "announce_end", twice)


def lease_not_cut(patch: pytest.MonkeyPatch) -> None:
    """What was talked beyond the paid minutes counts."""
    patch.setattr(Lease, "talk_ms", lambda lease, until_ms: max(0, until_ms - lease.since_ms))


def renewal_counted_twice(patch: pytest.MonkeyPatch) -> None:
    """A minute that is asked for again is held again."""
    renew = books.renewing.renew

    def always_the_next(request: Any, room: Any) -> Any:
        call = room.calls.rows.get(request.call_id)
        if call is None or call.talk_ms is not None or request.epoch < call.epoch or request.minute == 1:
            return renew(request, room)
        return renew(structs.replace(request, minute=call.minutes_held + 1), room)

    patch.setattr(books.renewing, "renew", always_the_next)


def talk_of_the_wall_clock(patch: pytest.MonkeyPatch) -> None:
    """A call that was taken over counts from its first start, whatever lay between."""
    restore = moving.restore

    def as_if_nothing_had_been(taken: Any, state: Any, **rest: Any) -> Any:
        if taken.started_at is not None:
            since = worlds[0].now - taken.started_at
            state = structs.replace(state, talk_ms=since // timedelta(milliseconds=1))
        return restore(taken, state, **rest)

    def remembered(own: books.Books, *args: Any, **rest: Any) -> None:
        worlds.insert(0, own)
        begin(own, *args, **rest)

    worlds: list[books.Books] = []
    begin = books.Books.__init__
    patch.setattr(books.Books, "__init__", remembered)
    patch.setattr(moving, "restore", as_if_nothing_had_been)


def meter_begins_anew(patch: pytest.MonkeyPatch) -> None:
    """The new owner of a call knows nothing of what was talked before."""
    restore = moving.restore

    def from_nothing(taken: Any, state: Any, **rest: Any) -> Any:
        return restore(structs.replace(taken, proof_talk_ms=0), structs.replace(state, talk_ms=0), **rest)

    patch.setattr(moving, "restore", from_nothing)
    patch.setattr(moving, "_reach", lambda *_: None)


def hold_not_released(patch: pytest.MonkeyPatch) -> None:
    """What was held for a call stays held."""
    patch.setattr(Ledger, "release", lambda *_: None)


def claim_left(patch: pytest.MonkeyPatch) -> None:
    """Nobody looks whether the callee is in another call already."""
    patch.setattr(Ledger, "claim", lambda *_: None)


def talks_on_after_the_lease(patch: pytest.MonkeyPatch) -> None:
    """Nobody ends a call whose paid minutes are over."""
    patch.setattr(talking, "lease_over", lambda *_: None)


def refused_is_paid(patch: pytest.MonkeyPatch) -> None:
    """Billing says yes to who cannot pay."""
    renew = books.renewing.renew

    def generously(request: Any, room: Any) -> Any:
        reply = renew(request, room)
        if getattr(reply, "reason", "") == "insufficient_funds":
            return Renewed(call_id=request.call_id, minute=request.minute)
        return reply

    patch.setattr(books.renewing, "renew", generously)
