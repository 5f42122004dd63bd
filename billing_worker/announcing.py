"""What billing tells of calls that it ended itself or gave to another node: the log of events must not miss it."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from billing_worker.calls import OpenCall
from shared.ids import new_id
from shared.messages.base import EndReason
from shared.messages.events import CallEnded, CallTakenOver


def ends(calls: Iterable[OpenCall]) -> list[CallEnded]:
    """Return an event for each call that was ended here in this transaction; settling it again changes nothing."""
    return [_ended(call) for call in calls if call.ended_here]


def takeovers(calls: Iterable[OpenCall], *, now: datetime) -> list[CallTakenOver]:
    """Return an event for each call that got another owner in this transaction."""
    return [
        CallTakenOver(
            event_id=new_id(),
            call_id=call.id,
            epoch=call.epoch,
            node=call.node,
            talk_ms=call.proof_talk_ms,
            taken_over_at=now,
        )
        for call in calls
        if call.taken_over_here
    ]


def _ended(call: OpenCall) -> CallEnded:
    return CallEnded(
        event_id=new_id(),
        call_id=call.id,
        caller_id=call.caller_id,
        callee_id=call.callee_id,
        node=call.node,
        reason=EndReason(call.reason or EndReason.LOST),
        talk_ms=call.talk_ms or 0,
        price_minor=call.price_minor,
        started_at=call.started_at,
        ended_at=call.ended_at or call.authorized_at,
        terms=call.terms,
        minutes_held=call.minutes_held,
        hidden_from_caller=call.hidden_from_caller,
        epoch=call.epoch,
    )
