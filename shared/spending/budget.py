"""What a minute costs, how many of them somebody can pay, and what keeps them from more. Pure."""

from __future__ import annotations

from enum import StrEnum
from typing import NamedTuple

from shared.ledger import OpenWallet
from shared.messages.base import RefusalReason, SpendLimit
from shared.money import shortfall_minor


class Bound(StrEnum):
    """What the minute after the last one that can be paid fails for."""

    CALL = "call"
    """The owner's limit for one call."""
    DAY = "day"
    """The owner's limit for one day."""
    FUNDS = "funds"
    """The money in the wallet."""


class Budget(NamedTuple):
    """What is left for further minutes of one call.

    `minutes` of them can be held; the next one fails for `bound`, which leaves `left_minor` in all: below zero
    where a limit was lowered since. All three are None where minutes cost nothing.
    """

    minutes: int | None
    bound: Bound | None
    left_minor: int | None

    @property
    def is_spent(self) -> bool:
        """Whether not one more minute can be held."""
        return self.minutes == 0

    @property
    def spend_limit(self) -> SpendLimit | None:
        """Which of the owner's limits is the bound; None where none is."""
        match self.bound:
            case Bound.CALL:
                return "call"
            case Bound.DAY:
                return "day"
            case Bound.FUNDS | None:
                return None


class Obstacle(NamedTuple):
    """Why somebody can begin no call at this price; the words are those of `requests.Refused`."""

    reason: RefusalReason
    price_minor: int | None = None
    shortfall_minor: int | None = None
    spend_limit: SpendLimit | None = None
    left_minor: int | None = None


def price_of(payer: OpenWallet, callee: OpenWallet | None) -> int:
    """Return what a minute costs who calls this callee: what that one asks, else the caller's own price."""
    asked_minor = None if callee is None else callee.asking_price_minor
    return payer.price_minor if asked_minor is None else asked_minor


def budget(payer: OpenWallet, *, price_minor: int, held_minor: int = 0, spent_today_minor: int = 0) -> Budget:
    """Return what is left to a payer for one call, of which `held_minor` are held already.

    `spent_today_minor` was charged today; all that is held counts as today's as well. Where
    several bounds leave as many minutes, the first in the order of `Bound` is named: no money helps against limits.
    """
    if not price_minor:
        return Budget(None, None, None)
    minutes, bound, left_minor = payer.available_minor // price_minor, Bound.FUNDS, payer.available_minor
    limits = (
        (Bound.DAY, payer.spend_day_minor_max, spent_today_minor + payer.held_minor),
        (Bound.CALL, payer.spend_call_minor_max, held_minor),
    )
    for limit, most_minor, used_minor in limits:
        if most_minor is not None and max(0, most_minor - used_minor) // price_minor <= minutes:
            bound, left_minor = limit, most_minor - used_minor
            minutes = max(0, left_minor) // price_minor
    return Budget(minutes, bound, left_minor)


def obstacle(payer: OpenWallet, *, price_minor: int, spent_today_minor: int = 0) -> Obstacle | None:
    """Return why the payer can begin no call of this price; None where one can.

    Blocks come first: an operator's, against which no money helps, then the one for lack of money, which is about
    the account's own price, whatever this call costs.
    """
    if payer.operator_blocked_at is not None:
        return Obstacle(RefusalReason.BLOCKED)
    if payer.blocked_at is not None and not payer.can_pay_a_minute:
        return _lacking(RefusalReason.BLOCKED, payer, max(price_minor, payer.price_minor))
    left = budget(payer, price_minor=price_minor, spent_today_minor=spent_today_minor)
    if not left.is_spent:
        return None
    if left.spend_limit is None:
        return _lacking(RefusalReason.INSUFFICIENT_FUNDS, payer, price_minor)
    return Obstacle(
        RefusalReason.SPEND_LIMIT,
        price_minor=price_minor,
        spend_limit=left.spend_limit,
        left_minor=max(0, left.left_minor or 0),
    )


def _lacking(reason: RefusalReason, payer: OpenWallet, price_minor: int) -> Obstacle:
    missing_minor = shortfall_minor(payer.available_minor, price_minor=price_minor)
    return Obstacle(reason, price_minor=price_minor, shortfall_minor=missing_minor)
