"""When the day began that a limit is for."""

from __future__ import annotations

from datetime import UTC, datetime, tzinfo
from zoneinfo import ZoneInfo


def time_zone(name: str) -> tzinfo:
    """Return the time zone of this name, e.g. ``Europe/Berlin``. Raises `ValueError` where there is none."""
    if name == "UTC":
        # Also where no time zones are installed.
        return UTC
    try:
        return ZoneInfo(name)
    except (KeyError, OSError, ValueError) as error:
        raise ValueError(f"there is no time zone {name!r}") from error


def day_began(now: datetime, zone: tzinfo) -> datetime:
    """Return the first moment of the calendar day that it is now in this zone, in UTC.

    A midnight that comes twice, since clocks go back over it, is the first one; one that clocks leave out is the
    moment at which they do.
    """
    midnight = now.astimezone(zone).replace(hour=0, minute=0, second=0, microsecond=0, fold=0)
    return midnight.astimezone(UTC)
