"""What accounts were charged since a moment."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import ARRAY, DateTime, Uuid, bindparam, func, select
from sqlalchemy.ext.asyncio import AsyncConnection

from shared.ids import first_id_at
from shared.messages.base import TALK_MS_MAX
from shared.models import Call

CALL_AGE_MAX = timedelta(milliseconds=TALK_MS_MAX) + timedelta(days=1)
"""No call that ends now was invited to longer ago; a day of it is for clocks that differ."""


async def spent_since(
    connection: AsyncConnection, account_ids: Collection[UUID], since: datetime
) -> dict[UUID, int]:
    """Return what these accounts were charged since then, less what operators gave back of it.

    In minor units; accounts that were charged nothing are left out. Under the lock of a wallet nothing can be added
    for its owner. Reads one account's calls of a few days, by the index over caller and id.
    """
    found = await connection.execute(
        _SPENT, {"ids": list(account_ids), "since": since, "first_id": first_id_at(since - CALL_AGE_MAX)}
    )
    return {row.caller_id: int(row.spent_minor) for row in found}


_SPENT = (
    select(Call.caller_id, func.sum(Call.charge_minor - Call.refunded_minor).label("spent_minor"))
    .where(
        Call.caller_id == bindparam("ids", type_=ARRAY(Uuid)).any_(),
        Call.id >= bindparam("first_id", type_=Uuid),
        # Billing's own clock: those of the nodes that calls end at may differ.
        Call.settled_at >= bindparam("since", type_=DateTime(timezone=True)),
        Call.charge_minor > 0,
    )
    .group_by(Call.caller_id)
)
