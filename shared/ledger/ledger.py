"""What may be done with money.

A transaction opens the wallets it needs, which locks them in one order; changes them in memory, where every rule is
checked; and saves them with one update and one insert, however many there are. Behind the code stand the database's
own checks (balance, hold, unique operations, append-only entries).
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Row
from sqlalchemy.ext.asyncio import AsyncConnection

from shared.failpoints import Failpoint, failpoint
from shared.ledger.accounts import House, Purse
from shared.ledger.errors import InsufficientFundsError, LedgerError
from shared.ledger.posting import Leg, Movement, Why, post
from shared.ledger.saving import book, lock_wallets, save_wallets
from shared.ledger.wallet import OpenWallet
from shared.money import SHARE_BP_ALL


@dataclass(slots=True)
class Ledger:
    """The wallets of one transaction. Every method that moves money keeps ``0 <= held <= balance``."""

    connection: AsyncConnection
    wallets: dict[UUID, OpenWallet]
    now: datetime
    _found: Mapping[UUID, Row[*tuple[Any, ...]]] = field(default_factory=dict)
    """The rows that were opened, to tell what changed."""
    _legs: list[Leg] = field(default_factory=list)

    @classmethod
    async def open(cls, connection: AsyncConnection, account_ids: Collection[UUID], *, now: datetime) -> Ledger:
        """Lock these accounts' wallets, in the order of their ids, until the transaction ends.

        Accounts without a wallet are left out of `wallets`.
        """
        found = await lock_wallets(connection, account_ids)
        return cls(connection, {account_id: OpenWallet(*row) for account_id, row in found.items()}, now, found)

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

    def charge(
        self,
        account_id: UUID,
        amount_minor: int,
        *,
        call_id: UUID,
        occurred_at: datetime | None = None,
        earner_id: UUID | None = None,
        earned_minor: int = 0,
    ) -> None:
        """Take the charge of a call, once for ever, and give the earner a part of it. Release its holds first.

        0 takes nothing. Raises `InsufficientFundsError`: a charge never exceeds what was held for it.
        """
        wallet = self.wallets[account_id]
        if wallet.available_minor < _not_negative(amount_minor):
            raise InsufficientFundsError(needed_minor=amount_minor, available_minor=wallet.available_minor)
        if not 0 <= earned_minor <= amount_minor:
            raise LedgerError(f"of a charge of {amount_minor} nobody can earn {earned_minor}")
        movements = [Movement(wallet, Purse.CREDIT, -amount_minor)]
        if earner_id is not None:
            movements.append(Movement(self.wallets[earner_id], Purse.EARNINGS, earned_minor))
        self._book(f"charge:{call_id}", movements, House.REVENUE, Why(occurred_at or self.now))

    def refund(
        self,
        account_id: UUID,
        amount_minor: int,
        *,
        call_id: UUID,
        number: int,
        why: Why | None = None,
        earner_id: UUID | None = None,
        take_back_minor: int = 0,
    ) -> int:
        """Give back part of a call's charge; `number` counts the refunds of the call from 1.

        Takes `take_back_minor` back from the earner, as far as it was not paid out yet, and returns how much that
        was; the house bears the rest.
        """
        movements = [Movement(self.wallets[account_id], Purse.CREDIT, _positive(amount_minor))]
        taken_minor = 0
        if earner_id is not None:
            earner = self.wallets[earner_id]
            taken_minor = min(_not_negative(take_back_minor), earner.earned_minor)
            movements.append(Movement(earner, Purse.EARNINGS, -taken_minor))
        self._book(f"refund:{call_id}:{number}", movements, House.REFUNDS, why or Why(self.now))
        return taken_minor

    def top_up(
        self, account_id: UUID, amount_minor: int, *, payment_id: UUID, occurred_at: datetime | None = None
    ) -> None:
        """Credit a settled payment, once for ever."""
        movement = Movement(self.wallets[account_id], Purse.CREDIT, _positive(amount_minor))
        self._book(f"top_up:{payment_id}", [movement], House.PROVIDER, Why(occurred_at or self.now))

    def refund_payment(
        self,
        account_id: UUID,
        amount_minor: int,
        *,
        payment_id: UUID,
        number: int,
        take_minor_max: int | None = None,
        why: Why | None = None,
    ) -> int:
        """Book that money of a payment goes back to its payer; `number` counts the refunds of the payment from 1.

        All of it leaves the wallet, or `InsufficientFundsError` is raised. Where a provider takes it whatever we
        say, as much leaves as is available and at most `take_minor_max`; the house bears the rest. Returns what
        left the wallet.
        """
        wallet, taken_minor = self.wallets[account_id], _positive(amount_minor)
        if take_minor_max is not None:
            taken_minor = min(amount_minor, _not_negative(take_minor_max), wallet.available_minor)
        if wallet.available_minor < taken_minor:
            raise InsufficientFundsError(needed_minor=taken_minor, available_minor=wallet.available_minor)
        self._book_against(
            f"payment_refund:{payment_id}:{number}",
            [Movement(wallet, Purse.CREDIT, -taken_minor)],
            {House.UNCOLLECTED: taken_minor - amount_minor, House.PROVIDER: amount_minor},
            why or Why(self.now),
        )
        return taken_minor

    def return_payment_refund(
        self,
        account_id: UUID,
        amount_minor: int,
        *,
        payment_id: UUID,
        number: int,
        taken_minor: int,
        why: Why | None = None,
    ) -> None:
        """Book back a refund that the payer did not get after all: to wallet and house what each of them gave."""
        if not 0 <= taken_minor <= _positive(amount_minor):
            raise LedgerError(f"of a refund of {amount_minor} a wallet cannot have given {taken_minor}")
        self._book_against(
            f"payment_refund_failed:{payment_id}:{number}",
            [Movement(self.wallets[account_id], Purse.CREDIT, taken_minor)],
            {House.UNCOLLECTED: amount_minor - taken_minor, House.PROVIDER: -amount_minor},
            why or Why(self.now),
        )

    def forfeit(self, account_id: UUID, *, occurred_at: datetime | None = None) -> None:
        """Take all credit that is left from somebody who leaves it behind, once for ever; nothing takes nothing.

        Raises `LedgerError` while some of it is held.
        """
        wallet = self.wallets[account_id]
        if wallet.held_minor:
            raise LedgerError(f"cannot forfeit: {wallet.held_minor} held")
        movement = Movement(wallet, Purse.CREDIT, -wallet.balance_minor)
        self._book(f"forfeit:{account_id}", [movement], House.FORFEITS, Why(occurred_at or self.now))

    def adjust(self, account_id: UUID, amount_minor: int, *, adjustment_id: UUID, why: Why | None = None) -> None:
        """Book what an operator gives or, where negative, takes, once for ever.

        Raises `InsufficientFundsError` where more is taken than is available.
        """
        wallet = self.wallets[account_id]
        if wallet.available_minor + amount_minor < 0:
            raise InsufficientFundsError(needed_minor=-amount_minor, available_minor=wallet.available_minor)
        movement = Movement(wallet, Purse.CREDIT, amount_minor)
        self._book(f"adjustment:{adjustment_id}", [movement], House.ADJUSTMENTS, why or Why(self.now))

    def pay_out(self, account_id: UUID, amount_minor: int, *, payout_id: UUID, why: Why | None = None) -> None:
        """Book that earnings were paid out, once for ever. Raises `InsufficientFundsError` for more than those."""
        wallet = self.wallets[account_id]
        if wallet.earned_minor < _positive(amount_minor):
            raise InsufficientFundsError(needed_minor=amount_minor, available_minor=wallet.earned_minor)
        movement = Movement(wallet, Purse.EARNINGS, -amount_minor)
        self._book(f"payout:{payout_id}", [movement], House.PAYOUTS, why or Why(self.now))

    def set_price(self, account_id: UUID, price_minor: int) -> None:
        """Let a minute cost this from the next call on. Whoever sets it judges anew whether the account can pay."""
        wallet = self.wallets[account_id]
        wallet.price_minor = _not_negative(price_minor)
        wallet.changed = True

    def set_asking_price(self, account_id: UUID, price_minor: int | None, *, earning_share_bp: int) -> None:
        """Let callers of the account pay this a minute (None: their own price), and the account earn a share of it.

        `earning_share_bp` are basis points, 10 000 being all.
        """
        wallet = self.wallets[account_id]
        if not 0 <= earning_share_bp <= SHARE_BP_ALL:
            raise LedgerError(f"no share of {earning_share_bp} basis points can be earned")
        wallet.asking_price_minor = None if price_minor is None else _not_negative(price_minor)
        wallet.earning_share_bp = earning_share_bp
        wallet.changed = True

    def limit_spending(
        self,
        account_id: UUID,
        *,
        spend_call_minor_max: int | None,
        spend_day_minor_max: int | None,
        call_ms_max: int | None,
    ) -> None:
        """Let the owner's calls cost, and last, at most this from the next minute on; None is no limit."""
        wallet = self.wallets[account_id]
        for limit in (spend_call_minor_max, spend_day_minor_max, call_ms_max):
            _positive(1 if limit is None else limit)
        wallet.spend_call_minor_max = spend_call_minor_max
        wallet.spend_day_minor_max = spend_day_minor_max
        wallet.call_ms_max = call_ms_max
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
        await save_wallets(self.connection, changed, self._found)
        await failpoint(Failpoint.LEDGER_WALLETS_SAVED)
        await book(self.connection, self._legs)

    def _book(self, operation: str, movements: list[Movement], house: House, why: Why) -> None:
        """Book movements against one house account."""
        self._book_against(operation, movements, {house: -sum(each.amount_minor for each in movements)}, why)

    def _book_against(
        self, operation: str, movements: list[Movement], houses: Mapping[House, int], why: Why
    ) -> None:
        if sum(houses.values()) + sum(each.amount_minor for each in movements):
            raise LedgerError(f"{operation} does not sum to zero")
        self._legs += post(operation, movements, houses, why, now=self.now)


def _positive(amount_minor: int) -> int:
    if amount_minor <= 0:
        raise LedgerError(f"an amount must be positive, not {amount_minor}")
    return amount_minor


def _not_negative(amount_minor: int) -> int:
    if amount_minor < 0:
        raise LedgerError(f"an amount must not be negative, not {amount_minor}")
    return amount_minor
