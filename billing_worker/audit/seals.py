"""Proof that what was booked before a moment is still there, unchanged, whoever has recomputed which hashes.

The seal of a moment is SHA-256 over, wallet by wallet in the order of their ids, the id, the number and the hash of
the last of its entries before the first one that was booked at that moment or later; and after them, in the order
of their names, the hashes of the operations before that moment that touch no wallet. Each hash covers all that went
before it in its wallet, so one seal covers all. It follows from the moment and the books alone: whoever has kept
both, elsewhere, can have it made again.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from datetime import datetime, timedelta
from uuid import UUID

SEAL_AGE = timedelta(minutes=10)
"""A moment is sealed when it has passed for so long: what was on its way into the books then is in them, or never.

Far longer than any transaction lasts, and than the clocks of the programs' machines may differ.
"""
NOBODY = UUID(int=0)

EndTaker = Callable[[UUID, int, bytes], None]


class Sealing:
    """Makes the seal of one moment; fed with all entries, in the order of wallets and of numbers.

    `take_end` is told where the chain of each wallet ends, as far as it is sealed.
    """

    def __init__(self, until: datetime, take_end: EndTaker | None = None) -> None:
        self.until = until
        self._take_end = take_end
        self._digest = hashlib.sha256()
        self._end: tuple[int, bytes] | None = None
        self._over = False

    def entry(self, created_at: datetime, seq: int, entry_hash: bytes) -> None:
        """Take the wallet's next entry."""
        self._over = self._over or created_at >= self.until
        if not self._over:
            self._end = seq, entry_hash

    def finish(self, account: UUID) -> None:
        """Take that the wallet has no more entries."""
        if self._end is not None:
            self._add(account, *self._end)
            if self._take_end is not None:
                self._take_end(account, *self._end)
        self._end, self._over = None, False

    def operation(self, created_at: datetime, operation_hash: bytes) -> None:
        """Take an operation that touches no wallet; after all wallets, in the order of their names."""
        if created_at < self.until:
            self._add(NOBODY, 0, operation_hash)

    @property
    def seal(self) -> bytes:
        """Return the seal of what was taken so far."""
        return self._digest.digest()

    def _add(self, account: UUID, seq: int, entry_hash: bytes) -> None:
        self._digest.update(account.bytes + seq.to_bytes(8, signed=True) + entry_hash)
