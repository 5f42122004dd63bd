"""Moments as they are typed."""

from __future__ import annotations

from datetime import UTC, datetime

import click


def moment(_ctx: click.Context, _param: click.Parameter, value: str | None) -> datetime | None:
    """Return a moment as ISO 8601 has it; of UTC, where no time zone is given. Raises `click.BadParameter`."""
    if value is None:
        return None
    try:
        typed = datetime.fromisoformat(value)
    except ValueError as error:
        raise click.BadParameter(f"{value!r} is no moment such as 2030-01-31T18:30:00+01:00") from error
    return typed if typed.tzinfo else typed.replace(tzinfo=UTC)
