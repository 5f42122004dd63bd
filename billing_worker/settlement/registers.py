"""How events change a call: registers, so that order and repetition of messages do not matter.

The start is the first one written, the talk time of the end the smallest, its reason the first. The call's owner is
the latest one heard of: what earlier owners say of its end does not count. Pure: no money is
moved here, `charging` does that once all events of the batch are registered.
"""

from __future__ import annotations

import logging
from datetime import datetime, timedelta
from typing import assert_never

from billing_worker.calls import Calls, OpenCall
from billing_worker.terms import Terms
from shared.messages.base import EndReason
from shared.messages.events import CallEnded, CallEvent, CallStarted, SweepDue

log = logging.getLogger(__name__)


class ImpossibleError(Exception):
    """The event contradicts what is known for certain; it can never be processed."""


def register(event: CallEvent, calls: Calls, *, now: datetime, terms: Terms) -> None:
    """Let the event change its call. Raises `ImpossibleError`."""
    call = calls.rows.get(event.call_id)
    match event:
        case CallStarted():
            _start(event, _known(call, event), now=now)
        case CallEnded():
            new = call is None and not event.talk_ms
            _end(event, calls.add(_tombstone(event, now=now, terms=terms)) if new else call, now=now, terms=terms)
        case SweepDue():
            _sweep(event, call, now=now)
        case _:
            assert_never(event)


def _start(event: CallStarted, call: OpenCall, *, now: datetime) -> None:
    _check_parties(event, call)
    call.owned_by(event.node, epoch=event.epoch)
    if call.started_at is not None:
        return
    call.started_at = event.started_at
    call.changed = True
    if call.settled_at is None:
        call.lease(now=now)


def _end(event: CallEnded, found: OpenCall | None, *, now: datetime, terms: Terms) -> None:
    call = _known(found, event)
    _check_parties(event, call)
    if event.epoch < call.epoch:
        log.info("Call %s was taken over by %s: its end at %s does not count", call.id, call.node, event.node)
        return
    if event.talk_ms < (call.talk_ms or 0) and _is_closed(call, now=now, terms=terms):
        # Nobody's old node says such a thing by itself: what is to go back now, an operator gives back.
        raise ImpossibleError(f"too late: {call.id} was settled at {call.settled_at}")
    call.owned_by(event.node, epoch=event.epoch)
    if call.started_at is None and event.started_at is not None:
        call.started_at = event.started_at
        call.changed = True
    call.end(event.talk_ms, reason=event.reason, ended_at=event.ended_at)


def _is_closed(call: OpenCall, *, now: datetime, terms: Terms) -> bool:
    """Whether the call was settled so long ago that no message may change it any more."""
    if call.settled_at is None or terms.correction_max is None:
        return False
    return now - call.settled_at > terms.correction_max


def _sweep(event: SweepDue, call: OpenCall | None, *, now: datetime) -> None:
    """Close a call at its last proof, unless it ended, was renewed or taken over while the sweep was under way."""
    if call is None or call.talk_ms is not None:
        return
    if (call.minutes_held, call.epoch) != (event.minutes_held, event.epoch):
        return
    proven_at = call.started_at + timedelta(milliseconds=call.proof_talk_ms) if call.started_at else now
    call.end(call.proof_talk_ms, reason=EndReason.LOST, ended_at=proven_at)
    call.ended_here = True


def _tombstone(event: CallEnded, *, now: datetime, terms: Terms) -> OpenCall:
    """The end overtook its authorize: a row that holds nothing, so that the late one finds it and holds nothing.

    Or there never was more than a refusal, which the caller must not tell from others by what is left of it.
    """
    return OpenCall(
        id=event.call_id,
        caller_id=event.caller_id,
        callee_id=event.callee_id,
        node=event.node,
        price_minor=0,
        authorized_at=now,
        lease_ends_at=now,
        minute_ms=terms.minute_ms,
        hidden_from_caller=event.callee_id is None,
        epoch=event.epoch,
    )


def _known(call: OpenCall | None, event: CallStarted | CallEnded) -> OpenCall:
    if call is None:
        raise ImpossibleError(f"unknown_call {event.call_id}: nothing was held for it")
    return call


def _check_parties(event: CallStarted | CallEnded, call: OpenCall) -> None:
    if event.caller_id != call.caller_id:
        raise ImpossibleError(f"impossible: the caller of {call.id} is {call.caller_id}, not {event.caller_id}")
    if event.callee_id is not None and call.callee_id is not None and event.callee_id != call.callee_id:
        raise ImpossibleError(f"impossible: the callee of {call.id} is {call.callee_id}, not {event.callee_id}")
