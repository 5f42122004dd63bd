"""One event about money in a replay, alone: what it cannot do hurts no other event of its transaction."""

from __future__ import annotations

from datetime import datetime
from typing import assert_never
from uuid import UUID

from sqlalchemy import bindparam, select
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncConnection

from billing_worker.replay.balances import adjust, forfeit, pay_out, refund_call
from billing_worker.replay.known import Known
from billing_worker.replay.owners import Owners
from billing_worker.replay.payments import refund_payment, settle_payment
from billing_worker.replay.prices import set_price
from billing_worker.replay.reading import accounts_of
from billing_worker.replay.refusing import ReplayRefusedError
from billing_worker.replay.tally import NEWLY, Verdict, refused
from billing_worker.terms import Terms
from shared.database import is_outage
from shared.ledger import InsufficientFundsError, Ledger, LedgerError
from shared.messages.events import (
    BalanceAdjusted,
    BalanceForfeited,
    CallRefunded,
    MoneyEvent,
    PaymentRefunded,
    PaymentSettled,
    PayoutRecorded,
    PriceSet,
)
from shared.models import Call


async def book_again(connection: AsyncConnection, event: MoneyEvent, *, now: datetime, terms: Terms) -> Verdict:
    """Carry out the event, unless the database has it by now."""
    verdict = (await Known.read(connection, [event], owners=Owners())).verdict(event)
    if verdict is not None:
        return verdict
    try:
        async with connection.begin_nested():
            await _book(connection, event, now=now, terms=terms)
    except ReplayRefusedError as error:
        return refused(str(error))
    except InsufficientFundsError as error:
        return refused(f"no money for it: {error}")
    except LedgerError as error:
        return refused(f"impossible: {error}")
    except DBAPIError as error:
        if is_outage(error):
            raise
        # An operator's account that was made after the backup, a provider's name that two payments have …
        return refused(f"the database does not take it: {str(error.orig).partition(chr(10))[0]}")
    return NEWLY


async def _book(connection: AsyncConnection, event: MoneyEvent, *, now: datetime, terms: Terms) -> None:
    currency = getattr(event, "currency", terms.currency)
    if currency != terms.currency:
        raise ReplayRefusedError(f"another currency: {currency}")
    ledger = await Ledger.open(connection, accounts_of(event) | await _earners(connection, event), now=now)
    if unknown := accounts_of(event) - ledger.wallets.keys():
        raise ReplayRefusedError(f"unknown account: {', '.join(map(str, unknown))}")
    match event:
        case PaymentSettled():
            await settle_payment(connection, event, ledger)
        case PaymentRefunded():
            await refund_payment(connection, event, ledger)
        case CallRefunded():
            await refund_call(connection, event, ledger)
        case BalanceAdjusted():
            adjust(event, ledger)
        case BalanceForfeited():
            forfeit(event, ledger)
        case PayoutRecorded():
            pay_out(event, ledger)
        case PriceSet():
            await set_price(connection, event, ledger)
        case _:
            assert_never(event)
    await ledger.save()


async def _earners(connection: AsyncConnection, event: MoneyEvent) -> set[UUID]:
    """Return whose earnings the event may be about, besides the account that it names."""
    if not isinstance(event, CallRefunded):
        return set()
    callee_id: UUID | None = await connection.scalar(_CALLEE, {"call_id": event.call_id})
    return {callee_id} if callee_id else set()


_CALLEE = select(Call.callee_id).where(Call.id == bindparam("call_id"))
