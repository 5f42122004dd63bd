"""A settled payment in the wallet."""

from datetime import datetime
from typing import Any

from sqlalchemy import Row
from sqlalchemy.ext.asyncio import AsyncConnection

from shared.failpoints import Failpoint, failpoint
from shared.ids import new_id
from shared.ledger import Ledger
from shared.messages.events import PaymentSettled
from shared.messages.notices import AccountUnblocked, WalletChanged
from shared.outbox import store


async def credit(connection: AsyncConnection, payment: Row[Any], *, now: datetime) -> None:
    """Top up, unblock, and tell: the event for the record, the notices for the account's devices."""
    account_id = payment.account_id
    ledger = await Ledger.open(connection, [account_id], now=now)
    ledger.top_up(account_id, payment.amount_minor, payment_id=payment.id, occurred_at=payment.settled_at)
    unblocked = ledger.unblock(account_id)
    await ledger.save()
    await failpoint(Failpoint.PAYMENT_CREDITED)
    wallet = ledger.wallets[account_id].state(payment.currency)
    settled = PaymentSettled(
        event_id=new_id(),
        payment_id=payment.id,
        account_id=account_id,
        amount_minor=payment.amount_minor,
        currency=payment.currency,
        provider=payment.provider,
        provider_ref=payment.provider_ref,
        settled_at=payment.settled_at,
        created_at=payment.created_at,
        provider_charge_ref=payment.provider_charge_ref,
    )
    changed = WalletChanged(notice_id=new_id(), account_id=account_id, wallet=wallet)
    freed = (
        [AccountUnblocked(notice_id=new_id(), account_id=account_id, wallet=wallet)]
        if unblocked and not wallet.blocked
        else []
    )
    await store(connection, [settled, changed, *freed])
