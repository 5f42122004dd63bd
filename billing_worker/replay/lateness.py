"""Corrections that settlement refused in their time: a replay must not carry them out after all."""

from __future__ import annotations

from datetime import datetime, timedelta

from billing_worker.calls import OpenCall
from shared.messages.events import CallEnded, CallStarted


def is_too_late(
    event: CallStarted | CallEnded, call: OpenCall | None, *, published_at: datetime, within: timedelta | None
) -> bool:
    """Whether the event makes a call shorter that was settled longer before it than `within`.

    A call that was settled behind it, since a replay did that, counts from its end.
    """
    if within is None or call is None or isinstance(event, CallStarted):
        return False
    if call.talk_ms is None or event.talk_ms >= call.talk_ms:
        return False
    settled_at = call.settled_at if call.settled_at and call.settled_at <= published_at else call.ended_at
    return settled_at is not None and published_at - settled_at > within
