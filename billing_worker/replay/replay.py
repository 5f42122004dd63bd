"""Goes through the log, batch by batch, and tries again what came too early."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from datetime import datetime
from functools import partial
from uuid import UUID

from msgspec import Struct, structs
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from billing_worker.notices import Money, money_of, wallet_notices
from billing_worker.replay.batch import Applied, apply_batch
from billing_worker.replay.owners import Owners
from billing_worker.replay.reading import call_of, read_logged
from billing_worker.replay.tally import RefusedEvent, Standing, Tally, Verdict
from billing_worker.replay.trying import Transact, trying, working
from billing_worker.settlement.inbox import UnreadableError
from billing_worker.terms import Terms
from shared import outbox
from shared.bus.rabbit.logged import Logged
from shared.clock import Clock
from shared.failpoints import Failpoint, failpoint
from shared.ledger import Ledger
from shared.messages.events import Event
from shared.messages.registry import type_of

RETRY_AT = 5_000
"""Events that wait for others before all of them are tried again; the next time, twice as many as wait then."""


class Waiting(Struct, frozen=True, kw_only=True):
    """An event that is to be carried out, or was refused so far."""

    offset: int
    message_id: str
    published_at: datetime | None
    event: Event
    reason: str = ""


class Replay:
    """One replay. Whatever becomes of it half-way, another one over the same events does the rest."""

    def __init__(
        self, transact: Transact, *, terms: Terms, clock: Clock, batch_max: int, call_id: UUID | None
    ) -> None:
        self._transact = transact
        self._terms = terms
        self._clock = clock
        self._batch_max = batch_max
        self._call_id = call_id
        self._owners = Owners()
        self._waiting: list[Waiting] = []
        self._retry_at = RETRY_AT
        self._before: dict[UUID, Money] = {}
        self.tally = Tally()

    def look_ahead(self, messages: Sequence[Logged]) -> None:
        """Learn what must be known of later messages before the first is taken: all of them pass here first."""
        self._owners.hear(messages)

    async def take(self, messages: Sequence[Logged]) -> None:
        """Carry out what the database does not have of these messages. Raises `DatabaseUnavailableError`."""
        self._owners.hear(messages)  # what was published since the look ahead
        read = [event for message in messages if (event := self._read(message))]
        await self._apply(read)
        if len(self._waiting) >= self._retry_at:
            await self._retry()
            self._retry_at = max(RETRY_AT, 2 * len(self._waiting))

    async def finish(self) -> Tally:
        """Try again what was refused, until nothing moves any more; tell devices what is in their wallets now.

        Raises `DatabaseUnavailableError`.
        """
        while self._waiting and await self._retry():
            pass
        for each in self._waiting:
            self.tally.refuse(
                RefusedEvent(
                    offset=each.offset,
                    type=type_of(each.event),
                    message_id=each.message_id,
                    call_id=_text(call_of(each.event)),
                    reason=each.reason,
                )
            )
        self._waiting = []
        await self._tell()
        return self.tally

    def _read(self, message: Logged) -> Waiting | None:
        try:
            event = read_logged(message.body)
        except UnreadableError as error:
            if self._call_id is None or message.correlation_id == str(self._call_id):
                self.tally.see(message.type)
                self.tally.refuse(
                    RefusedEvent(
                        offset=message.offset,
                        type=message.type,
                        message_id=message.message_id,
                        call_id=message.correlation_id,
                        reason=str(error),
                    )
                )
            return None
        if self._call_id is not None and call_of(event) != self._call_id:
            return None
        self.tally.see(type_of(event))
        return Waiting(
            offset=message.offset, message_id=message.message_id, published_at=message.published_at, event=event
        )

    async def _retry(self) -> int:
        """Try all again that wait; return for how many that was worth it."""
        waiting, self._waiting = self._waiting, []
        for begin in range(0, len(waiting), self._batch_max):
            await self._apply(waiting[begin : begin + self._batch_max])
        return len(waiting) - len(self._waiting)

    async def _apply(self, some: Sequence[Waiting]) -> None:
        async def work(connection: AsyncConnection) -> Applied:
            events = [each.event for each in some]
            now = self._clock.now()
            published_at = [each.published_at or now for each in some]
            applied = await apply_batch(
                connection,
                events,
                published_at=published_at,
                owners=self._owners,
                now=now,
                terms=self._terms,
            )
            await failpoint(Failpoint.REPLAY_APPLIED)
            return applied

        if not some:
            return
        applied = await self._transact(work)
        await failpoint(Failpoint.REPLAY_COMMITTED)
        for account_id, money in applied.before.items():
            self._before.setdefault(account_id, money)
        for each, verdict in zip(some, applied.verdicts, strict=True):
            self._judge(each, verdict)

    def _judge(self, each: Waiting, verdict: Verdict) -> None:
        match verdict.standing:
            case Standing.REFUSED:
                self._waiting.append(structs.replace(each, reason=verdict.reason))
            case Standing.ALREADY if each.reason:
                # It was missing before: another event, such as the end of the same call, brought it along.
                self.tally.count(type_of(each.event), Standing.NEWLY)
            case standing:
                self.tally.count(type_of(each.event), standing)

    async def _tell(self) -> None:
        """Only what is in a wallet in the end: the way there is no news to anybody."""
        account_ids = sorted(self._before)
        for begin in range(0, len(account_ids), self._batch_max):
            some = account_ids[begin : begin + self._batch_max]
            self.tally.wallets_changed += await self._transact(partial(self._tell_some, some))

    async def _tell_some(self, account_ids: Sequence[UUID], connection: AsyncConnection) -> int:
        ledger = await Ledger.open(connection, account_ids, now=self._clock.now())
        changed = [
            wallet for wallet in ledger.wallets.values() if money_of(wallet) != self._before[wallet.account_id]
        ]
        await outbox.store(connection, list(wallet_notices(ledger, self._before, currency=self._terms.currency)))
        return len(changed)


@asynccontextmanager
async def replaying(
    engine: AsyncEngine,
    *,
    terms: Terms,
    clock: Clock,
    batch_max: int,
    call_id: UUID | None = None,
    dry_run: bool = False,
) -> AsyncIterator[Replay]:
    """Hold a replay of all events, or of those of one call; a dry run changes nothing. Raises as its methods do."""
    if not dry_run:
        yield Replay(working(engine), terms=terms, clock=clock, batch_max=batch_max, call_id=call_id)
        return
    async with trying(engine) as transact:
        yield Replay(transact, terms=terms, clock=clock, batch_max=batch_max, call_id=call_id)


def _text(value: UUID | None) -> str | None:
    return None if value is None else str(value)
