"""What should happen: DESIGN.md, section 4, once more, without a line of the product.

A call's events change registers; after each batch of events the money follows the registers. Nothing here knows of
SQL, messages or workers: two lists, a few sums.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import NamedTuple

from tests.proof.purses import CREDIT, EARNINGS, Purses
from tests.proof.registers import Call, Event, Owner, Terms, share


class Silent(NamedTuple):
    """A call that is to be swept, as it was when that was decided."""

    call: str
    minutes: int
    epoch: int


class Model(Purses):
    """Wallets, entries and calls as they must be."""

    def __init__(self, *, setup_ms: int, correction: timedelta | None = None) -> None:
        """`setup_ms`: the longest from an invite to the start; `correction`: how long a settled call may shrink."""
        super().__init__()
        self.correction = correction
        self.calls: dict[str, Call] = {}
        self.setup = timedelta(milliseconds=setup_ms)
        self.terms = Terms()

    def invite(self, name: str, caller: str, callee: str, now: datetime, *, reachable: bool = True) -> str:
        """Hold a minute and claim both, or say why not."""
        if name in self.calls:
            return self._invite_again(self.calls[name], caller, callee)
        payer, other = self.wallets[caller], self.wallets[callee]
        price = payer.price if other.asking_price is None else other.asking_price
        if caller == callee:
            return "self_call"
        if self._glare(caller, callee):
            return "busy"
        if payer.call:
            return "already_in_call"
        if payer.barred:
            return "blocked"
        if payer.blocked and not self.can_pay(caller):
            return "blocked"
        if obstacle := self._obstacle(caller, price, held=0, now=now):
            return obstacle
        call = self.calls[name] = Call(caller, callee, price, other.share_bp, self.terms, lease_ends=now)
        if not reachable or other.call:
            call.end(0, "busy" if reachable else "unreachable", now)
            call.minutes, call.settled, call.refused = 0, now, True
            return str(call.reason)
        self.unblock(caller)
        payer.held += price
        payer.call = other.call = name
        call.minutes_held = 1
        call.lease(now + self.setup)
        return "authorized"

    def _obstacle(self, payer: str, price: int, *, held: int, now: datetime) -> str | None:
        """Why one more minute of a call that holds this much cannot be held; what costs nothing always can."""
        wallet = self.wallets[payer]
        today = sum(
            call.charge - call.refunded
            for call in self.calls.values()
            if call.caller == payer and call.ended and call.ended.date() >= now.date()
        )
        over_call = wallet.limit_a_call is not None and held + price > wallet.limit_a_call
        over_day = wallet.limit_a_day is not None and today + wallet.held + price > wallet.limit_a_day
        if price and (over_call or over_day):
            return "spend_limit"
        return "insufficient_funds" if wallet.available < price else None

    def _glare(self, caller: str, callee: str) -> bool:
        """Whether the callee is calling the caller at this moment."""
        name = self.wallets[callee].call
        call = self.calls.get(name or "")
        return bool(call and (call.caller, call.callee) == (callee, caller) and not call.started)

    def _invite_again(self, call: Call, caller: str, callee: str) -> str:
        if (call.caller, call.callee) != (caller, callee):
            return "billing_unavailable"
        if call.talk_ms is None and call.owner.epoch == 1:
            return "authorized"
        # It must not ring any more; nothing but the word for that depends on why.
        return str(call.reason) if call.reason == "busy" or call.refused else "billing_unavailable"

    def renew(self, name: str, minute: int, talk_ms: int, now: datetime, *, epoch: int = 1) -> str:
        """Hold the minute, once; take the proof of life in any case."""
        call = self.calls.get(name)
        if call is None:
            return "unknown_call"
        if epoch < call.owner.epoch:
            return "taken_over"
        if call.talk_ms is not None:
            return "call_settled"
        call.prove(talk_ms)
        payer = self.wallets[call.caller]
        if minute <= call.minutes_held:
            return "renewed"
        if minute > call.minutes_held + 1:
            return "out_of_turn"
        if payer.barred:
            return "blocked"
        if obstacle := self._obstacle(call.caller, call.price, held=call.minutes_held * call.price, now=now):
            return obstacle
        payer.held += call.price
        call.minutes_held += 1
        call.lease(now)
        return "renewed"

    def take_over(self, name: str, node: str, talk_ms: int, now: datetime, *, epoch: int) -> str:
        """Give the call to the node, where nobody else had it since that epoch."""
        call = self.calls.get(name)
        if call is None:
            return "unknown_call"
        if call.talk_ms is not None:
            return "over"
        wanted = Owner(node, epoch + 1)
        if call.owner.epoch >= wanted.epoch and call.owner != wanted:
            return "taken_over"
        call.prove(talk_ms)
        if call.owner != wanted:
            call.owner = wanted
            call.lease(now if call.started else now + self.setup)
        return f"owner {wanted.epoch}, {call.minutes_held} minutes, {call.proof_ms} ms"

    def silent(self, now: datetime, *, grace_ms: int) -> set[Silent]:
        """The calls whose end never came, long after their lease, with the minutes that they hold."""
        before = now - timedelta(milliseconds=grace_ms)
        return {
            Silent(name, call.minutes_held, call.owner.epoch)
            for name, call in self.calls.items()
            if call.talk_ms is None and call.lease_ends < before
        }

    def hear(self, batch: Sequence[Event], now: datetime) -> list[int]:
        """Take in a batch: first what is said, then the money of every call that it changed.

        Returns the places of those that contradict what is known, which are dropped.
        """
        refused = [place for place, event in enumerate(batch) if not self._register(event, now)]
        settled = [call for name, call in self.calls.items() if self._settle(name, call, now)]
        for call in settled:
            if call.minutes_held and not self.wallets[call.caller].held:
                self.judge(call.caller)
            self.unblock(call.caller)
        return refused

    def _register(self, event: Event, now: datetime) -> bool:
        """Let the event change its call's registers; return whether it could be meant."""
        call = self.calls.get(event.call)
        if event.kind == "sweep":
            if (
                call
                and call.talk_ms is None
                and (call.minutes_held, call.owner.epoch)
                == (
                    event.minutes,
                    event.owner.epoch,
                )
            ):
                proven = call.started + timedelta(milliseconds=call.proof_ms) if call.started else now
                call.end(call.proof_ms, "lost", proven)
            return True
        if call is None:
            if event.kind == "start" or event.talk_ms:
                return False
            # The end overtook the invite, which will find it here.
            price = self.wallets[event.caller].price
            call = Call(event.caller, event.callee, price, 0, Terms(self.terms.minute_ms), lease_ends=now)
            call.owner = event.owner
            self.calls[event.call] = call
        if (call.caller, call.callee) != (event.caller, event.callee):
            return False
        if event.kind == "end":
            if event.owner.epoch < call.owner.epoch:
                return True  # of somebody who does not own the call any more: heard, and idle
            too_late = call.settled and self.correction and now - call.settled > self.correction
            if too_late and event.talk_ms < (call.talk_ms or 0):
                return False
            call.owned_by(event.owner)
            call.end(event.talk_ms, event.reason, event.when)
            return True
        call.owned_by(event.owner)
        if call.started is None:
            call.started = event.when
            if call.talk_ms is None:
                call.lease(now)
        return True

    def _settle(self, name: str, call: Call, now: datetime) -> bool:
        """Bring the money in line with what is due, once it is known; return whether there was anything to do."""
        due = call.due()
        if call.talk_ms is None or (call.minutes is not None and due >= call.minutes):
            return False
        if call.minutes is None:
            self._charge(name, call, due, now)
        else:
            self._shrink(name, call, due)
        return True

    def _charge(self, name: str, call: Call, minutes: int, now: datetime) -> None:
        self.wallets[call.caller].held -= call.minutes_held * call.price
        for party in (call.caller, call.callee):
            if self.wallets[party].call == name:
                self.wallets[party].call = None
        call.minutes, call.settled = minutes, now
        call.earned = share(call.charge, call.share_bp)
        assert call.ended is not None
        moves = [(call.caller, CREDIT, -call.charge), (call.callee, EARNINGS, call.earned)]
        self.post(f"charge:{name}", moves, {"revenue": call.charge - call.earned}, call.ended)

    def _shrink(self, name: str, call: Call, minutes: int) -> None:
        """Give back what is too much, but for what an operator gave back before; dated as the charge."""
        assert call.ended is not None
        kept = call.charge - call.refunded
        call.minutes = minutes
        owed = min(kept, call.charge)
        call.refunded = call.charge - owed
        if kept > owed:
            self._give_back(name, call, kept - owed, owed, call.ended)

    def _give_back(self, name: str, call: Call, amount: int, owed: int, when: datetime) -> None:
        """Refund; the callee's share goes back with it, as far as it was not paid out."""
        taken = min(max(0, call.earned - share(owed, call.share_bp)), self.wallets[call.callee].earned)
        call.refunds += 1
        call.earned -= taken
        moves = [(call.caller, CREDIT, amount), (call.callee, EARNINGS, -taken)]
        self.post(f"refund:{name}:{call.refunds}", moves, {"refunds": taken - amount}, when)

    def refund(self, name: str, amount: int, when: datetime) -> bool:
        """An operator gives back part of a charge; never more than was charged and not given back."""
        call = self.calls[name]
        kept = call.charge - call.refunded
        if amount > kept:
            return False
        call.refunded += amount
        self._give_back(name, call, amount, kept - amount, when)
        self.unblock(call.caller)
        return True
