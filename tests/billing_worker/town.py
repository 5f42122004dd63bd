"""A town of people who call one another: the worker's two services over a real database, audited at every step."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from itertools import count
from typing import Any, TypeVar
from uuid import UUID

from sqlalchemy import ColumnElement, Row, event, func, insert, select, update
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from billing_worker.admission.invites import InviteLimits
from billing_worker.admission.service import AdmissionService
from billing_worker.settlement.consumer import SettlementConsumer
from billing_worker.terms import Terms
from shared.bus.interface import Delivery, Rejected
from shared.bus.topology import ACCOUNTS
from shared.database import transaction
from shared.ids import first_id_at, new_id
from shared.ledger import Ledger, OpenWallet, open_wallet, read_wallet
from shared.messages.base import EndReason
from shared.messages.events import CallEnded, CallEvent, CallStarted, Event, SweepDue
from shared.messages.notices import Notice
from shared.messages.registry import decode_event, decode_notice, encode, type_of
from shared.messages.requests import (
    Admit,
    Admitted,
    Authorize,
    Authorized,
    Renew,
    Renewed,
    Reply,
    Request,
    TakenOver,
    TakeOver,
)
from shared.models import (
    Account,
    BlocklistEntry,
    Call,
    Contact,
    LedgerEntry,
    OutboxMessage,
    Payment,
    Session,
    Wallet,
)
from shared.settings import Settings
from tests.billing_worker.books import audit
from tests.harness.clock import ManualClock

_NOT_TIME = (1 << 80) - 1
PRICE = 10
MINUTE_MS = 60_000


@dataclass(frozen=True, slots=True)
class Resident:
    """An account of the town."""

    id: UUID
    name: str


@dataclass
class Town:
    """People, and what the worker makes of their calls."""

    engine: AsyncEngine
    clock: ManualClock
    settings: Settings = field(default_factory=Settings)
    audited: bool = True

    def __post_init__(self) -> None:
        self.terms = Terms.of(self.settings)
        limits = InviteLimits.of(self.settings)
        self.admission = AdmissionService(self.engine, terms=self.terms, limits=limits, clock=self.clock)
        self.settlement = SettlementConsumer(self.engine, terms=self.terms, clock=self.clock)
        self._numbers = count(1)

    async def moves_in(self, balance: int = 0, *, price: int = PRICE, name: str = "") -> Resident:
        """Open an account with some money."""
        resident = Resident(new_id(), name or f"resident{next(self._numbers)}")
        async with transaction(self.engine) as connection:
            await self._open(connection, resident, balance, price=price)
        return resident

    async def _open(self, connection: AsyncConnection, resident: Resident, balance: int, *, price: int) -> None:
        values = {
            "id": resident.id,
            "email": f"{resident.name}@example.org",
            "user_name": resident.name,
            "password_hash": "-",
        }
        await connection.execute(insert(Account).values(values))
        await open_wallet(connection, resident.id, price_minor=price)
        if balance:
            await self._pay(connection, resident, balance)

    async def tops_up(self, resident: Resident, amount: int) -> None:
        """Pay, as the API books it."""
        async with transaction(self.engine) as connection:
            await self._pay(connection, resident, amount)

    async def _pay(self, connection: AsyncConnection, resident: Resident, amount: int) -> None:
        now, payment_id = self.clock.now(), new_id()
        payment = {"id": payment_id, "account_id": resident.id, "amount_minor": amount, "currency": "EUR"}
        settled = {"provider": "town", "status": "settled", "created_at": now, "settled_at": now}
        await connection.execute(insert(Payment).values({**payment, **settled}))
        ledger = await Ledger.open(connection, [resident.id], now=now)
        ledger.top_up(resident.id, amount, payment_id=payment_id)
        ledger.unblock(resident.id)
        await ledger.save()

    async def logs_in(self, resident: Resident, *, ended: bool = False) -> UUID:
        """Open a session."""
        session_id = new_id()
        values = {"id": session_id, "account_id": resident.id, "ended_at": self.clock.now() if ended else None}
        async with transaction(self.engine) as connection:
            await connection.execute(insert(Session).values(values))
        return session_id

    async def admission_of(self, resident: Resident) -> Admit:
        """Return the request whether a new session of the resident may connect."""
        return Admit(account_id=resident.id, session_id=await self.logs_in(resident), node="node-1")

    async def admits(self, *asked: Admit) -> list[Admitted]:
        """Have them all admitted."""
        return [reply for reply in await self.asks(*asked) if isinstance(reply, Admitted)]

    async def is_disabled(self, resident: Resident) -> None:
        """Disable the account, as an operator would."""
        async with transaction(self.engine) as connection:
            await connection.execute(
                update(Account).where(Account.id == resident.id).values(disabled_at=self.clock.now())
            )

    async def wants_relayed_media(self, resident: Resident) -> None:
        """Hide the own address, as one may in the profile."""
        async with transaction(self.engine) as connection:
            await connection.execute(update(Account).where(Account.id == resident.id).values(relay_only=True))

    async def blocks(self, resident: Resident, other: Resident) -> None:
        """Put the other one on the resident's blocklist."""
        await self._lists(BlocklistEntry, resident, other)

    async def befriends(self, resident: Resident, other: Resident) -> None:
        """Make the other one a contact of the resident."""
        await self._lists(Contact, resident, other)

    async def _lists(self, model: type[BlocklistEntry | Contact], resident: Resident, other: Resident) -> None:
        async with transaction(self.engine) as connection:
            await connection.execute(insert(model).values(account_id=resident.id, listed_id=other.id))

    async def takes_calls_from_contacts_only(self, resident: Resident) -> None:
        """Set it, as the resident would."""
        async with transaction(self.engine) as connection:
            await connection.execute(update(Account).where(Account.id == resident.id).values(calls_from="contacts"))

    async def changes_price(self, resident: Resident, price: int) -> None:
        """Set another price, as an operator would."""
        async with transaction(self.engine) as connection:
            await connection.execute(
                update(Wallet).where(Wallet.account_id == resident.id).values(price_minor=price)
            )

    async def asks_price(self, resident: Resident, price: int | None, *, share_bp: int = 0) -> None:
        """Have callers of the resident pay this, as an operator would."""
        async with transaction(self.engine) as connection:
            ledger = await Ledger.open(connection, [resident.id], now=self.clock.now())
            ledger.set_asking_price(resident.id, price, earning_share_bp=share_bp)
            await ledger.save()

    async def limits(
        self, resident: Resident, *, call: int | None = None, day: int | None = None, call_ms: int | None = None
    ) -> None:
        """Have the resident limit what calls may cost, and last."""
        async with transaction(self.engine) as connection:
            ledger = await Ledger.open(connection, [resident.id], now=self.clock.now())
            ledger.limit_spending(
                resident.id, spend_call_minor_max=call, spend_day_minor_max=day, call_ms_max=call_ms
            )
            await ledger.save()

    async def asks(self, *requests: Request) -> list[Reply]:
        """Have the requests answered as one batch."""
        replies = await self.admission.handle(requests)
        await self.check()
        return replies

    async def invites(self, caller: Resident, callee: Resident, call_id: UUID | None = None) -> Reply:
        """Ask whether the call may ring."""
        (reply,) = await self.asks(self.invitation(caller, callee, call_id))
        return reply

    def invitation(
        self, caller: Resident, callee: Resident, call_id: UUID | None = None, *, reachable: bool = True
    ) -> Authorize:
        """Return the request whether the call may ring."""
        return Authorize(
            call_id=call_id or self.new_call_id(),
            caller_id=caller.id,
            callee_id=callee.id,
            callee_reachable=reachable,
            node="node-1",
        )

    async def calls(self, caller: Resident, callee: Resident, *, minutes: int = 1) -> "Conversation":
        """Have a call authorized, and so many minutes held."""
        reply = await self.invites(caller, callee)
        assert isinstance(reply, Authorized), reply
        conversation = Conversation(self, reply.call_id, caller, callee)
        if minutes > 1:
            await conversation.renewed(minutes)
        return conversation

    def conversation_of(self, reply: Authorized, caller: Resident, callee: Resident) -> "Conversation":
        """Return the call that may ring."""
        return Conversation(self, reply.call_id, caller, callee)

    async def id_of(self, name: str) -> UUID | None:
        """Return whose user name this is, case aside."""
        async with transaction(self.engine) as connection:
            return await connection.scalar(select(Account.id).where(func.lower(Account.user_name) == name.lower()))

    async def many_calls(self, count: int, *, balance: int = 100) -> "list[Conversation]":
        """Have so many calls authorized, each between two newcomers."""
        residents = [Resident(new_id(), f"resident{next(self._numbers)}") for _ in range(2 * count)]
        async with transaction(self.engine) as connection:
            for place, resident in enumerate(residents):
                await self._open(connection, resident, balance if place < count else 0, price=PRICE)
        calls = [self.conversation(*pair) for pair in zip(residents[:count], residents[count:], strict=True)]
        replies = await self.asks(*(self.invitation(call.caller, call.callee, call.id) for call in calls))
        assert all(isinstance(reply, Authorized) for reply in replies), replies
        return calls

    def conversation(self, caller: Resident, callee: Resident) -> "Conversation":
        """Return a call that nobody asked for yet."""
        return Conversation(self, self.new_call_id(), caller, callee)

    def new_call_id(self) -> UUID:
        """Return an id as signaling makes it at this moment of the town's clock."""
        return UUID(int=first_id_at(self.clock.now()).int | new_id().int & _NOT_TIME)

    async def hears(self, *events: CallEvent) -> list[Rejected]:
        """Have the events settled as one batch; return what was rejected."""
        return await self.receives(*map(delivery, events))

    async def receives(self, *deliveries: Delivery) -> list[Rejected]:
        """Have the deliveries settled as one batch; return what was rejected."""
        rejected = await self.settlement.handle(deliveries)
        await self.check()
        return rejected

    async def check(self) -> None:
        """Audit the whole database."""
        if self.audited:
            await audit(self.engine)

    @contextmanager
    def statements(self) -> Iterator[list[str]]:
        """Yield the statements that the worker sends, as they come."""
        sent: list[str] = []

        def remember(_c: object, _cursor: object, statement: str, *_: object) -> None:
            sent.append(statement)

        event.listen(self.engine.sync_engine, "before_cursor_execute", remember)
        yield sent
        event.remove(self.engine.sync_engine, "before_cursor_execute", remember)

    async def wallet(self, resident: Resident) -> OpenWallet:
        """Return what the resident has."""
        async with transaction(self.engine) as connection:
            wallet = await read_wallet(connection, resident.id)
        assert wallet is not None
        return wallet

    async def entries(self, resident: Resident) -> list[tuple[str, int]]:
        """Return the charges and refunds of the resident: operation and amount."""
        query = (
            select(LedgerEntry.operation, LedgerEntry.amount_minor)
            .where(LedgerEntry.wallet_id == resident.id, ~LedgerEntry.operation.startswith("top_up:"))
            .order_by(LedgerEntry.seq)
        )
        async with transaction(self.engine) as connection:
            return [(row[0], row[1]) for row in await connection.execute(query)]

    async def record(self, call_id: UUID) -> Row[Any] | None:
        """Return the call's row."""
        async with transaction(self.engine) as connection:
            query = select(*Call.__table__.columns).where(Call.id == call_id)
            return (await connection.execute(query)).one_or_none()

    async def notices(self) -> list[Notice]:
        """Return what accounts are to be told, as it waits in the outbox."""
        return [decode_notice(body) for body in await self._waiting(OutboxMessage.exchange == ACCOUNTS.name)]

    async def events(self) -> list[Event]:
        """Return the facts that wait there beside it."""
        return [decode_event(body) for body in await self._waiting(OutboxMessage.exchange != ACCOUNTS.name)]

    async def _waiting(self, which: ColumnElement[bool]) -> list[bytes]:
        async with transaction(self.engine) as connection:
            bodies = await connection.scalars(select(OutboxMessage.body).where(which).order_by(OutboxMessage.id))
            return [body.encode() for body in bodies]


@dataclass(frozen=True, slots=True)
class Conversation:
    """One call and the events that may come of it."""

    town: Town
    id: UUID
    caller: Resident
    callee: Resident

    async def renewed(self, minutes: int) -> None:
        """Hold minutes until there are so many."""
        replies = await self.town.asks(*(self.renewal(minute) for minute in range(2, minutes + 1)))
        assert all(isinstance(reply, Renewed) for reply in replies), replies

    def renewal(self, minute: int, talk_ms: int | None = None, *, epoch: int = 1) -> Renew:
        """Return the request for a minute, asked 15 s before the one before it ends."""
        lead_ms = self.town.settings.renew_lead_ms
        asked_at = (minute - 1) * self.town.terms.minute_ms - lead_ms if talk_ms is None else talk_ms
        return Renew(call_id=self.id, minute=minute, talk_ms=asked_at, epoch=epoch)

    def takeover(self, node: str = "node-2", *, epoch: int = 1, talk_ms: int = 0) -> TakeOver:
        """Return the request of a node for the call, whose owner it knows as the `epoch`-th."""
        return TakeOver(call_id=self.id, epoch=epoch, node=node, talk_ms=talk_ms)

    async def moves(self, node: str = "node-2", *, epoch: int = 1, talk_ms: int = 0) -> TakenOver:
        """Have the node own the call."""
        (reply,) = await self.town.asks(self.takeover(node, epoch=epoch, talk_ms=talk_ms))
        assert isinstance(reply, TakenOver), reply
        return reply

    def started(self, *, node: str = "node-1", epoch: int = 1) -> CallStarted:
        """Return the event that both parties are connected."""
        return CallStarted(
            event_id=new_id(),
            call_id=self.id,
            caller_id=self.caller.id,
            callee_id=self.callee.id,
            node=node,
            epoch=epoch,
            started_at=self.town.clock.now(),
        )

    def ended(
        self,
        talk_ms: int,
        reason: EndReason = EndReason.HUNG_UP,
        *,
        caller_id: UUID | None = None,
        started_at: datetime | None = None,
        node: str = "node-1",
        epoch: int = 1,
    ) -> CallEnded:
        """Return the event that the call is over."""
        return CallEnded(
            event_id=new_id(),
            call_id=self.id,
            caller_id=caller_id or self.caller.id,
            callee_id=self.callee.id,
            node=node,
            epoch=epoch,
            reason=reason,
            talk_ms=talk_ms,
            price_minor=PRICE,
            started_at=started_at,
            ended_at=self.town.clock.now() + timedelta(milliseconds=talk_ms),
        )

    def sweep(self, minutes_held: int, *, epoch: int = 1) -> SweepDue:
        """Return the decision to close the call at its last proof."""
        return SweepDue(event_id=new_id(), call_id=self.id, minutes_held=minutes_held, epoch=epoch)

    async def record(self) -> Row[Any]:
        """Return the call's row."""
        found = await self.town.record(self.id)
        assert found is not None
        return found


def delivery(said: CallEvent) -> Delivery:
    """Return the event as a queue delivers it."""
    return Delivery(
        type=type_of(said), message_id=str(said.event_id), body=encode(said), correlation_id=str(said.call_id)
    )


T = TypeVar("T")


def of_type(kind: type[T], things: Sequence[object]) -> list[T]:
    """Return the things of one kind."""
    return [thing for thing in things if isinstance(thing, kind)]
