"""The model's money: wallets and one list of entries. Standard library only; slow, and simple enough to be read.

Names of accounts, payments and so on are plain words; an operation has the name that the product must give it.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime

CREDIT, EARNINGS = "credit", "earnings"


@dataclass
class Wallet:
    """An account's money. It is `blocked` since a minute could not be paid, `barred` at an operator's word."""

    price: int
    balance: int = 0
    held: int = 0
    earned: int = 0
    asking_price: int | None = None
    share_bp: int = 0
    blocked: bool = False
    barred: bool = False
    limit_a_call: int | None = None
    limit_a_day: int | None = None
    call: str | None = None
    """The live call that it is a party of."""

    @property
    def available(self) -> int:
        return self.balance - self.held


@dataclass(frozen=True)
class Entry:
    """One leg: into a purse of a wallet, or into an account of the house (`purse` is None then)."""

    operation: str
    account: str
    purse: str | None
    amount: int
    balance_after: int | None
    when: datetime


@dataclass
class Payment:
    """What somebody paid in; `returned` is what went back of it by the provider's references."""

    account: str
    amount: int
    settled: bool = False
    returned: dict[str, Returned] = field(default_factory=dict)

    @property
    def refunded(self) -> int:
        return min(self.amount, sum(part.amount for part in self.returned.values() if not part.failed))

    @property
    def given(self) -> int:
        """What the wallet has given for it."""
        return sum(part.taken - part.given for part in self.returned.values())


@dataclass
class Returned:
    """Money that went back to the payer: `taken` out of the wallet, the rest at the house's cost.

    Where that failed after all, the wallet was `given` so much again.
    """

    number: int
    amount: int
    taken: int
    failed: bool = False
    given: int = 0


class Purses:
    """Everybody's wallets and the ledger behind them."""

    def __init__(self) -> None:
        self.wallets: dict[str, Wallet] = {}
        self.payments: dict[str, Payment] = {}
        self.ledger: list[Entry] = []
        self._booked: set[str] = set()

    def post(
        self, operation: str, moves: list[tuple[str, str, int]], houses: dict[str, int], when: datetime
    ) -> None:
        """Book moves of purses against the house; what is nothing is not written down."""
        assert sum(amount for *_, amount in moves) + sum(houses.values()) == 0, operation
        assert operation not in self._booked, f"{operation} happened before"
        self._booked.add(operation)
        for account, purse, amount in moves:
            wallet = self.wallets[account]
            if purse == CREDIT:
                wallet.balance += amount
            else:
                wallet.earned += amount
            after = wallet.balance if purse == CREDIT else wallet.earned
            if amount:
                self.ledger.append(Entry(operation, account, purse, amount, after, when))
        for house, amount in houses.items():
            if amount:
                self.ledger.append(Entry(operation, house, None, amount, None, when))

    def order(self, payment: str, account: str, amount: int) -> None:
        """A payment is begun."""
        self.payments[payment] = Payment(account, amount)

    def pay(self, payment: str, when: datetime) -> None:
        """The provider confirms a payment; only the first time counts."""
        paid = self.payments[payment]
        if not paid.settled:
            paid.settled = True
            self.post(f"top_up:{payment}", [(paid.account, CREDIT, paid.amount)], {"provider": -paid.amount}, when)
            self.unblock(paid.account)

    def pay_back(self, payment: str, reference: str, amount: int, when: datetime, *, failed: bool) -> None:
        """The provider tells of money that went back to the payer or, `failed`, that it did not after all."""
        paid = self.payments[payment]
        known = paid.returned.get(reference)
        if known is None:
            number = len(paid.returned) + 1
            taken = 0 if failed else min(amount, paid.amount - paid.refunded, self.wallets[paid.account].available)
            paid.returned[reference] = Returned(number, amount, taken, failed)
            if not failed:
                self._send_back(f"payment_refund:{payment}:{number}", paid.account, amount, taken, when)
        elif failed and not known.failed and known.amount == amount:
            known.failed = True
            # The wallet has given in the end what the payer really has of it, whichever of several parts fails.
            known.given = max(0, paid.given - paid.refunded)
            operation = f"payment_refund_failed:{payment}:{known.number}"
            self._send_back(operation, paid.account, -amount, -known.given, when)

    def _send_back(self, operation: str, account: str, amount: int, taken: int, when: datetime) -> None:
        could_pay = self.can_pay(account)
        self.post(operation, [(account, CREDIT, -taken)], {"uncollected": taken - amount, "provider": amount}, when)
        self.judge_idle(account, could_pay=could_pay)

    def adjust(self, adjustment: str, account: str, amount: int, when: datetime) -> bool:
        """An operator gives or takes; never more than is available, and once under one name."""
        if self.wallets[account].available + amount < 0 or f"adjustment:{adjustment}" in self._booked:
            return False
        could_pay = self.can_pay(account)
        self.post(f"adjustment:{adjustment}", [(account, CREDIT, amount)], {"adjustments": -amount}, when)
        self.judge_idle(account, could_pay=could_pay)
        return True

    def pay_out(self, payout: str, account: str, amount: int, when: datetime) -> bool:
        """An operator notes that earnings were paid out; never more than there are."""
        if self.wallets[account].earned < amount:
            return False
        self.post(f"payout:{payout}", [(account, EARNINGS, -amount)], {"payouts": amount}, when)
        return True

    def set_price(self, account: str, price: int) -> None:
        """A minute costs this from the next call on."""
        could_pay = self.can_pay(account)
        self.wallets[account].price = price
        self.judge_idle(account, could_pay=could_pay)

    def can_pay(self, account: str) -> bool:
        """Whether the available money pays a minute at the account's own price."""
        return self.wallets[account].available >= self.wallets[account].price

    def unblock(self, account: str) -> None:
        """A block for lack of money ends as soon as a minute can be paid."""
        if self.can_pay(account):
            self.wallets[account].blocked = False

    def judge(self, account: str) -> None:
        """Blocked is who has less than a minute costs."""
        self.wallets[account].blocked = not self.can_pay(account)

    def judge_idle(self, account: str, *, could_pay: bool) -> None:
        """Whose next minute was just taken away is blocked; but the end of a call that goes on judges itself."""
        if could_pay and not self.wallets[account].held:
            self.judge(account)
        self.unblock(account)
