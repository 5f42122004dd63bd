"""What providers have said: each event once, with the fact in it and what came of it."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

import msgspec
from sqlalchemy import bindparam, func, insert, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from api.payments.facts import Fact, MoneyReturned, Paid, ProvenFact
from api.payments.schemas import Outcome
from shared.models import WebhookEvent

_encode = msgspec.json.Encoder().encode
_decoder: msgspec.json.Decoder[MoneyReturned] = msgspec.json.Decoder(MoneyReturned)


@dataclass(frozen=True)
class Received:
    """The events of one provider, in one transaction."""

    connection: AsyncConnection
    provider: str
    now: datetime

    async def take_turn(self, fact: Fact) -> None:
        """Have facts about the same money wait for one another, until the transaction ends; first of all locks.

        Else a refund could look for a payment that is not confirmed yet while its confirmation looks for refunds
        that are not kept yet.
        """
        if isinstance(fact, Paid | MoneyReturned):
            await self.connection.execute(_TURN, {"name": f"{self.provider} {fact.charge_ref}"})

    async def is_known(self, proven: ProvenFact) -> bool:
        """Tell whether the event was received before. Ask under a lock that all that is about the same has."""
        event = {"provider": self.provider, "event_id": proven.event_id}
        return (await self.connection.execute(_KNOWN, event)).first() is not None

    async def remember(self, proven: ProvenFact, outcome: Outcome, *, payment_id: UUID | None) -> None:
        """Store the event with what came of it."""
        event = {
            "provider": self.provider,
            "event_id": proven.event_id,
            "received_at": self.now,
            "outcome": outcome,
            "payment_id": payment_id,
            "charge_ref": getattr(proven.fact, "charge_ref", None),
            "fact": _encode(proven.fact).decode(),
        }
        await self.connection.execute(_REMEMBER, event)

    async def kept(self, charge_ref: str) -> Sequence[Any]:
        """Return the events about this money that came before its payment was confirmed, oldest first."""
        found = await self.connection.execute(_KEPT, {"provider": self.provider, "charge_ref": charge_ref})
        return found.all()

    async def carried_out(self, event_id: str, outcome: Outcome, *, payment_id: UUID) -> None:
        """Store what came of an event that was kept."""
        event = {"of_provider": self.provider, "of_event": event_id, "outcome": outcome, "payment_id": payment_id}
        await self.connection.execute(_CARRIED_OUT, event)


def kept_fact(row: Any) -> MoneyReturned:
    """Return the fact of an event that was kept: no other kind is."""
    return _decoder.decode(row.fact)


_TURN = select(func.pg_advisory_xact_lock(func.hashtextextended(bindparam("name"), 0)))
_KNOWN = select(WebhookEvent.event_id).where(
    WebhookEvent.provider == bindparam("provider"), WebhookEvent.event_id == bindparam("event_id")
)
_REMEMBER = insert(WebhookEvent)
_KEPT = (
    select(WebhookEvent.event_id, WebhookEvent.fact, WebhookEvent.received_at)
    .where(
        WebhookEvent.provider == bindparam("provider"),
        WebhookEvent.charge_ref == bindparam("charge_ref"),
        WebhookEvent.outcome == "kept",
    )
    .order_by(WebhookEvent.received_at, WebhookEvent.event_id)
)
_CARRIED_OUT = (
    update(WebhookEvent)
    .where(WebhookEvent.provider == bindparam("of_provider"), WebhookEvent.event_id == bindparam("of_event"))
    .values(outcome=bindparam("outcome"), payment_id=bindparam("payment_id"))
)
