"""The real thing: the product's services over a real PostgreSQL, asked by the names that the model uses."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress

from msgspec.structs import replace
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from billing_worker.admission.invites import InviteLimits
from billing_worker.admission.service import AdmissionService
from billing_worker.settlement.consumer import SettlementConsumer
from billing_worker.settlement.settle import settle
from billing_worker.supervision import Supervision
from billing_worker.terms import Terms
from shared.bus.interface import Delivery
from shared.database import transaction
from shared.ids import new_id
from shared.messages.base import EndReason
from shared.messages.events import CallEnded, CallEvent, CallStarted, SweepDue
from shared.messages.registry import decode_call_event, encode, type_of
from shared.messages.requests import Authorize, Authorized, Renew, Renewed, Reply, TakenOver, TakeOver
from tests.billing_worker.wire import Wire
from tests.harness.clock import ManualClock
from tests.proof import registers
from tests.proof.customers import SETTINGS, Customers
from tests.proof.model import Silent
from tests.proof.names import Names
from tests.proof.registers import Event


class PowerCutError(Exception):
    """The worker is gone before its commit."""


class Reality(Customers):
    """One database, and what the product does to it: as above, and the worker's calls."""

    def __init__(self, engine: AsyncEngine, clock: ManualClock, names: Names) -> None:
        super().__init__(engine, clock, names)
        self._wire = Wire()
        self._granted: dict[str, Authorized] = {}
        self._held: dict[str, int] = {}
        self._supervision = Supervision(engine, bus=self._wire.bus, clock=clock, grace_ms=SETTINGS.sweep_grace_ms)
        self.restart(registers.Terms())

    def restart(self, terms: registers.Terms) -> None:
        """Start the worker anew, with these terms for calls to come."""
        self.terms = Terms(
            minute_ms=terms.minute_ms,
            free_ms=terms.free_ms,
            grace_ms=terms.grace_ms,
            setup_ms=Terms.of(SETTINGS).setup_ms,
            correction_max=Terms.of(SETTINGS).correction_max,
            currency=self.currency,
        )
        limits = InviteLimits.of(SETTINGS)
        self.admission = AdmissionService(self.engine, terms=self.terms, limits=limits, clock=self.clock)
        self.settlement = SettlementConsumer(self.engine, terms=self.terms, clock=self.clock)

    async def open(self) -> None:
        """Let the broker have been there for so long that silent calls are looked for."""
        await self._supervision.look()
        self.clock.advance(SETTINGS.sweep_grace_ms)

    async def invite(self, call: str, caller: str, callee: str, *, reachable: bool = True) -> str:
        """Ask whether the call may ring; return the answer in a word."""
        return (await self.ask([self.invitation(call, caller, callee, reachable=reachable)]))[0]

    async def renew(self, call: str, minute: int, talk_ms: int, *, epoch: int = 1) -> str:
        """Ask for a minute; return the answer in a word."""
        asked = Renew(call_id=self.names.id(call), minute=minute, talk_ms=talk_ms, epoch=epoch)
        return (await self.ask([asked]))[0]

    async def take_over(self, call: str, node: str, talk_ms: int, *, epoch: int) -> str:
        """Ask for the call itself; return the answer in a few words."""
        return (await self.ask([self.takeover(call, node, talk_ms, epoch=epoch)]))[0]

    def takeover(self, call: str, node: str, talk_ms: int, *, epoch: int) -> TakeOver:
        """Return the request for the call."""
        return TakeOver(call_id=self.names.id(call), epoch=epoch, node=node, talk_ms=talk_ms)

    def invitation(self, call: str, caller: str, callee: str, *, reachable: bool = True) -> Authorize:
        """Return the request whether the call may ring."""
        return Authorize(
            call_id=self.names.id(call),
            caller_id=self.names.id(caller),
            callee_id=self.names.id(callee),
            callee_reachable=reachable,
            node="node-1",
        )

    def granted(self, call: str) -> tuple[int, int]:
        """Return the price of a call that was authorized, and the callee's share, as the answer told them."""
        return self._granted[call].price_minor, self._granted[call].terms.earning_share_bp

    async def ask(self, requests: Sequence[Authorize | Renew | TakeOver]) -> list[str]:
        """Ask in batches as the queue makes them; return the answers in a word each."""
        replies: list[Reply] = []
        for at in range(0, len(requests), SETTINGS.request_batch_max):
            replies += await self.admission.handle(requests[at : at + SETTINGS.request_batch_max])
        return [self._word(reply) for reply in replies]

    def _word(self, reply: Reply) -> str:
        match reply:
            case Authorized():
                call = self.names.word(reply.call_id) or ""
                self._granted[call] = reply
                self._held.setdefault(call, 1)
                return "authorized"
            case Renewed():
                call = self.names.word(reply.call_id) or ""
                self._held[call] = max(self._held.get(call, 0), reply.minute)
                return "renewed"
            case TakenOver():
                return f"owner {reply.epoch}, {reply.minutes_held} minutes, {reply.proof_talk_ms} ms"
            case _:
                return str(getattr(reply, "reason", reply))

    def message(self, event: Event) -> Delivery:
        """Return the event as the queue delivers it."""
        return delivery(self._event(event))

    def _event(self, event: Event) -> CallEvent:
        call_id, of = self.names.id(event.call), self._granted.get(event.call)
        if event.kind == "sweep":
            return SweepDue(event_id=new_id(), call_id=call_id, minutes_held=event.minutes, epoch=event.owner.epoch)
        caller_id, callee_id = self.names.id(event.caller), self.names.id(event.callee)
        if event.kind == "start":
            return CallStarted(
                event_id=new_id(),
                call_id=call_id,
                caller_id=caller_id,
                callee_id=callee_id,
                node=event.owner.node,
                epoch=event.owner.epoch,
                started_at=event.when,
            )
        return CallEnded(
            event_id=new_id(),
            call_id=call_id,
            caller_id=caller_id,
            callee_id=callee_id,
            node=event.owner.node,
            epoch=event.owner.epoch,
            reason=EndReason(event.reason),
            talk_ms=event.talk_ms,
            price_minor=of.price_minor if of else None,
            started_at=None,
            ended_at=event.when,
            terms=of.terms if of else None,
            minutes_held=self._held.get(event.call),
        )

    async def hear(self, messages: Sequence[Delivery]) -> list[int]:
        """The queue delivers a batch, the worker commits it; return the places of what was rejected."""
        # Rejected are objects, not contents: the same message twice in a batch is two deliveries.
        deliveries = [replace(one, redelivered=True) for one in messages]
        rejected = {id(one.delivery) for one in await self.settlement.handle(deliveries)}
        return [place for place, one in enumerate(deliveries) if id(one) in rejected]

    async def hear_in_vain(self, messages: Sequence[Delivery]) -> None:
        """The worker settles the batch, and loses its power right before the commit."""

        async def work(connection: AsyncConnection) -> None:
            events = [decode_call_event(message.body) for message in messages]
            await settle(connection, events, now=self.clock.now(), terms=self.terms)
            raise PowerCutError

        with suppress(PowerCutError):
            async with transaction(self.engine) as connection:
                await work(connection)

    async def look_for_silent_calls(self) -> dict[Silent, Delivery]:
        """Supervise once; return the sweeps. They are in the queue, not delivered yet."""
        seen = len(self._wire.published)
        await self._supervision.look()
        sweeps = {}
        for envelope, _ in self._wire.published[seen:]:
            said = decode_call_event(envelope.body)
            assert isinstance(said, SweepDue)
            silent = Silent(self.names.word(said.call_id) or "", said.minutes_held, said.epoch)
            sweeps[silent] = delivery(said)
        return sweeps


def delivery(event: CallEvent) -> Delivery:
    """Return the event as a queue delivers it."""
    return Delivery(type=type_of(event), message_id=str(event.event_id), body=encode(event))
