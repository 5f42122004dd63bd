"""Calls as billing leaves them in the database."""

from datetime import timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import insert

from shared.database import transaction
from shared.ids import new_id
from shared.messages.base import EndReason
from shared.models import Call
from tests.api.world import Api, User
from tests.harness.clock import START


async def call(api: Api, caller: User, callee: User | None, reason: EndReason | None, talk_ms: int = 0) -> UUID:
    """Store a call attempt as billing does; one without a reason is still running."""
    call_id = new_id()
    minutes = -(-talk_ms // 60_000)
    ended: dict[str, Any] = {}
    if reason is not None:
        ended = {
            "talk_ms": talk_ms,
            "minutes": minutes,
            "charge_minor": minutes * 10,
            "reason": reason.value,
            "ended_at": START + timedelta(milliseconds=talk_ms),
            "settled_at": START + timedelta(milliseconds=talk_ms),
        }
    values = {
        "id": call_id,
        "caller_id": caller.id,
        "callee_id": callee.id if callee else None,
        "node": "node-1",
        "price_minor": 10,
        "minutes_held": minutes or 1,
        "authorized_at": START,
        "started_at": START if talk_ms else None,
        "lease_ends_at": START,
        **ended,
    }
    async with transaction(api.engine) as connection:
        await connection.execute(insert(Call).values(values))
    return call_id
