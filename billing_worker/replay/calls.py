"""Events of calls in a replay: their holds put back where they are missing, then settled as by the worker."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncConnection

from billing_worker.calls import Calls
from billing_worker.replay.holds import LostHoldError, hold_again
from billing_worker.replay.known import would_change
from billing_worker.replay.reading import accounts_of
from billing_worker.replay.tally import ALREADY, NEWLY, Verdict, refused
from billing_worker.settlement.settle import settle
from billing_worker.terms import Terms
from shared.ledger import Ledger
from shared.messages.events import CallEnded, CallStarted

Said = CallStarted | CallEnded


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
    for event in events:
        key = (type(event), event.call_id)
        if key in said:
            yield part
            part, said = [], set()
        part.append(event)
        said.add(key)
    if part:
        yield part


async def _settle(
    connection: AsyncConnection, events: Sequence[Said], *, now: datetime, terms: Terms
) -> list[Verdict]:
    calls = await Calls.open(connection, {event.call_id for event in events})
    anew = [(call := calls.rows.get(event.call_id)) is None or would_change(event, call) for event in events]
    lost = await _hold(connection, calls, events, now=now, terms=terms)
    going_on = [event for event in events if event.call_id not in lost]
    reasons = iter(await settle(connection, going_on, now=now, terms=terms, quiet=True))
    verdicts: list[Verdict] = []
    for event, is_new in zip(events, anew, strict=True):
        reason = lost[event.call_id] if event.call_id in lost else next(reasons)
        verdicts.append(
            refused(reason.replace("unknown_call", "unknown call:", 1)) if reason else NEWLY if is_new else ALREADY
        )
    return verdicts


async def _hold(
    connection: AsyncConnection, calls: Calls, events: Sequence[Said], *, now: datetime, terms: Terms
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
