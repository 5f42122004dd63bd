"""Knows what truly happens, by a model of its own, and holds the product to it at every step."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable
from typing import NoReturn, Protocol
from uuid import UUID

from billing_worker.calls import OpenCall
from shared.ledger import Ledger
from shared.messages.base import Role
from shared.messages.events import CallEnded, CallEvent, CallStarted, SweepDue
from shared.messages.requests import (
    Admit,
    Authorize,
    Authorized,
    Renew,
    RenewalRefused,
    Renewed,
    Reply,
    TakenOver,
    TakeOver,
)
from tests.simulation.agenda import Agenda
from tests.simulation.truth import Truth

PROOF_SLACK_MS = 16_000
"""A device that is found to be lost was heard this long ago at most: what was proven since was too much."""
UNNOTICED_MS = 10_200
"""Who has gone without a word is missed after the longest silence and a beat: a call may end before that."""
BLIND_MS = 22_000
"""So long after a device fell silent its owner knows it for certain."""


class WrongError(AssertionError):
    """Something is not as it must be."""


class Whereabouts(Protocol):
    """What the world knows of people and nodes."""

    def last_up_ms(self, account_id: UUID) -> int:
        """When the account's device last had a network; now, if it has."""

    def last_awake_ms(self, node: str, life: int) -> int:
        """When the node was last awake in that life of its; now, if it is."""

    def awake_since_ms(self, node: str) -> int:
        """Since when the node has been awake."""

    def may_count_on(self, node: str, life: int) -> bool:
        """Whether the node, in that life, may still believe to own a call that is taken from it."""

    def life_of(self, node: str) -> int:
        """Which of its lives the node has now."""


class Inspector:
    """Raises `WrongError` as soon as anything is not as it must be."""

    def __init__(self, agenda: Agenda, *, free_ms: int = 0, grace_ms: int = 0) -> None:
        self.agenda = agenda
        self.free_ms, self.grace_ms = free_ms, grace_ms
        self.calls: dict[UUID, Truth] = {}
        self.seen: Counter[str] = Counter()
        self.talked_ms = 0
        self.world: Whereabouts
        self._live: dict[UUID, UUID] = {}
        """Accounts in a call that is not over for billing."""
        self._held: defaultdict[UUID, int] = defaultdict(int)
        self._sums: defaultdict[UUID, int] = defaultdict(int)
        self._earned: defaultdict[UUID, int] = defaultdict(int)
        self._houses = 0
        self._operations: set[str] = set()
        self._cause: CallEvent | None = None

    def wrong(self, text: str) -> NoReturn:
        """Fail."""
        raise WrongError(text)

    def says_connected(self, call_id: UUID, role: Role) -> None:
        """A device says that its media flows, as it does from now on."""
        if truth := self.calls.get(call_id):
            truth.connected.add(role)

    def leaves(self, call_id: UUID, account_id: UUID) -> None:
        """A device has no part in the call any more, and will not come back to it."""
        if truth := self.calls.get(call_id):
            truth.left_ms.setdefault(account_id, self.world.last_up_ms(account_id))

    def joins(self, call_id: UUID, account_id: UUID) -> None:
        """A device is told of the call after all."""
        if truth := self.calls.get(call_id):
            truth.left_ms.pop(account_id, None)

    def _last_there_ms(self, truth: Truth, account_id: UUID) -> int:
        left_ms = truth.left_ms.get(account_id)
        return self.world.last_up_ms(account_id) if left_ms is None else left_ms

    def announces(self, event: CallEvent, *, again: bool) -> None:
        """An owner tells that talk time begins, or of the end, once."""
        if isinstance(event, CallStarted):
            self._starts(self.calls[event.call_id])
        if isinstance(event, CallEnded):
            if again:
                self.wrong(f"call {event.call_id.int} was ended twice by its owner number {event.epoch}")
            self._check_paid(event)

    def _starts(self, truth: Truth) -> None:
        if len(truth.connected) < len(Role):
            self.wrong("talk time began before both were connected")
        if truth.started_ms is None:
            truth.started_ms = self.agenda.now_ms

    def _check_paid(self, event: CallEnded) -> None:
        """Nobody talks for nothing: where all is well, the call ends when what is paid is over."""
        truth = self.calls.get(event.call_id)
        if truth is None or truth.epoch > 1 or truth.started_ms is None:
            return
        if self.world.awake_since_ms(truth.owner) > truth.started_ms:
            return
        there_ms = min(self._last_there_ms(truth, party) for party in (truth.caller_id, truth.callee_id))
        if truth.at_most_ms(there_ms) > truth.paid_ms + UNNOTICED_MS:
            self.wrong(f"call {event.call_id.int} went on for nothing: {truth.paid_ms} ms are paid")

    def answered(self, request: Admit | Authorize | Renew | TakeOver, reply: Reply) -> None:
        """Billing is about to answer."""
        self._cause = None
        match request, reply:
            case Authorize(), Authorized():
                self._authorized(request, reply)
            case Renew(), Renewed():
                self._renewed(request)
            case Renew(), RenewalRefused(
                reason="insufficient_funds" | "spend_limit" | "out_of_turn" | "blocked" | "operator"
            ):
                self.calls[request.call_id].prove(request.talk_ms)  # not paid, but alive
            case TakeOver(), TakenOver():
                self._taken_over(request, reply)
            case _:
                pass
        name = type(reply).__name__
        self.seen[f"{name} {getattr(reply, 'reason', '')}".strip()] += 1

    def _authorized(self, request: Authorize, reply: Authorized) -> None:
        if request.call_id in self.calls:
            return  # the same once more
        parties = [reply.caller.account_id, reply.callee.account_id]
        for account_id in parties:
            if account_id in self._live:
                self.wrong(f"account {account_id.int} is in two calls")
            self._live[account_id] = request.call_id
        truth = Truth(
            caller_id=parties[0],
            callee_id=parties[1],
            price_minor=reply.price_minor,
            minute_ms=reply.terms.minute_ms,
            free_ms=self.free_ms,
            grace_ms=self.grace_ms,
            owner=request.node,
            life=self.world.life_of(request.node),
        )
        self.calls[request.call_id] = truth
        self._held[truth.caller_id] += truth.price_minor

    def _renewed(self, request: Renew) -> None:
        truth = self.calls[request.call_id]
        if request.epoch != truth.epoch:
            self.wrong(f"owner number {request.epoch} renewed, the call is that of number {truth.epoch}")
        if request.minute > truth.held + 1 or truth.is_over:
            self.wrong(f"minute {request.minute} was held, after {truth.held}")
        if request.minute == truth.held + 1:
            self._check_both_there(truth)
            truth.held += 1
            self._held[truth.caller_id] += truth.price_minor
        truth.prove(request.talk_ms)

    def _check_both_there(self, truth: Truth) -> None:
        now_ms = self.agenda.now_ms
        if now_ms - self.world.awake_since_ms(truth.owner) < BLIND_MS:
            return
        for account_id in (truth.caller_id, truth.callee_id):
            silent_ms = now_ms - self._last_there_ms(truth, account_id)
            if silent_ms > BLIND_MS:
                self.wrong(f"a minute was bought, and account {account_id.int} has been gone for {silent_ms} ms")

    def _taken_over(self, request: TakeOver, reply: TakenOver) -> None:
        truth = self.calls[request.call_id]
        if (reply.epoch, request.node) != (truth.epoch, truth.owner):
            if reply.epoch != truth.epoch + 1 or request.epoch < truth.epoch:
                self.wrong(f"{request.node} got the call as owner {reply.epoch}, after owner {truth.epoch}")
            awake_ms = self.world.last_awake_ms(truth.owner, truth.life)
            life = self.world.life_of(request.node)
            truth.may_wake |= self.world.may_count_on(truth.owner, truth.life)
            truth.moves(request.node, life=life, awake_ms=awake_ms, now_ms=self.agenda.now_ms)
            self.seen["takeovers"] += 1
        truth.prove(request.talk_ms)
        if (reply.minutes_held, reply.proof_talk_ms) != (truth.held, truth.proof_ms):
            self.wrong(f"{reply.minutes_held} minutes are held and {reply.proof_talk_ms} ms proven, not {truth}")

    def hears(self, event: CallEvent) -> None:
        """Billing is about to take an event in."""
        self._cause = event

    def committed(self, rows: Iterable[OpenCall], ledger: Ledger) -> None:
        """A transaction was committed."""
        self._book(ledger)
        for row in rows:
            if row.id in self.calls:
                self._check_call(row, self.calls[row.id])
            elif row.charge_minor or row.minutes_held:
                self.wrong(f"call {row.id.int} was never authorized")
        for wallet in ledger.wallets.values():
            held_minor = self._held[wallet.account_id]
            if not 0 <= wallet.held_minor <= wallet.balance_minor:
                self.wrong(f"account {wallet.account_id.int} holds {wallet.held_minor} of {wallet.balance_minor}")
            if wallet.held_minor != held_minor:
                self.wrong(f"account {wallet.account_id.int} holds {wallet.held_minor}, not {held_minor}")
            if wallet.balance_minor != self._sums[wallet.account_id]:
                self.wrong(f"the balance of account {wallet.account_id.int} is not the sum of its entries")
            if wallet.earned_minor != self._earned[wallet.account_id]:
                self.wrong(f"the earnings of account {wallet.account_id.int} are not the sum of their entries")

    def _book(self, ledger: Ledger) -> None:
        legs = ledger._legs
        for operation in {leg.operation for leg in legs}:
            if operation in self._operations:
                self.wrong(f"{operation} was booked twice")
            self._operations.add(operation)
        total = 0
        for leg in legs:
            total += leg.amount_minor
            if leg.wallet_id is None:
                self._houses += leg.amount_minor
            else:
                (self._sums if leg.purse == "credit" else self._earned)[leg.wallet_id] += leg.amount_minor
            kind, name, *_ = leg.operation.split(":")
            if kind in {"charge", "refund"} and leg.purse == "credit":
                self.calls[UUID(name)].charged_minor -= leg.amount_minor
        if total:
            self.wrong("money came or went")

    def _check_call(self, row: OpenCall, truth: Truth) -> None:
        if row.minutes_held != truth.held:
            self.wrong(f"call {row.id.int} holds {row.minutes_held} minutes, not {truth.held}")
        if row.talk_ms is None:
            return
        if row.talk_ms != truth.talk_ms:
            self._check_end(row, truth, row.talk_ms)
        due_minor = truth.due_minutes(row.talk_ms) * truth.price_minor
        if truth.charged_minor != due_minor:
            self.wrong(f"call {row.id.int} was charged {truth.charged_minor}, not {due_minor}")

    def _check_end(self, row: OpenCall, truth: Truth, talk_ms: int) -> None:
        """The end came, or turned out to have been earlier."""
        cause = self._cause
        if not isinstance(cause, CallEnded | SweepDue) or cause.epoch != truth.epoch:
            self.wrong(f"call {row.id.int} of owner {truth.epoch} was ended by {cause}")
        if talk_ms > truth.paid_ms:
            self.wrong(f"call {row.id.int} was talked {talk_ms} ms, and {truth.paid_ms} are paid")
        there_ms = min(self._last_there_ms(truth, party) for party in (truth.caller_id, truth.callee_id))
        true_ms = truth.at_most_ms(there_ms) + (UNNOTICED_MS if there_ms < self.agenda.now_ms else 0)
        if talk_ms > true_ms:
            self.wrong(f"call {row.id.int} was talked {talk_ms} ms, and truly {true_ms} at most")
        if talk_ms < truth.proof_ms - PROOF_SLACK_MS:
            self.wrong(f"call {row.id.int} was talked {talk_ms} ms, and {truth.proof_ms} were proven")
        if truth.talk_ms is None:
            self._let_go(row.id, truth)
        else:
            self.talked_ms -= truth.talk_ms
        self.talked_ms += talk_ms
        truth.talk_ms = talk_ms
        self.seen[f"ended {row.reason}"] += 1

    def _let_go(self, call_id: UUID, truth: Truth) -> None:
        self._held[truth.caller_id] -= truth.held * truth.price_minor
        for account_id in (truth.caller_id, truth.callee_id):
            if self._live.pop(account_id, None) != call_id:
                self.wrong(f"account {account_id.int} was not in call {call_id.int}")

    def finish(self) -> None:
        """Nothing is left open."""
        if lasting := [call_id.int for call_id, truth in self.calls.items() if not truth.is_over]:
            self.wrong(f"calls {lasting} were authorized and never settled")
        if any(self._held.values()):
            self.wrong("a hold is left")
        if self._houses + sum(self._sums.values()) + sum(self._earned.values()):
            self.wrong("money came or went")
