"""A batch of events in one transaction: look, lock what is missing, carry it out in its order."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from msgspec import Struct
from sqlalchemy.ext.asyncio import AsyncConnection

from billing_worker.calls import Calls
from billing_worker.notices import Money, money_of_all
from billing_worker.replay.calls import Said, settle_again
from billing_worker.replay.known import Known
from billing_worker.replay.money import book_again
from billing_worker.replay.owners import Owners, own_again
from billing_worker.replay.reading import accounts_of, call_of
from billing_worker.replay.tally import ALREADY, Verdict
from billing_worker.terms import Terms
from shared.ledger import Ledger
from shared.messages.events import CallEnded, CallStarted, CallTakenOver, Event, MoneyEvent, SweepDue


class Applied(Struct, frozen=True):
    """What became of a batch."""

    verdicts: list[Verdict]
    """Of each event, in their order."""
    before: dict[UUID, Money]
    """Of the wallets that may have changed: what was in them."""


async def apply_batch(
    connection: AsyncConnection,
    events: Sequence[Event],
    *,
    published_at: Sequence[datetime],
    owners: Owners,
    now: datetime,
    terms: Terms,
) -> Applied:
    """Carry out what the database does not have. Raises `CallsOvertakenError`: roll back and do it again.

    `published_at` has a moment for each of the events.
    """
    known = await Known.read(connection, events, owners=owners)
    verdicts = {place: verdict for place, event in enumerate(events) if (verdict := known.verdict(event))}
    missing = [place for place in range(len(events)) if place not in verdicts]
    if not missing:
        return Applied([verdicts[place] for place in range(len(events))], {})
    before = await _lock(connection, [events[place] for place in missing], now=now)
    said: list[tuple[int, Said]] = []
    for place in missing:
        match events[place]:
            case CallStarted() | CallEnded() as event:
                said.append((place, Said(event, published_at[place])))
            case SweepDue():
                verdicts[place] = ALREADY
            case event:
                verdicts.update(await _settled(connection, said, now=now, terms=terms))
                said.clear()
                verdicts[place] = await _booked(connection, event, now=now, terms=terms)
    verdicts.update(await _settled(connection, said, now=now, terms=terms))
    return Applied([verdicts[place] for place in range(len(events))], before)


async def _settled(
    connection: AsyncConnection, said: Sequence[tuple[int, Said]], *, now: datetime, terms: Terms
) -> dict[int, Verdict]:
    """Settle a run of events about calls; return the verdicts by their places."""
    if not said:
        return {}
    verdicts = await settle_again(connection, [event for _, event in said], now=now, terms=terms)
    return {place: verdict for (place, _), verdict in zip(said, verdicts, strict=True)}


async def _booked(
    connection: AsyncConnection, event: CallTakenOver | MoneyEvent, *, now: datetime, terms: Terms
) -> Verdict:
    if isinstance(event, CallTakenOver):
        return await own_again(connection, event)
    return await book_again(connection, event, now=now, terms=terms)


async def _lock(connection: AsyncConnection, events: Sequence[Event], *, now: datetime) -> dict[UUID, Money]:
    """Lock all calls and then all wallets of the events, each in the order of their ids; return what is in these.

    What follows locks them again, event by event, in any order: it has them already, and waits for nobody.
    """
    calls = await Calls.open(connection, {call_id for event in events if (call_id := call_of(event))})
    parties = {party for call in calls.rows.values() for party in (call.caller_id, call.callee_id) if party}
    named = {account_id for event in events for account_id in accounts_of(event)}
    return money_of_all(await Ledger.open(connection, parties | named, now=now))
