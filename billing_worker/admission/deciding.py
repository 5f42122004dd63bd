"""Answers a batch of requests that change calls, in one transaction: lock, decide, write."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import assert_never
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from billing_worker.admission.authorize import Room, authorize
from billing_worker.admission.invites import InviteLimits, Invites
from billing_worker.admission.lists import Lists
from billing_worker.admission.people import People, find_people
from billing_worker.admission.renew import renew
from billing_worker.admission.take_over import take_over
from billing_worker.announcing import ends, takeovers
from billing_worker.calls import Calls
from billing_worker.notices import money_of_all, wallet_notices
from billing_worker.presence.reach import Reach
from billing_worker.terms import Terms
from billing_worker.transactions import transact
from shared import outbox
from shared.clock import Clock
from shared.failpoints import Failpoint, failpoint
from shared.ledger import Ledger
from shared.messages.requests import Authorize, Renew, Reply, TakeOver
from shared.spending.day import day_began
from shared.spending.spent import spent_since

Decision = Authorize | Renew | TakeOver


class Decisions:
    """Decides about calls, all of a batch over the same locked rows."""

    def __init__(self, engine: AsyncEngine, *, terms: Terms, limits: InviteLimits, clock: Clock) -> None:
        self._engine = engine
        self._terms = terms
        self._limits = limits
        self._clock = clock

    async def answer(self, requests: Sequence[Decision]) -> Sequence[Reply]:
        """Return the replies in the order of the requests. Raises `DatabaseUnavailableError`."""

        async def work(connection: AsyncConnection) -> list[Reply]:
            room = await self._lock(connection, requests)
            before = money_of_all(room.ledger)
            replies = [_decided(request, room) for request in requests]
            await room.calls.save()
            await failpoint(Failpoint.ADMISSION_CALLS_SAVED)
            await room.ledger.save()
            await failpoint(Failpoint.ADMISSION_LEDGER_SAVED)
            await room.invites.counters.save()
            changed = room.calls.rows.values()
            notices = wallet_notices(room.ledger, before, currency=self._terms.currency)
            await outbox.store(connection, [*ends(changed), *takeovers(changed, now=room.now), *notices])
            await failpoint(Failpoint.ADMISSION_TOLD)
            return replies

        replies = await transact(self._engine, work)
        await failpoint(Failpoint.ADMISSION_COMMITTED)
        return replies

    async def _lock(self, connection: AsyncConnection, requests: Sequence[Decision]) -> Room:
        now = self._clock.now()
        authorizes = [request for request in requests if isinstance(request, Authorize)]
        calls = await Calls.open(connection, {request.call_id for request in requests})
        people = await _people(connection, requests, calls)
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
            reach=await self._reach(connection, people, new, now=now),
        )

    async def _reach(
        self, connection: AsyncConnection, people: People, requests: Sequence[Authorize], *, now: datetime
    ) -> Reach:
        """Return where callees are who are not at the node that asks."""
        elsewhere = (people.callee(request) for request in requests if not request.callee_reachable)
        callee_ids = {callee.account_id for callee in elsewhere if callee is not None}
        return await Reach.read(connection, callee_ids, alive_since=now - self._terms.node_silence)

    async def _spent_today(
        self, connection: AsyncConnection, ledger: Ledger, payers: Collection[UUID]
    ) -> dict[UUID, int]:
        """Return what payers who have limited it were charged today; read under the locks of their wallets."""
        wallets = (ledger.wallets.get(account_id) for account_id in payers)
        limited = [each.account_id for each in wallets if each and each.spend_day_minor_max is not None]
        if not limited:
            return {}
        return await spent_since(connection, limited, day_began(ledger.now, self._terms.day_zone))


def _decided(request: Decision, room: Room) -> Reply:
    match request:
        case Authorize():
            return authorize(request, room)
        case Renew():
            return renew(request, room)
        case TakeOver():
            return take_over(request, room)
        case _:
            assert_never(request)


async def _people(connection: AsyncConnection, requests: Sequence[Decision], calls: Calls) -> People:
    """Return whom invites name, and who is in the calls that are taken over."""
    authorizes = [request for request in requests if isinstance(request, Authorize)]
    moved = [calls.rows.get(request.call_id) for request in requests if isinstance(request, TakeOver)]
    parties = {party for call in moved if call for party in (call.caller_id, call.callee_id) if party}
    if not authorizes and not parties:
        return People.of([])
    return await find_people(connection, authorizes, parties)


def _payers(requests: Sequence[Decision], calls: Calls) -> set[UUID]:
    """Return whose money the renewals hold."""
    renewed = (calls.rows.get(request.call_id) for request in requests if isinstance(request, Renew))
    return {call.caller_id for call in renewed if call is not None}
