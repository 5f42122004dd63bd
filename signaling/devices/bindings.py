"""Whose notices come to this node's mailbox."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field
from uuid import UUID

from shared.bus.interface import Mailbox
from signaling.background import Background


@dataclass(slots=True)
class _Binding:
    holders: int = 0
    bound: bool = False
    lock: asyncio.Lock = field(default_factory=asyncio.Lock)
    """Binding and unbinding of one account must reach the broker in this order."""


class Bindings:
    """An account is bound while something holds it: a device of its, or one that is being let in."""

    def __init__(self, background: Background) -> None:
        self._mailbox: Mailbox | None = None
        self._background = background
        self._bindings: dict[UUID, _Binding] = {}

    def open(self, mailbox: Mailbox) -> None:
        """Use this mailbox; before, nothing can be held."""
        self._mailbox = mailbox

    async def hold(self, account_id: UUID) -> None:
        """Return when the account's notices come here. To be released, also after a failure."""
        self._bindings.setdefault(account_id, _Binding()).holders += 1
        await self._settle(account_id)

    def release(self, account_id: UUID) -> None:
        """One holder less; the last one has the account unbound."""
        binding = self._bindings[account_id]
        binding.holders -= 1
        if not binding.holders:
            self._background.start(self._settle(account_id))

    async def _settle(self, account_id: UUID) -> None:
        binding = self._bindings.get(account_id)
        if binding is None or self._mailbox is None:
            return
        async with binding.lock:
            if binding.holders and not binding.bound:
                await self._mailbox.bind(account_id)
                binding.bound = True
            elif binding.bound and not binding.holders:
                await self._mailbox.unbind(account_id)
                binding.bound = False
        if not binding.holders and not binding.bound and self._bindings.get(account_id) is binding:
            del self._bindings[account_id]
