"""A firm whose books have everything in them that the product can book; booked by the product."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any
from uuid import UUID

import httpx
import msgspec
from sqlalchemy.ext.asyncio import AsyncEngine

from api.payments.facts import MoneyReturned, ProvenFact
from api.payments.sandbox import charge_of
from api.payments.settlement import Settlement
from billing_worker.audit.auditing import Report, audit
from billing_worker.audit.chain_files import ChainWriter, Earlier
from billing_worker.replay.prices import set_price
from shared.database import transaction
from shared.ids import new_id
from shared.ledger import Ledger
from shared.messages.base import EndReason
from shared.messages.events import CallEnded, PriceSet
from tests.api.office import adjust, hired, pay_out, refund
from tests.api.payers import ref_of, top_up
from tests.api.test_deletion import leave
from tests.api.world import Api, User
from tests.billing_worker.town import MINUTE_MS, Resident, Town
from tests.harness.clock import ManualClock

OVERDUE = timedelta(hours=1)


@dataclass
class Names:
    """Who and what is in the books, to be found again in a copy of them."""

    ann: UUID
    bob: UUID
    eve: UUID
    plain_call: UUID
    """Two minutes for 20 of ann's, to bob, who earns nothing of it."""
    shared_call: UUID
    """Three minutes of 30, of which bob earns 30 %; an operator gave 30 back."""
    corrected_call: UUID
    """Charged three minutes, corrected to one."""
    empty_call: UUID
    running_call: UUID
    payment: UUID
    """Of 1 000, ann's first."""
    pending_payment: UUID
    returned_payment: UUID
    """Of 50, eve's, taken back by her bank when 20 of it were spent."""
    refunded_payment: UUID
    """Of 300, ann's, of which an operator gave 100 back."""
    adjustment: UUID


async def look(
    engine: AsyncEngine,
    clock: ManualClock,
    *,
    earlier: Sequence[Earlier] = (),
    chains: ChainWriter | None = None,
) -> Report:
    """Audit."""
    return await audit(engine, clock=clock, overdue=OVERDUE, earlier=earlier, chains=chains)


def resident(user: User) -> Resident:
    """Return the user as one of the town."""
    return Resident(user.id, user.user_name)


async def keep_books(api: Api, clock: ManualClock) -> Names:
    """Fill the books, and return what is in them."""
    town = Town(api.engine, clock, audited=False)
    ann, bob, eve, leaver = [await api.register(name) for name in ("ann", "bob", "eve", "leaver")]
    olga = await hired(api, "olga")
    payment = await top_up(ann, 1_000)
    returned, refunded = await top_up(eve, 50), await top_up(ann, 300)
    await top_up(leaver, 25)
    pending = (await ann.post("/payments", {"amount_minor": 70})).json()
    clock.advance(1_000)

    plain = await _talks(town, ann, bob, minutes=2, talk_ms=MINUTE_MS + 1)
    await _talks(town, eve, bob, minutes=2, talk_ms=2 * MINUTE_MS)
    corrected = await _talks(town, ann, bob, minutes=3, talk_ms=3 * MINUTE_MS)
    await town.hears(msgspec.structs.replace(corrected, event_id=new_id(), talk_ms=1, reason=EndReason.LOST))
    empty = await _talks(town, ann, bob, minutes=1, talk_ms=0)

    await ask_price(api, bob.id, "asking_price", None, 30)
    await ask_price(api, bob.id, "earning_share", 0, 3_000)
    shared = await _talks(town, ann, bob, minutes=3, talk_ms=3 * MINUTE_MS)
    made(await refund(olga, shared.call_id, 30, "refund-1"))
    made(await pay_out(olga, bob, 11, "payout-1"))
    given = made(await adjust(olga, ann, 15, "adjustment-1", reason="ein Geschenk: „für dich“ \\ 🎁"))
    made(await adjust(olga, ann, -5, "adjustment-2"))

    body = {"amount_minor": 100, "reason": "not wanted"}
    made(await olga.post(f"/operator/payments/{refunded['id']}/refunds", body, key="refund-2"))
    await _bank_takes_back(api, returned, 50)
    assert await leave(leaver, forfeits_minor=25) == 204
    running = await town.calls(resident(ann), resident(bob), minutes=2)
    clock.advance(60_000)
    return Names(
        ann=ann.id,
        bob=bob.id,
        eve=eve.id,
        plain_call=plain.call_id,
        shared_call=shared.call_id,
        corrected_call=corrected.call_id,
        empty_call=empty.call_id,
        running_call=running.id,
        payment=UUID(payment["id"]),
        pending_payment=UUID(pending["id"]),
        returned_payment=UUID(returned["id"]),
        refunded_payment=UUID(refunded["id"]),
        adjustment=UUID(given["id"]),
    )


def made(answer: httpx.Response) -> dict[str, Any]:
    """Return what was made."""
    assert answer.is_success, answer.text
    body: dict[str, Any] = answer.json()
    return body


async def ask_price(api: Api, account_id: UUID, what: Any, before: int | None, after: int | None) -> None:
    """Set a price, and remember it."""
    now = api.clock.now()
    event = PriceSet(
        event_id=new_id(),
        account_id=account_id,
        what=what,
        before=before,
        after=after,
        reason="an expert",
        actor_id=None,
        actor_name="olga",
        set_at=now,
    )
    async with transaction(api.engine) as connection:
        ledger = await Ledger.open(connection, [account_id], now=now)
        await set_price(connection, event, ledger)
        await ledger.save()


async def _talks(town: Town, caller: User, callee: User, *, minutes: int, talk_ms: int) -> CallEnded:
    call = await town.calls(resident(caller), resident(callee), minutes=minutes)
    ended = call.ended(talk_ms)
    town.clock.advance(1_000)
    assert await town.hears(call.started(), ended) == []
    return ended


async def _bank_takes_back(api: Api, payment: dict[str, Any], amount_minor: int) -> None:
    fact = MoneyReturned(
        charge_ref=charge_of(ref_of(payment)),
        return_ref="dispute-1",
        refund_id=None,
        amount_minor=amount_minor,
        currency="EUR",
        status="succeeded",
        cause="dispute",
    )
    taken = await Settlement(api.engine, api.clock).take("sandbox", ProvenFact("evt_dispute", fact))
    assert taken == "refunded", taken
