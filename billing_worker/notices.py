"""What accounts are told of a transaction: found by comparing their wallets before and after."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from typing import NamedTuple
from uuid import UUID

from billing_worker.calls import OpenCall
from shared.ids import new_id
from shared.ledger import Ledger, OpenWallet
from shared.messages.notices import AccountBlocked, AccountUnblocked, CallCharged, Notice, WalletChanged


class Money(NamedTuple):
    """What an account sees of its wallet."""

    balance_minor: int
    held_minor: int
    earned_minor: int
    is_blocked: bool


def money_of(wallet: OpenWallet) -> Money:
    """Return the wallet's money at this moment."""
    return Money(wallet.balance_minor, wallet.held_minor, wallet.earned_minor, wallet.is_blocked)


def money_of_all(ledger: Ledger) -> dict[UUID, Money]:
    """Return the money of every open wallet, to be compared later."""
    return {account_id: money_of(wallet) for account_id, wallet in ledger.wallets.items()}


def wallet_notices(
    ledger: Ledger, before: dict[UUID, Money], *, currency: str, told: Collection[UUID] = ()
) -> Iterable[Notice]:
    """Tell each account whose money is not what it was; and the block or its end, which are told once.

    Accounts in `told` hear of their money in another notice already.
    """
    for account_id, wallet in ledger.wallets.items():
        then, now = before[account_id], money_of(wallet)
        if now == then:
            continue
        state = wallet.state(currency)
        if account_id not in told:
            yield WalletChanged(notice_id=new_id(), account_id=account_id, wallet=state)
        if now.is_blocked and not then.is_blocked:
            yield AccountBlocked(
                notice_id=new_id(),
                account_id=account_id,
                wallet=state,
                shortfall_minor=wallet.shortfall_minor,
            )
        if then.is_blocked and not now.is_blocked:
            yield AccountUnblocked(notice_id=new_id(), account_id=account_id, wallet=state)


def charge_notices(ledger: Ledger, charged: Iterable[OpenCall], *, currency: str) -> Iterable[Notice]:
    """Tell each caller what the call cost, nothing included."""
    for call in charged:
        yield CallCharged(
            notice_id=new_id(),
            account_id=call.caller_id,
            call_id=call.id,
            talk_ms=call.talk_ms or 0,
            minutes=call.minutes or 0,
            charge_minor=call.charge_minor or 0,
            wallet=ledger.wallets[call.caller_id].state(currency),
        )
