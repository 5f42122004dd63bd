"""Answers batches of requests: admissions with one read, everything else in one transaction."""

from __future__ import annotations

import logging
from collections.abc import Collection, Sequence
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from billing_worker.admission.admit import admit
from billing_worker.admission.authorize import Room, authorize
from billing_worker.admission.invites import InviteLimits, Invites
from billing_worker.admission.lists import Lists
from billing_worker.admission.people import People, find_people
from billing_worker.admission.renew import renew
from billing_worker.announcing import ends
from billing_worker.calls import Calls
from billing_worker.notices import money_of_all, wallet_notices
from billing_worker.terms import Terms
from billing_worker.transactions import transact
from shared import outbox
from shared.bus.interface import UnavailableError
from shared.clock import Clock
from shared.database import reading
from shared.ledger import Ledger
from shared.messages.base import RefusalReason
from shared.messages.requests import Admit, Authorize, Refused, Renew, Reply, Request
from shared.spending.day import day_began
from shared.spending.spent import spent_since

log = logging.getLogger(__name__)


class AdmissionService:
    """Answers signaling's requests."""

    def __init__(self, engine: AsyncEngine, *, terms: Terms, limits: InviteLimits, clock: Clock) -> None:
        self._engine = engine
        self._terms = terms
        self._limits = limits
        self._clock = clock

    async def handle(self, requests: Sequence[Request]) -> list[Reply]:
        """Return the replies in the order of the requests. Raises `DatabaseUnavailableError`.

        Raises whatever went wrong with a batch of several: nothing of it has happened, and the bus gives them again
        one by one, so that the one at fault hurts no other.
        """
        try:
            return await self._answer(requests)
        except UnavailableError:
            raise
        except Exception:
            if len(requests) == 1 and isinstance(requests[0], Authorize):
                log.exception("Call %s could not be authorized", requests[0].call_id)
                return [Refused(call_id=requests[0].call_id, reason=RefusalReason.BILLING_UNAVAILABLE)]
            raise

    async def _answer(self, requests: Sequence[Request]) -> list[Reply]:
        admits = [request for request in requests if isinstance(request, Admit)]
        others = [request for request in requests if not isinstance(request, Admit)]
        admitted = iter(await self._admit(admits) if admits else [])
        decided = iter(await self._decide(others) if others else [])
        return [next(admitted) if isinstance(request, Admit) else next(decided) for request in requests]

    async def _admit(self, requests: Sequence[Admit]) -> Sequence[Reply]:
        async with reading(self._engine) as connection:
            return await admit(connection, requests, currency=self._terms.currency)

    async def _decide(self, requests: Sequence[Authorize | Renew]) -> Sequence[Reply]:
        async def work(connection: AsyncConnection) -> list[Reply]:
            room = await self._lock(connection, requests)
            before = money_of_all(room.ledger)
            replies = [_decided(request, room) for request in requests]
            await room.calls.save()
            await room.ledger.save()
            await room.invites.counters.save()
            notices = wallet_notices(room.ledger, before, currency=self._terms.currency)
            await outbox.store(connection, [*ends(room.calls.rows.values()), *notices])
            return replies

        return await transact(self._engine, work)

    async def _lock(self, connection: AsyncConnection, requests: Sequence[Authorize | Renew]) -> Room:
        now = self._clock.now()
        authorizes = [request for request in requests if isinstance(request, Authorize)]
        people = await find_people(connection, authorizes) if authorizes else People.of([])
        calls = await Calls.open(connection, {request.call_id for request in requests})
        new = [request for request in authorizes if request.call_id not in calls.rows]
        invites = await Invites.open(connection, new, limits=self._limits, clock=self._clock)
        payers = _payers(requests, calls)
        ledger = await Ledger.open(connection, payers | people.by_id.keys(), now=now)
        await calls.look_at({wallet.in_call_id for wallet in ledger.wallets.values() if wallet.in_call_id})
        lists = await Lists.read(connection, people.by_id.keys())
        return Room(
            people=people,
            lists=lists,
            invites=invites,
            calls=calls,
            ledger=ledger,
            spent_today=await self._spent_today(
                connection, ledger, {each.caller_id for each in authorizes} | payers
            ),
            now=now,
            terms=self._terms,
        )

    async def _spent_today(
        self, connection: AsyncConnection, ledger: Ledger, payers: Collection[UUID]
    ) -> dict[UUID, int]:
        """Return what payers who have limited it were charged today; read under the locks of their wallets."""
        wallets = (ledger.wallets.get(account_id) for account_id in payers)
        limited = [each.account_id for each in wallets if each and each.spend_day_minor_max is not None]
        if not limited:
            return {}
        return await spent_since(connection, limited, day_began(ledger.now, self._terms.day_zone))


def _decided(request: Authorize | Renew, room: Room) -> Reply:
    return authorize(request, room) if isinstance(request, Authorize) else renew(request, room)


def _payers(requests: Sequence[Authorize | Renew], calls: Calls) -> set[UUID]:
    """Return whose money the renewals hold."""
    renewed = (calls.rows.get(request.call_id) for request in requests if isinstance(request, Renew))
    return {call.caller_id for call in renewed if call is not None}
