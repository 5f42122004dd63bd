"""From which day to which day. Entries count by when they were booked: of a month that is over nothing changes."""

from datetime import UTC, date, datetime, time
from typing import Annotated, NamedTuple

from litestar.params import QueryParameter

BEGINNING = date(1970, 1, 1)
END = date(9999, 12, 31)

Since = Annotated[date, QueryParameter(description="The first day (UTC), by the time of booking")]
Until = Annotated[date, QueryParameter(description="The day after the last one (UTC), by the time of booking")]


class Period(NamedTuple):
    """From the first moment to the one before `until`; nothing where that is not later."""

    since: datetime
    until: datetime

    @classmethod
    def of(cls, since: date, until: date) -> "Period":
        """Return the period of these days, the last one not included."""
        return cls(midnight(since), midnight(until))


def midnight(day: date) -> datetime:
    """Return when the day begins, in UTC."""
    return datetime.combine(day, time(), UTC)
