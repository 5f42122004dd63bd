"""Whose notices come to this node's mailbox."""

from __future__ import annotations

import asyncio
from contextlib import nullcontext
from dataclasses import dataclass, field
from uuid import UUID

from shared.bus.interface import Mailbox
from shared.bus.topology import ACCOUNTS, Exchange
from signaling.background import Background


@dataclass(slots=True)
class _Binding:
    holders: int = 0
    calls: int = 0
    bound: bool = False
    lock: asyncio.Lock = field(default_factory=asyncio.Lock)
    """Binding and unbinding of one account must reach the broker in this order."""

    @property
    def wanted(self) -> bool:
        return self.holders > 0 or self.calls > 0


class Bindings:
    """An account is bound while something holds it: a device of its, one being let in, a call or a watcher.

    At most `at_once` words wait for the broker, which answers a mailbox one after another: where thousands are to
    be bound that nobody waits for, they must not stand in front of a device that is being let in.
    """

    def __init__(
        self, background: Background, *, exchange: Exchange = ACCOUNTS, at_once: int | None = None
    ) -> None:
        self._turn = nullcontext() if at_once is None else asyncio.Semaphore(at_once)
        self._mailbox: Mailbox | None = None
        self._background = background
        self._exchange = exchange
        self._bindings: dict[UUID, _Binding] = {}

    def open(self, mailbox: Mailbox) -> None:
        """Use this mailbox; before, nothing can be held."""
        self._mailbox = mailbox

    async def hold(self, account_id: UUID) -> None:
        """Return when the account's notices come here. To be released, also after a failure."""
        self.take(account_id)
        await self.settle(account_id)

    def take(self, account_id: UUID) -> None:
        """Hold the account, which is bound as soon as somebody has it settled."""
        self._bindings.setdefault(account_id, _Binding()).holders += 1

    def hold_for_call(self, account_id: UUID) -> None:
        """Have the account bound for a call that it pays, wherever its devices are."""
        self._bindings.setdefault(account_id, _Binding()).calls += 1
        self._background.start(self.settle(account_id))

    def release_for_call(self, account_id: UUID) -> None:
        """One such call less."""
        self._bindings[account_id].calls -= 1
        self._background.start(self.settle(account_id))

    def holders(self, account_id: UUID) -> int:
        """Return how many hold this account, calls that it pays not counted."""
        binding = self._bindings.get(account_id)
        return 0 if binding is None else binding.holders

    @property
    def held(self) -> set[UUID]:
        """The accounts that are held."""
        return {account_id for account_id, binding in self._bindings.items() if binding.holders}

    def release(self, account_id: UUID) -> None:
        """One holder less; the last one has the account unbound."""
        binding = self._bindings[account_id]
        binding.holders -= 1
        if not binding.wanted:
            self._background.start(self.settle(account_id))

    async def settle(self, account_id: UUID) -> None:
        """Return when the account is bound where it is held, and not where it is not."""
        binding = self._bindings.get(account_id)
        if binding is None or self._mailbox is None:
            return
        async with binding.lock:
            if binding.wanted is not binding.bound:
                async with self._turn:
                    await self._say(account_id, binding, self._mailbox)
        if not binding.wanted and not binding.bound and self._bindings.get(account_id) is binding:
            del self._bindings[account_id]

    async def _say(self, account_id: UUID, binding: _Binding, mailbox: Mailbox) -> None:
        if binding.wanted and not binding.bound:
            await mailbox.bind(account_id, exchange=self._exchange)
            binding.bound = True
        elif binding.bound and not binding.wanted:
            await mailbox.unbind(account_id, exchange=self._exchange)
            binding.bound = False
