"""A history that was logged, a database that has lost it, and what a replay makes of the two."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import insert, update
from sqlalchemy.ext.asyncio import AsyncEngine

from billing_worker.replay.replay import replaying
from billing_worker.replay.tally import Tally
from billing_worker.terms import Terms
from shared.bus.rabbit.logged import Logged
from shared.clock import Clock
from shared.database import transaction
from shared.ids import new_id
from shared.ledger import Ledger
from shared.ledger.posting import Why
from shared.messages.base import CallTerms, EndReason
from shared.messages.events import (
    BalanceAdjusted,
    BalanceForfeited,
    CallEnded,
    CallStarted,
    Event,
    PaymentSettled,
    PayoutRecorded,
)
from shared.messages.registry import encode, type_of
from shared.models import Payment, Wallet
from tests.billing_worker.town import Conversation, Resident, Town

CURRENCY = "EUR"


@dataclass
class Log:
    """The stream billing.log, as a replay reads it."""

    clock: Clock | None = None
    """By which messages are published; without, they do not say when."""
    messages: list[Logged] = field(default_factory=list)

    def write(self, *events: Event) -> None:
        """Append events."""
        for event in events:
            self.append(encode(event), type_of(event), str(event.event_id), getattr(event, "call_id", None))

    def append(self, body: bytes, type_name: str, message_id: str, call_id: UUID | None = None) -> None:
        """Append any message."""
        self.messages.append(
            Logged(
                type=type_name,
                message_id=message_id,
                body=body,
                correlation_id=str(call_id) if call_id else None,
                offset=len(self.messages),
                published_at=self.clock.now() if self.clock else None,
            )
        )


@dataclass
class History:
    """What happens in a town, and is logged."""

    town: Town
    log: Log = field(default_factory=Log)

    def __post_init__(self) -> None:
        self.log.clock = self.town.clock

    async def talk(self, caller: Resident, callee: Resident, *, talk_ms: int, minutes: int = 1) -> Conversation:
        """Have a call from its authorization to its settled end."""
        call = await self.town.calls(caller, callee, minutes=minutes)
        started = call.started()
        ended = await self.end_of(call, talk_ms, started=started)
        self.log.write(started, ended)
        assert await self.town.hears(started, ended) == []
        return call

    async def shares(self, earner: Resident, share_bp: int) -> None:
        """Let somebody earn a share of the calls that they take."""
        async with transaction(self.town.engine) as connection:
            share = update(Wallet).where(Wallet.account_id == earner.id).values(earning_share_bp=share_bp)
            await connection.execute(share)

    async def end_of(self, call: Conversation, talk_ms: int, *, started: CallStarted | None = None) -> CallEnded:
        """Return a self-contained end, as signaling tells it."""
        row = await call.record()
        return CallEnded(
            event_id=new_id(),
            call_id=call.id,
            caller_id=row.caller_id,
            callee_id=row.callee_id,
            node=row.node,
            reason=EndReason.HUNG_UP,
            talk_ms=talk_ms,
            price_minor=row.price_minor,
            started_at=started.started_at if started else None,
            ended_at=self.town.clock.now() + timedelta(milliseconds=talk_ms),
            terms=CallTerms(
                minute_ms=row.minute_ms,
                free_ms=row.free_ms,
                grace_ms=row.grace_ms,
                earning_share_bp=row.earning_share_bp,
                authorized_at=row.authorized_at,
            ),
            minutes_held=row.minutes_held,
            epoch=row.epoch,
        )

    async def begin_payment(self, payer: Resident, amount_minor: int) -> UUID:
        """Have a payment begun that nobody has paid yet."""
        payment_id, now = new_id(), self.town.clock.now()
        async with transaction(self.town.engine) as connection:
            values = {
                "id": payment_id,
                "account_id": payer.id,
                "amount_minor": amount_minor,
                "currency": CURRENCY,
                "provider": "sandbox",
                "provider_ref": f"ref-{payment_id}",
                "created_at": now - timedelta(minutes=1),
            }
            await connection.execute(insert(Payment).values(values))
        return payment_id

    async def pay(self, payer: Resident, amount_minor: int, *, payment_id: UUID | None = None) -> PaymentSettled:
        """Have a payment settled."""
        payment_id, now = payment_id or await self.begin_payment(payer, amount_minor), self.town.clock.now()
        event = PaymentSettled(
            event_id=new_id(),
            payment_id=payment_id,
            account_id=payer.id,
            amount_minor=amount_minor,
            currency=CURRENCY,
            provider="sandbox",
            provider_ref=f"ref-{payment_id}",
            settled_at=now,
            created_at=now - timedelta(minutes=1),
            provider_charge_ref="charge-1",
        )
        async with transaction(self.town.engine) as connection:
            settled = {"status": "settled", "settled_at": now, "provider_charge_ref": event.provider_charge_ref}
            await connection.execute(update(Payment).where(Payment.id == payment_id).values(settled))
            ledger = await Ledger.open(connection, [payer.id], now=now)
            ledger.top_up(payer.id, amount_minor, payment_id=payment_id, occurred_at=now)
            ledger.unblock(payer.id)
            await ledger.save()
        self.log.write(event)
        return event

    async def book(self, event: Event, *, to: Resident) -> None:
        """Book what an operator or a leaving person does, as the API does, and log it."""
        now = self.town.clock.now()
        async with transaction(self.town.engine) as connection:
            ledger = await Ledger.open(connection, [to.id], now=now)
            match event:
                case BalanceAdjusted():
                    why = Why(event.adjusted_at, event.reason, event.actor_id)
                    ledger.adjust(to.id, event.amount_minor, adjustment_id=event.adjustment_id, why=why)
                case PayoutRecorded():
                    why = Why(event.paid_at, event.reference, event.actor_id)
                    ledger.pay_out(to.id, event.amount_minor, payout_id=event.payout_id, why=why)
                case BalanceForfeited():
                    ledger.forfeit(to.id, occurred_at=event.forfeited_at)
                case _:
                    raise AssertionError(event)
            await ledger.save()
        self.log.write(event)

    async def replay(self, engine: AsyncEngine, **options: Any) -> Tally:
        """Replay the log over a database."""
        return await replay(engine, self.log.messages, clock=self.town.clock, terms=self.town.terms, **options)


async def replay(
    engine: AsyncEngine,
    messages: Sequence[Logged],
    *,
    clock: Clock,
    terms: Terms,
    batch_max: int = 7,
    dry_run: bool = False,
    call_id: UUID | None = None,
) -> Tally:
    """Replay messages in batches, read ahead once."""
    held = replaying(engine, terms=terms, clock=clock, batch_max=batch_max, dry_run=dry_run, call_id=call_id)
    async with held as one:
        one.look_ahead(messages)
        for begin in range(0, len(messages), batch_max):
            await one.take(messages[begin : begin + batch_max])
        return await one.finish()


def counts(tally: Tally) -> tuple[int, int, int, int]:
    """Return seen, already applied, newly applied, refused."""
    total = tally.total
    return total.seen, total.already_applied, total.newly_applied, total.refused
