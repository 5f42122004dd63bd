"""What an operator's change of money or price makes of the block for lack of money."""

from uuid import UUID

from shared.ledger import Ledger


def judge(ledger: Ledger, account_id: UUID, *, could_pay: bool) -> None:
    """Block the account where the change took its next minute away; end a block whose reason is gone.

    While a minute is held, the end of its call judges.
    """
    if could_pay and not ledger.wallets[account_id].held_minor:
        ledger.block(account_id)
    ledger.unblock(account_id)
