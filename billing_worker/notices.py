"""What accounts are told of a transaction: found by comparing their wallets before and after."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from uuid import UUID

from billing_worker.calls import OpenCall
from shared.ids import new_id
from shared.ledger import Ledger, OpenWallet
from shared.messages.notices import AccountBlocked, AccountUnblocked, CallCharged, Notice, WalletChanged


@dataclass(frozen=True, slots=True, kw_only=True)
class Money:
    """What an account sees of its wallet."""

    balance_minor: int
    held_minor: int
    blocked: bool

    @classmethod
    def of(cls, wallet: OpenWallet) -> Money:
        """Return the wallet's money at this moment."""
        return cls(
            balance_minor=wallet.balance_minor,
            held_minor=wallet.held_minor,
            blocked=wallet.blocked_at is not None,
        )


def money_of_all(ledger: Ledger) -> dict[UUID, Money]:
    """Return the money of every open wallet, to be compared later."""
    return {account_id: Money.of(wallet) for account_id, wallet in ledger.wallets.items()}


def wallet_notices(ledger: Ledger, before: dict[UUID, Money], *, currency: str) -> Iterable[Notice]:
    """Tell each account whose money is not what it was; and the block or its end, which are told once."""
    for account_id, wallet in ledger.wallets.items():
        then, now = before[account_id], Money.of(wallet)
        if now == then:
            continue
        state = wallet.state(currency)
        yield WalletChanged(notice_id=new_id(), account_id=account_id, wallet=state)
        if now.blocked and not then.blocked:
            yield AccountBlocked(
                notice_id=new_id(),
                account_id=account_id,
                wallet=state,
                shortfall_minor=wallet.shortfall_minor,
            )
        if then.blocked and not now.blocked:
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
