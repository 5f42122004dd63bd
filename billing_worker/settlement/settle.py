"""Settles a batch of events in one transaction: lock, decide, write."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncConnection

from billing_worker.announcing import ends
from billing_worker.calls import Calls, OpenCall
from billing_worker.notices import charge_notices, money_of_all, wallet_notices
from billing_worker.settlement.charging import charge, is_due, judge, shrink
from billing_worker.settlement.registers import ImpossibleError, register
from billing_worker.terms import Terms
from shared import outbox
from shared.failpoints import Failpoint, failpoint
from shared.ledger import Ledger
from shared.messages.events import CallEvent


async def settle(
    connection: AsyncConnection, events: Sequence[CallEvent], *, now: datetime, terms: Terms, quiet: bool = False
) -> list[str | None]:
    """Carry out events in any number, order and repetition; repeated later, they change nothing.

    `quiet` tells nobody: what is replayed is no news.

    Returns for each event why it can never be processed, None for those that were. Raises `CallsOvertakenError`
    where the transaction must be rolled back and done again.
    """
    calls = await Calls.open(connection, {event.call_id for event in events})
    refusals = [_registered(event, calls, now=now, terms=terms) for event in events]
    due = [call for call in calls.rows.values() if is_due(call)]
    if due:
        strangers = await _move_money(connection, calls, due, now=now, terms=terms, quiet=quiet)
        for place, event in enumerate(events):
            if event.call_id in strangers:
                refusals[place] = f"impossible: unknown caller of {event.call_id}"
    await calls.save()
    await failpoint(Failpoint.SETTLE_CALLS_SAVED)
    return refusals


def _registered(event: CallEvent, calls: Calls, *, now: datetime, terms: Terms) -> str | None:
    try:
        register(event, calls, now=now, terms=terms)
    except ImpossibleError as error:
        return str(error)
    return None


async def _move_money(
    connection: AsyncConnection,
    calls: Calls,
    due: Sequence[OpenCall],
    *,
    now: datetime,
    terms: Terms,
    quiet: bool,
) -> set[UUID]:
    """Settle the calls that are due; return those that were dropped because nobody knows their caller."""
    ledger = await Ledger.open(connection, _parties(due), now=now)
    before = money_of_all(ledger)
    strangers = {call.id for call in due if call.is_new and not adopt(call, ledger)}
    for call_id in strangers:
        del calls.rows[call_id]
    charged = [call for call in due if call.id not in strangers]
    move(charged, ledger, now=now)
    await ledger.save()
    await failpoint(Failpoint.SETTLE_LEDGER_SAVED)
    if quiet:
        return strangers
    told = [call for call in charged if not call.hidden_from_caller]
    notices = [
        *charge_notices(ledger, told, currency=terms.currency),
        # What a call cost says what is left as well: a second notice a call would double the outbox.
        *wallet_notices(ledger, before, currency=terms.currency, told={call.caller_id for call in told}),
    ]
    await outbox.store(connection, [*ends(charged), *notices])
    await failpoint(Failpoint.SETTLE_TOLD)
    return strangers


def move(due: Sequence[OpenCall], ledger: Ledger, *, now: datetime) -> None:
    """Charge the calls that ended, give back of those that shrank, and judge anew who paid."""
    for call in due:
        if call.settled_at is None:
            charge(call, ledger, now=now)
        else:
            shrink(call, ledger, now=now)
    for caller_id in dict.fromkeys(call.caller_id for call in due if call.minutes_held):
        judge(caller_id, ledger)


def adopt(tombstone: OpenCall, ledger: Ledger) -> bool:
    """Complete a row made from an end alone; return whether its caller exists."""
    caller = ledger.wallets.get(tombstone.caller_id)
    if caller is None:
        return False
    tombstone.price_minor = caller.price_minor
    if tombstone.callee_id not in ledger.wallets:
        tombstone.callee_id = None
    return True


def _parties(calls: Sequence[OpenCall]) -> set[UUID]:
    parties = {call.caller_id for call in calls} | {call.callee_id for call in calls}
    return {account_id for account_id in parties if account_id is not None}
