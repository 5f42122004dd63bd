"""The price that new accounts get."""

from datetime import datetime
from typing import NamedTuple

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncConnection

from shared.models import PriceChange


class DefaultPrice(NamedTuple):
    """Minor units a minute; since when and by whom, where an operator has set it."""

    price_minor: int
    changed_at: datetime | None = None
    actor_name: str | None = None


async def default_price(connection: AsyncConnection, *, setting_minor: int) -> DefaultPrice:
    """Return what operators have set last, else what the setting says."""
    row = (await connection.execute(_LATEST)).one_or_none()
    if row is None or row.after is None:
        return DefaultPrice(setting_minor)
    return DefaultPrice(row.after, row.created_at, row.actor_name)


_LATEST = (
    select(PriceChange.after, PriceChange.created_at, PriceChange.actor_name)
    .where(PriceChange.what == "default_price")
    .order_by(PriceChange.id.desc())
    .limit(1)
)
