"""What devices are told when operators change a wallet."""

from shared.ids import new_id
from shared.ledger import OpenWallet
from shared.messages.notices import AccountBlocked, AccountUnblocked, Notice, WalletChanged


def money_changed(wallet: OpenWallet, currency: str, *, was_blocked: bool) -> list[Notice]:
    """Return the notices of a wallet that was saved: what is in it now, and a block that came or went."""
    state = wallet.state(currency)
    told: list[Notice] = [WalletChanged(notice_id=new_id(), account_id=wallet.account_id, wallet=state)]
    if wallet.is_blocked and not was_blocked:
        told.append(blocked(wallet, currency))
    if was_blocked and not wallet.is_blocked:
        told.append(AccountUnblocked(notice_id=new_id(), account_id=wallet.account_id, wallet=state))
    return told


def blocked(wallet: OpenWallet, currency: str) -> AccountBlocked:
    """Return the notice that the account may not call; the state in it says at whose word."""
    return AccountBlocked(
        notice_id=new_id(),
        account_id=wallet.account_id,
        wallet=wallet.state(currency),
        shortfall_minor=wallet.shortfall_minor,
    )
