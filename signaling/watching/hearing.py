"""Has hints about those who are watched come to this node."""

from __future__ import annotations

import asyncio
import contextlib

from signaling.background import Background
from signaling.devices.bindings import Bindings
from signaling.watching.watches import Watch


class Hearing:
    """Each watch holds the bindings of those whom it names."""

    def __init__(self, bindings: Bindings, background: Background, *, timeout_ms: int) -> None:
        self._bindings = bindings
        self._background = background
        self._timeout_ms = timeout_ms

    def begin(self, watch: Watch) -> None:
        """Want to hear of them."""
        for account_id in watch.account_ids:
            self._bindings.take(account_id)

    def end(self, watch: Watch) -> None:
        """No longer."""
        for account_id in watch.account_ids:
            self._bindings.release(account_id)

    async def until_bound(self, watch: Watch) -> None:
        """Return when hints about all of them come here, or it takes too long: then they come later."""
        bound = asyncio.Event()
        self._background.start(self._bind(watch, bound))
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(self._timeout_ms / 1_000):
                await bound.wait()

    async def _bind(self, watch: Watch, bound: asyncio.Event) -> None:
        await asyncio.gather(*(self._bindings.settle(account_id) for account_id in watch.account_ids))
        bound.set()
