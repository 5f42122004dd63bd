"""A wallet as a transaction has it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import bindparam, insert, select
from sqlalchemy.ext.asyncio import AsyncConnection

from shared.ledger.accounts import Purse
from shared.messages.base import WalletState
from shared.models import Wallet
from shared.money import minutes_affordable, shortfall_minor


@dataclass(slots=True)
class OpenWallet:
    """A locked wallet, as it will be saved."""

    account_id: UUID
    balance_minor: int
    held_minor: int
    price_minor: int
    blocked_at: datetime | None
    in_call_id: UUID | None
    version: int
    operator_blocked_at: datetime | None = None
    earned_minor: int = 0
    asking_price_minor: int | None = None
    earning_share_bp: int = 0
    spend_call_minor_max: int | None = None
    spend_day_minor_max: int | None = None
    call_ms_max: int | None = None
    chain_seq: int = 0
    chain_hash: bytes = b""
    changed: bool = False

    @property
    def is_blocked(self) -> bool:
        """Whether the account may not call, be it for lack of money or at an operator's word."""
        return self.blocked_at is not None or self.operator_blocked_at is not None

    @property
    def available_minor(self) -> int:
        """What may be spent: balance less what is held."""
        return self.balance_minor - self.held_minor

    @property
    def can_pay_a_minute(self) -> bool:
        """Whether the available money pays one more minute at the account's own price."""
        return self.available_minor >= self.price_minor

    @property
    def shortfall_minor(self) -> int:
        """What is missing for one more minute at the account's own price."""
        return shortfall_minor(self.available_minor, price_minor=self.price_minor)

    def move(self, purse: Purse, amount_minor: int) -> int:
        """Put money into a purse or, where negative, take it out; return what is in it then."""
        self.changed = True
        if purse is Purse.CREDIT:
            self.balance_minor += amount_minor
            return self.balance_minor
        self.earned_minor += amount_minor
        return self.earned_minor

    def state(self, currency: str) -> WalletState:
        """Return the wallet as messages tell it; after the save, where it was changed."""
        return WalletState(
            version=self.version + self.changed,
            balance_minor=self.balance_minor,
            held_minor=self.held_minor,
            available_minor=self.available_minor,
            earned_minor=self.earned_minor,
            price_minor=self.price_minor,
            currency=currency,
            minutes_affordable=minutes_affordable(self.available_minor, price_minor=self.price_minor),
            blocked=self.is_blocked,
            blocked_by_operator=self.operator_blocked_at is not None,
        )


async def open_wallet(connection: AsyncConnection, account_id: UUID, *, price_minor: int) -> None:
    """Give a new account its empty wallet, in the transaction that stores the account."""
    await connection.execute(insert(Wallet).values(account_id=account_id, price_minor=price_minor))


async def read_wallet(connection: AsyncConnection, account_id: UUID) -> OpenWallet | None:
    """Return the wallet as it is now, unlocked: to be shown, never to be changed. None where there is none."""
    row = (await connection.execute(_READ, {"id": account_id})).one_or_none()
    return None if row is None else OpenWallet(*row)


CHANGED_COLUMNS = (
    Wallet.balance_minor,
    Wallet.held_minor,
    Wallet.price_minor,
    Wallet.blocked_at,
    Wallet.in_call_id,
    Wallet.operator_blocked_at,
    Wallet.earned_minor,
    Wallet.asking_price_minor,
    Wallet.earning_share_bp,
    Wallet.spend_call_minor_max,
    Wallet.spend_day_minor_max,
    Wallet.call_ms_max,
    Wallet.chain_seq,
    Wallet.chain_hash,
)
"""What a save writes, besides the next version."""

WALLET_COLUMNS = (
    Wallet.account_id,
    *CHANGED_COLUMNS[:5],
    Wallet.version,
    *CHANGED_COLUMNS[5:],
)
"""What an `OpenWallet` is made of, in its order; for reading wallets together with other tables."""

_READ = select(*WALLET_COLUMNS).where(Wallet.account_id == bindparam("id"))
