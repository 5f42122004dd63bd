"""A wallet on the way along its entries."""

from __future__ import annotations

from collections import defaultdict
from typing import Any

from sqlalchemy import Row

from billing_worker.audit.differences import Difference
from shared.ledger.accounts import Purse


class WalkedWallet:
    """What is known of a wallet once some of its entries were taken: `after` and `sums` by purse."""

    def __init__(self, row: Row[Any]) -> None:
        self.row = row
        self.seq = 0
        self.hash = b""
        self.after: defaultdict[str, int] = defaultdict(int)
        self.sums: defaultdict[str, int] = defaultdict(int)

    def take(self, row: Row[Any]) -> None:
        """Go past an entry."""
        self.seq, self.hash = row.seq, row.hash
        self.after[row.purse] = row.balance_after_minor
        self.sums[row.purse] += row.amount_minor

    def differences(self) -> list[Difference]:
        """Return where the wallet and the end of its entries differ."""
        row, account = self.row, self.row.account_id
        found = []
        if self.seq < row.chain_seq:
            what = f"{numbers(self.seq + 1, row.chain_seq)} missing at the end"
            found.append(
                Difference(
                    check="entry.missing",
                    message=what,
                    account=account,
                    seq=self.seq + 1,
                    expected=row.chain_seq,
                    found=self.seq,
                )
            )
        elif self.seq == row.chain_seq and self.hash != row.chain_hash:
            what = f"the wallet knows another hash of its last entry, number {self.seq}"
            hashes = {"expected": self.hash.hex(), "found": row.chain_hash.hex()}
            found.append(Difference(check="wallet.chain", message=what, account=account, seq=self.seq, **hashes))
        purses = {Purse.CREDIT: ("balance", row.balance_minor), Purse.EARNINGS: ("earned", row.earned_minor)}
        for purse, (name, has_minor) in purses.items():
            if not has_minor == self.sums[purse] == self.after[purse]:
                what = (
                    f"the wallet has {has_minor}, its entries of {purse} come to {self.sums[purse]},"
                    f" the last of them to {self.after[purse]}"
                )
                amounts = {"expected": self.sums[purse], "found": has_minor}
                found.append(Difference(check=f"wallet.{name}", message=what, account=account, **amounts))
        return found


def numbers(first: int, last: int) -> str:
    """Return the beginning of a sentence about these entries."""
    return f"number {first} is" if first == last else f"numbers {first} to {last} are"
