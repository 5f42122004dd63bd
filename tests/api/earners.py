"""Calls that were paid for, with their entries, as billing leaves them."""

from datetime import timedelta
from uuid import UUID

from sqlalchemy import insert

from shared.database import transaction
from shared.ids import new_id
from shared.ledger import Ledger
from shared.models import Call
from shared.money import share_of
from tests.api.world import Api, User

PRICE = 10


async def paid_call(api: Api, caller: User, callee: User, *, minutes: int, share_bp: int = 0) -> UUID:
    """Store a settled call and its charge, out of what the caller has."""
    call_id, now = new_id(), api.clock.now()
    charge_minor = minutes * PRICE
    earned_minor = share_of(charge_minor, share_bp=share_bp)
    call = {
        "id": call_id,
        "caller_id": caller.id,
        "callee_id": callee.id,
        "node": "node-1",
        "price_minor": PRICE,
        "minutes_held": minutes,
        "authorized_at": now,
        "started_at": now,
        "lease_ends_at": now,
        "talk_ms": minutes * 60_000,
        "minutes": minutes,
        "charge_minor": charge_minor,
        "reason": "hung_up",
        "ended_at": now + timedelta(minutes=minutes),
        "settled_at": now,
        "earning_share_bp": share_bp,
        "earned_minor": earned_minor,
    }
    async with transaction(api.engine) as connection:
        await connection.execute(insert(Call).values(call))
        ledger = await Ledger.open(connection, [caller.id, callee.id], now=now)
        earner = {"earner_id": callee.id, "earned_minor": earned_minor} if share_bp else {}
        ledger.charge(caller.id, charge_minor, call_id=call_id, **earner)  # type: ignore[arg-type]
        ledger.block(caller.id)
        await ledger.save()
    return call_id
