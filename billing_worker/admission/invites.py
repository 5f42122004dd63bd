"""How many calls one may try to make: so many of one account, to one callee, and to one callee by everybody.

A callee is counted by what was named, be it the id or the user name, so that one who does not exist counts alike.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from itertools import chain
from typing import NamedTuple
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncConnection

from shared.clock import Clock
from shared.messages.requests import Authorize
from shared.settings import Settings
from shared.throttling.counters import Counters
from shared.throttling.shares import Rate, Share


@dataclass(frozen=True, slots=True, kw_only=True)
class InviteLimits:
    """How many invites there may be."""

    of_caller: Rate
    of_pair: Rate
    to_callee: Rate

    @classmethod
    def of(cls, settings: Settings) -> InviteLimits:
        """Return the limits that the settings make."""
        return cls(
            of_caller=Rate.parse(settings.invite_limit),
            of_pair=Rate.parse(settings.invite_limit_pair),
            to_callee=Rate.parse(settings.invite_limit_callee),
        )

    def shares(self, request: Authorize) -> SharesOfInvite:
        """Return what one invite is counted against."""
        caller = str(request.caller_id)
        callee = str(request.callee_id or (request.callee_user_name or "").lower())
        return SharesOfInvite(
            [Share("invite", caller, self.of_caller), Share("invite-of-pair", f"{caller} {callee}", self.of_pair)],
            [Share("invite-to-callee", callee, self.to_callee)],
        )


class SharesOfInvite(NamedTuple):
    """The caller's own, and those that all callers of a callee have together."""

    callers: list[Share]
    callees: list[Share]


@dataclass(frozen=True, slots=True)
class Invites:
    """The invites that are left to the callers of a batch."""

    counters: Counters
    shares: dict[UUID, SharesOfInvite]
    """Of each call."""

    @classmethod
    async def open(
        cls, connection: AsyncConnection, requests: Sequence[Authorize], *, limits: InviteLimits, clock: Clock
    ) -> Invites:
        """Lock what these requests are counted against."""
        shares = {request.call_id: limits.shares(request) for request in requests}
        counted = list(chain.from_iterable(chain.from_iterable(shares.values())))
        counters = await Counters.open(connection, counted, now=clock.now())
        return cls(counters, shares)

    def take(self, request: Authorize) -> timedelta | None:
        """Count an invite of the caller; or count nothing, and return how long to wait."""
        return self.counters.take(self.shares[request.call_id].callers)

    def take_to_callee(self, request: Authorize) -> timedelta | None:
        """Count it for the callee as well; or no longer for the caller either, and return how long to wait."""
        shares = self.shares[request.call_id]
        wait = self.counters.take(shares.callees)
        if wait is not None:
            self.counters.give_back(shares.callers)
        return wait
