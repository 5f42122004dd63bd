"""Quoting a call: by the very rules by which it would be admitted."""

from dataclasses import dataclass
from datetime import tzinfo

from sqlalchemy import ColumnElement
from sqlalchemy.ext.asyncio import AsyncEngine

from api.quotes.reading import Found, find
from api.quotes.schemas import Quote, QuoteReason
from api.security import Login
from shared.clock import Clock
from shared.messages.base import RefusalReason
from shared.settings import Settings
from shared.spending.budget import Obstacle, budget, obstacle, price_of
from shared.spending.day import day_began, time_zone


@dataclass(frozen=True, kw_only=True)
class CallTerms:
    """The terms that a call of now would get, and how long any may be."""

    minute_ms: int
    free_ms: int
    grace_ms: int
    call_ms_max: int
    currency: str
    day_zone: tzinfo

    @classmethod
    def of(cls, settings: Settings) -> "CallTerms":
        """Return the terms that the settings make."""
        return cls(
            minute_ms=settings.minute_ms,
            free_ms=settings.free_talk_ms,
            grace_ms=settings.talk_grace_ms,
            call_ms_max=settings.call_ms_max,
            currency=settings.currency,
            day_zone=time_zone(settings.spend_day_time_zone),
        )


@dataclass(frozen=True)
class Quotes:
    """Says what a call would cost."""

    engine: AsyncEngine
    clock: Clock
    terms: CallTerms

    async def quote(self, login: Login, callee: ColumnElement[bool] | None) -> Quote:
        """Return what a call of this callee, or of one who asks no price, would cost. Raises `NotFoundError`."""
        began = day_began(self.clock.now(), self.terms.day_zone)
        found = await find(self.engine, login.account_id, callee, day_began=began)
        return quote_of(found, self.terms)


def quote_of(found: Found, terms: CallTerms) -> Quote:
    """Return the quote that follows; pure."""
    payer, price_minor = found.payer, price_of(found.payer, found.callee)
    hindrance = obstacle(payer, price_minor=price_minor, spent_today_minor=found.spent_today_minor)
    left = budget(payer, price_minor=price_minor, spent_today_minor=found.spent_today_minor)
    minutes = 0 if hindrance else left.minutes
    reason = _first_reason(found, hindrance)
    why = hindrance if hindrance and hindrance.reason == reason else None
    return Quote(
        price_minor=price_minor,
        currency=terms.currency,
        minute_ms=terms.minute_ms,
        free_ms=terms.free_ms,
        grace_ms=terms.grace_ms,
        minutes_affordable=minutes,
        talk_ms_max=_talk_ms_max(minutes, payer.call_ms_max, terms),
        allowed=reason is None,
        reason=reason,
        shortfall_minor=why.shortfall_minor if why else None,
        spend_limit=why.spend_limit if why else None,
        left_minor=why.left_minor if why else None,
    )


def _first_reason(found: Found, hindrance: Obstacle | None) -> QuoteReason | None:
    """Return the first of what admission would refuse for, of all that is about the payer alone."""
    if found.callee is not None and found.callee.account_id == found.payer.account_id:
        return "self_call"
    if found.payer.in_call_id is not None:
        return "already_in_call"
    if hindrance is not None:
        return _REASONS[hindrance.reason]
    return "on_your_blocklist" if found.is_on_blocklist else None


def _talk_ms_max(minutes: int | None, own_ms_max: int | None, terms: CallTerms) -> int:
    bounds = [terms.call_ms_max]
    if own_ms_max is not None:
        bounds.append(own_ms_max)
    if minutes is not None:
        bounds.append(terms.free_ms + minutes * terms.minute_ms if minutes else 0)
    return min(bounds)


_REASONS: dict[RefusalReason, QuoteReason] = {
    RefusalReason.BLOCKED: "blocked",
    RefusalReason.SPEND_LIMIT: "spend_limit",
    RefusalReason.INSUFFICIENT_FUNDS: "insufficient_funds",
}
