"""Who is looked for: a device that connects while its account is called rings as well."""

from __future__ import annotations

from collections import OrderedDict
from uuid import UUID

from msgspec import Struct

from shared.messages.nodes import FindCallee

SEARCHES_MAX = 10_000


class Search(Struct, frozen=True, kw_only=True):
    """A call that rings somewhere else."""

    call_id: UUID
    node: str
    account_id: UUID
    until_ms: int


class Searches:
    """The newest ones; what is forgotten costs a device that connects late its ringing, nothing else."""

    def __init__(self) -> None:
        self._by_account: OrderedDict[UUID, Search] = OrderedDict()

    def note(self, asked: FindCallee, now_ms: int) -> None:
        """Somebody is called: billing lets one call at a time ring for an account."""
        self._by_account[asked.account_id] = Search(
            call_id=asked.call_id, node=asked.node, account_id=asked.account_id, until_ms=now_ms + asked.ring_ms
        )
        self._by_account.move_to_end(asked.account_id)
        if len(self._by_account) > SEARCHES_MAX:
            self._by_account.popitem(last=False)

    def for_account(self, account_id: UUID, now_ms: int) -> Search | None:
        """Return the call that may still ring for the account."""
        search = self._by_account.get(account_id)
        if search is not None and search.until_ms <= now_ms:
            del self._by_account[account_id]
            return None
        return search

    def over(self, call_id: UUID, account_id: UUID) -> None:
        """The call does not ring any more."""
        search = self._by_account.get(account_id)
        if search is not None and search.call_id == call_id:
            del self._by_account[account_id]
