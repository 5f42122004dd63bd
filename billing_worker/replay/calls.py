"""Events of calls in a replay: their holds put back where they are missing, then settled as by the worker."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import datetime
from typing import NamedTuple
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncConnection

from billing_worker.calls import Calls
from billing_worker.replay.holds import LostHoldError, hold_again
from billing_worker.replay.known import would_change
from billing_worker.replay.lateness import is_too_late
from billing_worker.replay.reading import accounts_of
from billing_worker.replay.tally import ALREADY, NEWLY, Verdict, refused
from billing_worker.settlement.settle import settle
from billing_worker.terms import Terms
from shared.ledger import Ledger
from shared.messages.events import CallEnded, CallStarted


class Said(NamedTuple):
    """What was said of a call, and when."""

    event: CallStarted | CallEnded
    published_at: datetime


async def settle_again(
    connection: AsyncConnection, events: Sequence[Said], *, now: datetime, terms: Terms
) -> list[Verdict]:
    """Carry out events of calls in their order. Raises `CallsOvertakenError`."""
    verdicts: list[Verdict] = []
    for part in _parts(events):
        verdicts += await _settle(connection, part, now=now, terms=terms)
    return verdicts


def _parts(events: Sequence[Said]) -> Iterator[list[Said]]:
    """Yield the events in parts that say the same of a call once only.

    Of two ends settled together only the smaller one would count, where the first was charged, once, and the second
    gave back a part of it.
    """
    part: list[Said] = []
    said: set[tuple[type, UUID]] = set()
    for one in events:
        key = (type(one.event), one.event.call_id)
        if key in said:
            yield part
            part, said = [], set()
        part.append(one)
        said.add(key)
    if part:
        yield part


async def _settle(
    connection: AsyncConnection, said: Sequence[Said], *, now: datetime, terms: Terms
) -> list[Verdict]:
    events = [each.event for each in said]
    calls = await Calls.open(connection, {event.call_id for event in events})
    found = [calls.rows.get(event.call_id) for event in events]
    anew = [call is None or would_change(event, call) for event, call in zip(events, found, strict=True)]
    late = [
        is_too_late(event, call, published_at=published_at, within=terms.correction_max)
        for (event, published_at), call in zip(said, found, strict=True)
    ]
    lost = await _hold(connection, calls, events, now=now, terms=terms)
    going_on = [
        event for event, is_late in zip(events, late, strict=True) if not is_late and event.call_id not in lost
    ]
    # By now all was so long ago; what was too late in its time is left out.
    at_any_time = replace(terms, correction_max=None)
    reasons = iter(await settle(connection, going_on, now=now, terms=at_any_time, quiet=True))
    verdicts: list[Verdict] = []
    for event, is_new, is_late in zip(events, anew, late, strict=True):
        if is_late:
            verdicts.append(refused(f"too late: {event.call_id} was settled long before"))
            continue
        reason = lost[event.call_id] if event.call_id in lost else next(reasons)
        verdicts.append(
            refused(reason.replace("unknown_call", "unknown call:", 1)) if reason else NEWLY if is_new else ALREADY
        )
    return verdicts


async def _hold(
    connection: AsyncConnection,
    calls: Calls,
    events: Sequence[CallStarted | CallEnded],
    *,
    now: datetime,
    terms: Terms,
) -> dict[UUID, str]:
    """Put back the holds of the ends; return the calls for which that cannot be done, and why."""
    lost: dict[UUID, str] = {}
    parties = {account_id for event in events for account_id in accounts_of(event)}
    ledger = await Ledger.open(connection, parties, now=now)
    for event in events:
        if isinstance(event, CallEnded):
            try:
                hold_again(event, calls, ledger, terms=terms)
            except LostHoldError as error:
                lost[event.call_id] = str(error)
    await ledger.save()
    await calls.save()
    return lost
