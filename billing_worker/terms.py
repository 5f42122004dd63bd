"""What billing is done by, taken from the settings."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, timedelta, tzinfo

from shared.settings import Settings
from shared.spending.day import time_zone


@dataclass(frozen=True, slots=True, kw_only=True)
class Terms:
    """The terms of every call of this installation; prices belong to the accounts.

    Each call keeps those that it was authorized at.
    """

    minute_ms: int
    """Length of a charged minute."""
    free_ms: int = 0
    """Talk at the beginning of each call that costs nothing."""
    grace_ms: int = 0
    """Talk time up to which a call costs nothing at all."""
    correction_max: timedelta | None = None
    """How long after its settlement a call may still be corrected by a shorter end; None is for ever."""
    setup_ms: int
    """The longest that a call may take from its authorization until talk time runs."""
    currency: str
    day_zone: tzinfo = UTC
    """Whose midnight begins the day that payers have limited their spending for."""
    unknown_callees_told: bool = False
    """Callers hear of a callee that there is no such account; else that it cannot be reached."""

    node_silence: timedelta = timedelta(seconds=30)
    """People at a signaling node that was not heard of for longer count as offline."""

    @property
    def setup(self) -> timedelta:
        """Return `setup_ms` to be added to a moment."""
        return timedelta(milliseconds=self.setup_ms)

    @classmethod
    def of(cls, settings: Settings) -> Terms:
        """Return the terms that the settings make."""
        return cls(
            minute_ms=settings.minute_ms,
            free_ms=settings.free_talk_ms,
            grace_ms=settings.talk_grace_ms,
            correction_max=timedelta(seconds=settings.correction_seconds_max),
            setup_ms=settings.authorize_ms_max + settings.ring_ms_max + settings.connect_ms_max,
            currency=settings.currency,
            day_zone=time_zone(settings.spend_day_time_zone),
            node_silence=timedelta(seconds=settings.node_silence_seconds),
            unknown_callees_told=settings.callee_answers == "distinct",
        )
