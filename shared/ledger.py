"""The double-entry ledger: the only writer of wallets and entries.

A transaction opens the wallets it needs, which locks them in one order; changes them in memory, where every rule is
checked; and saves them with one update and one insert, however many there are. Behind the code stand the database's
own checks (balance, hold, unique operation keys, append-only entries).
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import NamedTuple
from uuid import UUID

from sqlalchemy import ARRAY, BigInteger, DateTime, Uuid, bindparam, insert, select, text
from sqlalchemy.ext.asyncio import AsyncConnection

from shared.messages.base import WalletState
from shared.models import METADATA, LedgerEntry, Wallet
from shared.money import minutes_affordable, shortfall_minor
from shared.unnest import arrays, insert_rows


class House(StrEnum):
    """The installation's own accounts: the other leg of every operation on a wallet."""

    PROVIDER = "provider"
    REVENUE = "revenue"
    REFUNDS = "refunds"
    ADJUSTMENTS = "adjustments"
    FORFEITS = "forfeits"


class LedgerError(Exception):
    """A money operation that must not happen."""


class InsufficientFundsError(LedgerError):
    """The available money does not reach."""

    def __init__(self, *, needed_minor: int, available_minor: int) -> None:
        super().__init__(f"{needed_minor} needed, {available_minor} available")
        self.needed_minor = needed_minor
        self.available_minor = available_minor


class LedgerConflictError(LedgerError):
    """A wallet was written by somebody who did not hold its lock."""


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

    def state(self, currency: str) -> WalletState:
        """Return the wallet as messages tell it; after the save, where it was changed."""
        return WalletState(
            version=self.version + self.changed,
            balance_minor=self.balance_minor,
            held_minor=self.held_minor,
            available_minor=self.available_minor,
            price_minor=self.price_minor,
            currency=currency,
            minutes_affordable=minutes_affordable(self.available_minor, price_minor=self.price_minor),
            blocked=self.is_blocked,
            blocked_by_operator=self.operator_blocked_at is not None,
        )


@dataclass(slots=True)
class Ledger:
    """The wallets of one transaction. Every method that moves money keeps ``0 <= held <= balance``."""

    connection: AsyncConnection
    wallets: dict[UUID, OpenWallet]
    now: datetime
    _legs: list[_Leg] = field(default_factory=list)

    @classmethod
    async def open(cls, connection: AsyncConnection, account_ids: Collection[UUID], *, now: datetime) -> Ledger:
        """Lock these accounts' wallets, in the order of their ids, until the transaction ends.

        Accounts without a wallet are left out of `wallets`.
        """
        rows = await connection.execute(_LOCK, {"ids": sorted(set(account_ids))})
        return cls(connection, {row.account_id: OpenWallet(*row) for row in rows}, now)

    def hold(self, account_id: UUID, amount_minor: int) -> None:
        """Reserve money for a minute; 0 reserves nothing. Raises `InsufficientFundsError`."""
        wallet = self.wallets[account_id]
        if wallet.available_minor < _not_negative(amount_minor):
            raise InsufficientFundsError(needed_minor=amount_minor, available_minor=wallet.available_minor)
        wallet.held_minor += amount_minor
        wallet.changed = True

    def release(self, account_id: UUID, amount_minor: int) -> None:
        """Give back what was held; 0 gives back nothing. Raises `LedgerError` for more than is held."""
        wallet = self.wallets[account_id]
        if wallet.held_minor < _not_negative(amount_minor):
            raise LedgerError(f"cannot release {amount_minor}: {wallet.held_minor} held")
        wallet.held_minor -= amount_minor
        wallet.changed = wallet.changed or amount_minor > 0

    def claim(self, account_id: UUID, call_id: UUID) -> None:
        """Mark the account as a party of a live call. Raises `LedgerError` where it is one of another."""
        wallet = self.wallets[account_id]
        if wallet.in_call_id not in {None, call_id}:
            raise LedgerError(f"account {account_id} is in call {wallet.in_call_id}")
        wallet.in_call_id = call_id
        wallet.changed = True

    def unclaim(self, account_id: UUID, call_id: UUID) -> None:
        """The account is no party of this call any more; nothing happens where it was none."""
        wallet = self.wallets.get(account_id)
        if wallet is not None and wallet.in_call_id == call_id:
            wallet.in_call_id = None
            wallet.changed = True

    def charge(self, account_id: UUID, amount_minor: int, *, call_id: UUID) -> None:
        """Take the charge of a call, once for ever. Release its holds first; 0 takes nothing.

        Raises `InsufficientFundsError`: a charge never exceeds what was held for it.
        """
        wallet = self.wallets[account_id]
        if wallet.available_minor < _not_negative(amount_minor):
            raise InsufficientFundsError(needed_minor=amount_minor, available_minor=wallet.available_minor)
        self._post(f"charge:{call_id}", wallet, -amount_minor, House.REVENUE)

    def refund(self, account_id: UUID, amount_minor: int, *, call_id: UUID, number: int) -> None:
        """Give back part of a call's charge; `number` counts the refunds of the call from 1."""
        self._post(f"refund:{call_id}:{number}", self.wallets[account_id], _positive(amount_minor), House.REFUNDS)

    def top_up(self, account_id: UUID, amount_minor: int, *, payment_id: UUID) -> None:
        """Credit a settled payment, once for ever."""
        self._post(f"top_up:{payment_id}", self.wallets[account_id], _positive(amount_minor), House.PROVIDER)

    def forfeit(self, account_id: UUID) -> None:
        """Take all that is left from somebody who leaves it behind, once for ever; nothing takes nothing.

        Raises `LedgerError` while some of it is held.
        """
        wallet = self.wallets[account_id]
        if wallet.held_minor:
            raise LedgerError(f"cannot forfeit: {wallet.held_minor} held")
        self._post(f"forfeit:{account_id}", wallet, -wallet.balance_minor, House.FORFEITS)

    def adjust(self, account_id: UUID, amount_minor: int, *, adjustment_id: UUID) -> None:
        """Book what an operator gives or, where negative, takes, once for ever.

        Raises `InsufficientFundsError` where more is taken than is available.
        """
        wallet = self.wallets[account_id]
        if wallet.available_minor + amount_minor < 0:
            raise InsufficientFundsError(needed_minor=-amount_minor, available_minor=wallet.available_minor)
        self._post(f"adjustment:{adjustment_id}", wallet, amount_minor, House.ADJUSTMENTS)

    def set_price(self, account_id: UUID, price_minor: int) -> None:
        """Let a minute cost this from the next call on. Whoever sets it judges anew whether the account can pay."""
        wallet = self.wallets[account_id]
        wallet.price_minor = _not_negative(price_minor)
        wallet.changed = True

    def block_by_operator(self, account_id: UUID) -> bool:
        """Keep the account from calling until an operator lets it again; return whether that is new."""
        wallet = self.wallets[account_id]
        if wallet.operator_blocked_at is not None:
            return False
        wallet.operator_blocked_at = self.now
        wallet.changed = True
        return True

    def unblock_by_operator(self, account_id: UUID) -> bool:
        """End an operator's block, not money's; return whether there was one."""
        wallet = self.wallets[account_id]
        if wallet.operator_blocked_at is None:
            return False
        wallet.operator_blocked_at = None
        wallet.changed = True
        return True

    def block(self, account_id: UUID) -> bool:
        """Block the account where it cannot pay a minute; return whether that is new."""
        wallet = self.wallets[account_id]
        if wallet.blocked_at is not None or wallet.can_pay_a_minute:
            return False
        wallet.blocked_at = self.now
        wallet.changed = True
        return True

    def unblock(self, account_id: UUID) -> bool:
        """Unblock the account where it can pay a minute again; return whether that is new."""
        wallet = self.wallets[account_id]
        if wallet.blocked_at is None or not wallet.can_pay_a_minute:
            return False
        wallet.blocked_at = None
        wallet.changed = True
        return True

    async def save(self) -> None:
        """Write what changed: one update, one insert. Call once, at the end.

        Raises `LedgerConflictError` where a wallet was changed by somebody else, `sqlalchemy.exc.IntegrityError`
        where an operation was booked before; either way nothing of the transaction may be committed.
        """
        changed = [wallet for wallet in self.wallets.values() if wallet.changed]
        if changed:
            saved = await self.connection.execute(
                _SAVE,
                {
                    "ids": [wallet.account_id for wallet in changed],
                    "versions": [wallet.version for wallet in changed],
                    "balances": [wallet.balance_minor for wallet in changed],
                    "helds": [wallet.held_minor for wallet in changed],
                    "blocked_ats": [wallet.blocked_at for wallet in changed],
                    "in_call_ids": [wallet.in_call_id for wallet in changed],
                    "prices": [wallet.price_minor for wallet in changed],
                    "operator_blocked_ats": [wallet.operator_blocked_at for wallet in changed],
                },
            )
            if saved.rowcount != len(changed):
                raise LedgerConflictError(f"{len(changed) - saved.rowcount} wallets changed under their lock")
        if self._legs:
            await self.connection.execute(_BOOK, arrays(self._legs, _Leg._fields))

    def _post(self, operation: str, wallet: OpenWallet, amount_minor: int, house: House) -> None:
        if not amount_minor:
            return
        wallet.balance_minor += amount_minor
        wallet.changed = True
        self._legs += [
            _Leg(operation, wallet.account_id, None, amount_minor, wallet.balance_minor, self.now),
            _Leg(operation, None, house.value, -amount_minor, None, self.now),
        ]


class _Leg(NamedTuple):
    """A row of `ledger_entries` to be."""

    operation: str
    wallet_id: UUID | None
    house: str | None
    amount_minor: int
    balance_after_minor: int | None
    created_at: datetime


async def open_wallet(connection: AsyncConnection, account_id: UUID, *, price_minor: int) -> None:
    """Give a new account its empty wallet, in the transaction that stores the account."""
    await connection.execute(insert(Wallet).values(account_id=account_id, price_minor=price_minor))


async def read_wallet(connection: AsyncConnection, account_id: UUID) -> OpenWallet | None:
    """Return the wallet as it is now, unlocked: to be shown, never to be changed. None where there is none."""
    row = (await connection.execute(_READ, {"id": account_id})).one_or_none()
    return None if row is None else OpenWallet(*row)


def _positive(amount_minor: int) -> int:
    if amount_minor <= 0:
        raise LedgerError(f"an amount must be positive, not {amount_minor}")
    return amount_minor


def _not_negative(amount_minor: int) -> int:
    if amount_minor < 0:
        raise LedgerError(f"an amount must not be negative, not {amount_minor}")
    return amount_minor


WALLET_COLUMNS = (
    Wallet.account_id,
    Wallet.balance_minor,
    Wallet.held_minor,
    Wallet.price_minor,
    Wallet.blocked_at,
    Wallet.in_call_id,
    Wallet.version,
    Wallet.operator_blocked_at,
)
"""What an `OpenWallet` is made of, in its order; for reading wallets together with other tables."""

_READ = select(*WALLET_COLUMNS).where(Wallet.account_id == bindparam("id"))

_LOCK = (
    select(*WALLET_COLUMNS)
    .where(Wallet.account_id == bindparam("ids", type_=ARRAY(Uuid)).any_())
    .order_by(Wallet.account_id)
    .with_for_update(key_share=True)
)

_BOOK = insert_rows(METADATA.tables[LedgerEntry.__tablename__], _Leg._fields)

_SAVE = text(
    """
    UPDATE wallets AS w
       SET balance_minor = n.balance_minor, held_minor = n.held_minor, blocked_at = n.blocked_at,
           in_call_id = n.in_call_id, price_minor = n.price_minor, operator_blocked_at = n.operator_blocked_at,
           version = w.version + 1
      FROM unnest(:ids, :versions, :balances, :helds, :blocked_ats, :in_call_ids, :prices, :operator_blocked_ats)
           AS n(account_id, version, balance_minor, held_minor, blocked_at, in_call_id, price_minor,
                operator_blocked_at)
     WHERE w.account_id = n.account_id AND w.version = n.version
    """
).bindparams(
    bindparam("ids", type_=ARRAY(Uuid)),
    bindparam("versions", type_=ARRAY(BigInteger)),
    bindparam("balances", type_=ARRAY(BigInteger)),
    bindparam("helds", type_=ARRAY(BigInteger)),
    bindparam("blocked_ats", type_=ARRAY(DateTime(timezone=True))),
    bindparam("in_call_ids", type_=ARRAY(Uuid)),
    bindparam("prices", type_=ARRAY(BigInteger)),
    bindparam("operator_blocked_ats", type_=ARRAY(DateTime(timezone=True))),
)
