"""When the day begins."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.spending.day import day_began, time_zone

ZONES = ("UTC", "Europe/Berlin", "America/New_York", "Asia/Kathmandu", "Pacific/Kiritimati", "Atlantic/Azores")
moments = st.datetimes(datetime(2000, 1, 1), datetime(2037, 12, 31), timezones=st.just(UTC))  # noqa: DTZ001 - in UTC


def utc(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


@pytest.mark.parametrize(
    ("zone", "now", "began"),
    [
        ("UTC", "2030-01-01 00:00", "2030-01-01 00:00"),
        ("UTC", "2030-01-01 23:59:59.999999", "2030-01-01 00:00"),
        ("Europe/Berlin", "2030-01-01 22:59:59", "2029-12-31 23:00"),
        ("Europe/Berlin", "2030-01-01 23:00", "2030-01-01 23:00"),
        ("Europe/Berlin", "2026-03-29 12:00", "2026-03-28 23:00"),
        ("Europe/Berlin", "2026-10-25 12:00", "2026-10-24 22:00"),
        # Clocks go from 1:00 back to 0:00: midnight comes twice, and the first one counts in both hours.
        ("Atlantic/Azores", "2026-10-25 00:30", "2026-10-25 00:00"),
        ("Atlantic/Azores", "2026-10-25 01:30", "2026-10-25 00:00"),
        # Clocks go from 0:00 on to 1:00: there is no midnight, and the day begins when they do.
        ("Africa/Cairo", "2024-04-26 10:00", "2024-04-25 22:00"),
    ],
)
def test_the_day_began_at_the_midnight_of_the_zone(zone: str, now: str, began: str) -> None:
    assert day_began(utc(now), time_zone(zone)) == utc(began)


@given(moments, st.sampled_from(ZONES))
def test_a_day_is_the_date_that_a_calendar_shows(now: datetime, name: str) -> None:
    """It began in it, not before, and is as long as days are where clocks change."""
    zone = time_zone(name)
    began = day_began(now, zone)
    date = now.astimezone(zone).date()
    assert began <= now < began + timedelta(hours=26)
    assert began.astimezone(zone).date() == date
    assert (began - timedelta(microseconds=1)).astimezone(zone).date() < date


@pytest.mark.parametrize("name", ["", "Mars/Olympus", "../etc/passwd", "/etc/localtime", "Europe", "a\0b"])
def test_what_is_no_zone_is_refused(name: str) -> None:
    with pytest.raises(ValueError, match="no time zone"):
        time_zone(name)
