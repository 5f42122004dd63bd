"""Billing without a database: honest about money, in memory, on the real bus."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import assert_never
from uuid import UUID

from shared.bus.interface import Bus, Delivery, Rejected
from shared.bus.topology import CALL_EVENTS
from shared.ids import new_id
from shared.messages.base import (
    CallTerms,
    LiveCallAt,
    Party,
    PersonPresence,
    PresenceState,
    RefusalReason,
    WalletState,
)
from shared.messages.events import CallEnded, CallStarted
from shared.messages.notices import AccountBlocked, CallCharged, Notice, WalletChanged
from shared.messages.registry import decode_call_event, envelope_of
from shared.messages.requests import (
    Admit,
    Admitted,
    Authorize,
    Authorized,
    Look,
    Looked,
    NotAdmitted,
    NotTakenOver,
    PresenceReported,
    Refused,
    Renew,
    RenewalRefused,
    Renewed,
    Reply,
    ReportPresence,
    Request,
    TakenOver,
    TakeOver,
)
from shared.money import minutes_affordable, minutes_of, shortfall_minor
from tests.harness.clock import START
from tests.signaling.manual_time import give_turns

CURRENCY = "EUR"


@dataclass(eq=False)
class Account:
    """One account's money."""

    party: Party
    balance_minor: int
    price_minor: int = 10
    held_minor: int = 0
    version: int = 0
    relay_only: bool = False
    spend_call_minor_max: int | None = None
    call_ms_max: int | None = None

    @property
    def id(self) -> UUID:
        return self.party.account_id

    @property
    def available_minor(self) -> int:
        return self.balance_minor - self.held_minor

    @property
    def wallet(self) -> WalletState:
        return WalletState(
            version=self.version,
            balance_minor=self.balance_minor,
            held_minor=self.held_minor,
            available_minor=self.available_minor,
            price_minor=self.price_minor,
            currency=CURRENCY,
            minutes_affordable=minutes_affordable(self.available_minor, price_minor=self.price_minor),
            blocked=self.available_minor < self.price_minor,
            blocked_by_operator=False,
        )


@dataclass(eq=False)
class AuthorizedCall:
    """A call that money is held for."""

    call_id: UUID
    caller: Account
    callee: Account
    node: str
    minutes_held: int = 1
    epoch: int = 1
    proof_talk_ms: int = 0
    started_at: datetime | None = None

    @property
    def place(self) -> LiveCallAt:
        return LiveCallAt(call_id=self.call_id, node=self.node, epoch=self.epoch)

    @property
    def price_minor(self) -> int:
        return self.caller.price_minor


@dataclass(eq=False)
class BillingDouble:
    """Serves the requests and settles ended calls; `events` is all that it was told."""

    bus: Bus
    minute_ms: int
    accounts: dict[UUID, Account] = field(default_factory=dict)
    calls: dict[UUID, AuthorizedCall] = field(default_factory=dict)
    events: list[CallStarted | CallEnded] = field(default_factory=list)
    asked: list[Request] = field(default_factory=list)
    """All but the reports, which come by themselves."""
    answering: asyncio.Event = field(default_factory=asyncio.Event)
    """Cleared, requests wait."""
    settling: asyncio.Event = field(default_factory=asyncio.Event)
    """Cleared, what is told of calls waits."""
    before_admitting: Callable[[], Awaitable[None]] | None = None
    """Done before an answer is sent."""
    free_ms: int = 0
    grace_ms: int = 0
    not_admitted: dict[UUID, NotAdmitted] = field(default_factory=dict)
    over: set[UUID] = field(default_factory=set)
    """Calls that have ended."""
    present: set[tuple[UUID, str]] = field(default_factory=set)
    """Accounts, and nodes at which they have a device."""

    async def start(self) -> None:
        self.answering.set()
        self.settling.set()
        await self.bus.serve(self._answer, batch_max=64)
        await self.bus.consume(CALL_EVENTS.name, self._settle, batch_max=64)

    def account(self, user_name: str, *, balance_minor: int = 100) -> Account:
        account = Account(Party(account_id=new_id(), user_name=user_name), balance_minor)
        self.accounts[account.id] = account
        return account

    async def top_up(self, account: Account, amount_minor: int) -> None:
        account.balance_minor += amount_minor
        await self.tell(WalletChanged(notice_id=new_id(), account_id=account.id, wallet=account.wallet))

    async def tell(self, notice: Notice) -> None:
        await self.bus.publish([envelope_of(notice)])

    async def _answer(self, requests: Sequence[Request]) -> Sequence[Reply]:
        self.asked.extend(each for each in requests if not isinstance(each, ReportPresence))
        await self.answering.wait()
        if self.before_admitting:
            await self.before_admitting()
            await give_turns()
        return [self._answer_one(request) for request in requests]

    def _answer_one(self, request: Request) -> Reply:
        match request:
            case Admit():
                return self._admit(request)
            case Authorize():
                return self._authorize(request)
            case Renew():
                return self._renew(request)
            case TakeOver():
                return self._take_over(request)
            case ReportPresence():
                self._forget(request)
                return PresenceReported()
            case Look():
                return Looked(people=[self._seen(watched_id) for _, watched_id in request.pairs])
            case _:
                assert_never(request)

    def _admit(self, asked: Admit) -> Admitted | NotAdmitted:
        account = self.accounts[asked.account_id]
        if account.id in self.not_admitted:
            return self.not_admitted[account.id]
        self.present.add((account.id, asked.node))
        call = self._call_of(account)
        return Admitted(account=account.party, wallet=account.wallet, call=call.place if call else None)

    def _take_over(self, asked: TakeOver) -> TakenOver | NotTakenOver:
        call = self.calls.get(asked.call_id)
        if call is None:
            return NotTakenOver(
                call_id=asked.call_id, reason="over" if asked.call_id in self.over else "unknown_call"
            )
        is_repeated = (call.epoch, call.node) == (asked.epoch + 1, asked.node)
        if call.epoch > asked.epoch and not is_repeated:
            return NotTakenOver(call_id=call.call_id, reason="taken_over", node=call.node, epoch=call.epoch)
        call.node, call.epoch = asked.node, asked.epoch + 1
        self._prove(call, asked.talk_ms)
        return self._taken_over(call)

    def _taken_over(self, call: AuthorizedCall) -> TakenOver:
        return TakenOver(
            call_id=call.call_id,
            epoch=call.epoch,
            caller=call.caller.party,
            callee=call.callee.party,
            price_minor=call.price_minor,
            currency=CURRENCY,
            terms=self._terms,
            talk_ms_max=call.caller.call_ms_max,
            caller_relay_only=call.caller.relay_only,
            callee_relay_only=call.callee.relay_only,
            minutes_held=call.minutes_held,
            proof_talk_ms=call.proof_talk_ms,
            started_at=call.started_at,
        )

    def _prove(self, call: AuthorizedCall, talk_ms: int) -> None:
        paid_ms = self.free_ms + call.minutes_held * self.minute_ms
        call.proof_talk_ms = max(call.proof_talk_ms, min(talk_ms, paid_ms))

    def _forget(self, asked: ReportPresence) -> None:
        self.present = {
            (account_id, node)
            for account_id, node in self.present
            if node != asked.node or not (asked.starting or account_id in asked.left)
        } | {(account_id, asked.node) for account_id in asked.here}

    def _seen(self, account_id: UUID) -> PersonPresence:
        account = self.accounts.get(account_id)
        if account is None:
            return PersonPresence(account_id=account_id, state=PresenceState.HIDDEN)
        if self._call_of(account):
            return PersonPresence(account_id=account_id, state=PresenceState.BUSY)
        is_there = any(present_id == account_id for present_id, _ in self.present)
        return PersonPresence(
            account_id=account_id, state=PresenceState.AVAILABLE if is_there else PresenceState.OFFLINE
        )

    @property
    def _terms(self) -> CallTerms:
        return CallTerms(
            minute_ms=self.minute_ms, free_ms=self.free_ms, grace_ms=self.grace_ms, authorized_at=START
        )

    def _authorize(self, asked: Authorize) -> Authorized | Refused:
        caller = self.accounts[asked.caller_id]
        callee = self.accounts.get(asked.callee_id) if asked.callee_id else self._named(asked.callee_user_name)
        if callee is caller:
            return Refused(call_id=asked.call_id, reason=RefusalReason.SELF_CALL)
        busy = self._call_of(callee) if callee else None
        if busy and busy.callee is caller:
            return Refused(
                call_id=asked.call_id,
                reason=RefusalReason.BUSY,
                glare_call_id=busy.call_id,
                glare_node=busy.node,
            )
        if self._call_of(caller):
            return Refused(call_id=asked.call_id, reason=RefusalReason.ALREADY_IN_CALL)
        if caller.available_minor < caller.price_minor:
            return self._too_poor(asked, caller)
        if caller.spend_call_minor_max is not None and caller.spend_call_minor_max < caller.price_minor:
            return self._wants_to_spend_less(asked, caller)
        if callee is None or not (asked.callee_reachable or self._is_present(callee, beside=asked.node)):
            return Refused(call_id=asked.call_id, reason=RefusalReason.UNREACHABLE)
        if busy:
            return Refused(call_id=asked.call_id, reason=RefusalReason.BUSY)
        caller.held_minor += caller.price_minor
        self.calls[asked.call_id] = AuthorizedCall(asked.call_id, caller, callee, asked.node)
        return Authorized(
            call_id=asked.call_id,
            caller=caller.party,
            callee=callee.party,
            price_minor=caller.price_minor,
            currency=CURRENCY,
            terms=self._terms,
            talk_ms_max=caller.call_ms_max,
            caller_relay_only=caller.relay_only,
            callee_relay_only=callee.relay_only,
        )

    def _too_poor(self, asked: Authorize, caller: Account) -> Refused:
        return Refused(
            call_id=asked.call_id,
            reason=RefusalReason.INSUFFICIENT_FUNDS,
            price_minor=caller.price_minor,
            shortfall_minor=shortfall_minor(caller.available_minor, price_minor=caller.price_minor),
            currency=CURRENCY,
        )

    def _wants_to_spend_less(self, asked: Authorize, caller: Account) -> Refused:
        return Refused(
            call_id=asked.call_id,
            reason=RefusalReason.SPEND_LIMIT,
            price_minor=caller.price_minor,
            currency=CURRENCY,
            spend_limit="call",
            left_minor=caller.spend_call_minor_max,
        )

    def _renew(self, asked: Renew) -> Renewed | RenewalRefused:
        call = self.calls.get(asked.call_id)
        if call is None:
            is_over = asked.call_id in self.over
            return RenewalRefused(
                call_id=asked.call_id, minute=asked.minute, reason="call_settled" if is_over else "unknown_call"
            )
        if asked.epoch < call.epoch:
            return RenewalRefused(call_id=asked.call_id, minute=asked.minute, reason="taken_over", node=call.node)
        self._prove(call, asked.talk_ms)
        price_minor, available_minor = call.caller.price_minor, call.caller.available_minor
        if asked.minute > call.minutes_held and available_minor < price_minor:
            return RenewalRefused(
                call_id=asked.call_id,
                minute=asked.minute,
                reason="insufficient_funds",
                shortfall_minor=shortfall_minor(available_minor, price_minor=price_minor),
            )
        most_minor = call.caller.spend_call_minor_max
        if most_minor is not None and asked.minute > call.minutes_held and most_minor < asked.minute * price_minor:
            return RenewalRefused(
                call_id=asked.call_id, minute=asked.minute, reason="spend_limit", spend_limit="call"
            )
        if asked.minute > call.minutes_held:
            call.minutes_held += 1
            call.caller.held_minor += price_minor
        return Renewed(call_id=asked.call_id, minute=asked.minute)

    async def _settle(self, deliveries: Sequence[Delivery]) -> Sequence[Rejected]:
        await self.settling.wait()
        for delivery in deliveries:
            event = decode_call_event(delivery.body)
            if isinstance(event, CallStarted | CallEnded):
                self.events.append(event)
            if isinstance(event, CallStarted) and (started := self.calls.get(event.call_id)):
                started.started_at = started.started_at or event.started_at
            if isinstance(event, CallEnded):
                await self._end(event)
        return ()

    async def _end(self, ended: CallEnded) -> None:
        call = self.calls.get(ended.call_id)
        if call is None or ended.epoch < call.epoch:
            return
        del self.calls[ended.call_id]
        self.over.add(ended.call_id)
        await self._charge(call, ended)

    async def _charge(self, call: AuthorizedCall, ended: CallEnded) -> None:
        caller = call.caller
        minutes = minutes_of(ended.talk_ms, minute_ms=self.minute_ms, free_ms=self.free_ms, grace_ms=self.grace_ms)
        caller.held_minor -= call.minutes_held * caller.price_minor
        caller.balance_minor -= minutes * caller.price_minor
        if not minutes:
            return
        charged = CallCharged(
            notice_id=new_id(),
            account_id=caller.id,
            call_id=ended.call_id,
            talk_ms=ended.talk_ms,
            minutes=minutes,
            charge_minor=minutes * caller.price_minor,
            wallet=caller.wallet,
        )
        await self.tell(charged)
        if caller.wallet.blocked:
            missing = shortfall_minor(caller.available_minor, price_minor=caller.price_minor)
            await self.tell(
                AccountBlocked(
                    notice_id=new_id(), account_id=caller.id, wallet=caller.wallet, shortfall_minor=missing
                )
            )

    def _named(self, user_name: str | None) -> Account | None:
        return next(
            (
                account
                for account in self.accounts.values()
                if account.party.user_name == (user_name or "").casefold()
            ),
            None,
        )

    def _is_present(self, account: Account, *, beside: str) -> bool:
        return any(present_id == account.id and node != beside for present_id, node in self.present)

    def _call_of(self, account: Account) -> AuthorizedCall | None:
        return next((call for call in self.calls.values() if account in {call.caller, call.callee}), None)
