"""What billing is told about a call."""

from __future__ import annotations

from datetime import datetime

from shared.ids import new_id
from shared.messages.events import CallEnded, CallStarted
from signaling.call.effects import AnnounceEnded
from signaling.live.calls import LiveCall


def call_started(live: LiveCall, *, node: str, started_at: datetime) -> CallStarted | None:
    """Return the event; None where the machine has not authorized the call, which it promises not to do."""
    terms = live.call.terms
    if terms is None:
        return None
    return CallStarted(
        event_id=new_id(),
        call_id=live.call_id,
        caller_id=live.caller_id,
        callee_id=terms.callee.account_id,
        node=node,
        started_at=started_at,
        epoch=live.epoch,
    )


def call_ended(live: LiveCall, effect: AnnounceEnded, *, node: str, ended_at: datetime) -> CallEnded:
    """Return the event, complete in itself."""
    terms, lease = live.call.terms, live.call.lease
    return CallEnded(
        event_id=new_id(),
        call_id=live.call_id,
        caller_id=live.caller_id,
        callee_id=terms.callee.account_id if terms else None,
        node=node,
        reason=effect.reason,
        talk_ms=effect.talk_ms,
        price_minor=terms.price_minor if terms else None,
        started_at=live.started_at,
        ended_at=ended_at,
        terms=terms.charging if terms else None,
        epoch=live.epoch,
        minutes_held=(lease.minutes_paid if lease else 1) if terms else None,
    )
