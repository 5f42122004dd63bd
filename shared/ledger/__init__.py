"""The double-entry ledger: the only writer of wallets and entries.

`wallet` is a locked wallet and its rules, `accounts` what money can belong to, `chain` what makes entries hold one
another, `posting` an operation with its legs, `ledger` what may be done with money.
"""

from shared.ledger.accounts import House, Purse
from shared.ledger.errors import InsufficientFundsError, LedgerConflictError, LedgerError
from shared.ledger.ledger import Ledger
from shared.ledger.wallet import WALLET_COLUMNS, OpenWallet, open_wallet, read_wallet

__all__ = [
    "WALLET_COLUMNS",
    "House",
    "InsufficientFundsError",
    "Ledger",
    "LedgerConflictError",
    "LedgerError",
    "OpenWallet",
    "Purse",
    "open_wallet",
    "read_wallet",
]
