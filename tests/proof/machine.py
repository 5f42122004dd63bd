"""A machine that makes up stories of calls and money, and holds the product to the model after every step.

Messages wait in a bag. Any of them is delivered at any time, any number of times, in batches of any order.
"""

from __future__ import annotations

import sys
from typing import cast

from hypothesis import strategies as st
from hypothesis.stateful import Bundle, MultipleResults, multiple, precondition, rule

from shared.bus.interface import Delivery
from shared.messages.base import EndReason
from tests.proof.customers import SETTINGS
from tests.proof.model import Silent
from tests.proof.registers import Event, Owner
from tests.proof.rules_of_money import MoneyStory
from tests.proof.stage import Stage
from tests.proof.story import PEOPLE, people

BOUNDARIES_MS = (0, 5_000, 30_000, 60_000, 90_000, 120_000, 180_000)
"""None, the grace, the free seconds, whole minutes, and whole minutes after the free seconds."""
talks = st.sampled_from(sorted({max(0, whole + off) for whole in BOUNDARIES_MS for off in (-1, 0, 1)}))
pairs = st.sampled_from([(one, other) for one in PEOPLE for other in PEOPLE if one != other])
nodes = st.sampled_from(["node-1", "node-2", "node-3"])
owners_ago = st.sampled_from([0, 0, 0, 0, 1, 2])
seldom = st.sampled_from([False] * 5 + [True])
some_call = st.runner().flatmap(lambda story: st.sampled_from(story.likely_calls()))


class MoneyMachine(MoneyStory):
    """Calls, and a queue that delivers what it likes."""

    message: Bundle[Event] = Bundle("message")

    def __init__(self, stage: Stage) -> None:
        super().__init__(stage)
        self.parties: dict[str, tuple[str, str]] = {}
        self.bag: dict[Event, Delivery] = {}
        """Everything that was ever said, in the order of its saying."""

    def likely_calls(self) -> list[str]:
        """Return all calls, and those that something may still happen to several times."""
        going_on = [name for name, call in self.model.calls.items() if call.talk_ms is None]
        charged = [name for name, call in self.model.calls.items() if call.charge]
        return [*self.parties, *going_on * 5, *charged * 2]

    @rule(pair=pairs, minutes=st.integers(1, 4), unreachable=seldom)
    def invite(self, pair: tuple[str, str], minutes: int, unreachable: bool) -> None:
        """Somebody calls somebody; signaling asks for so many minutes as soon as it can."""
        self._call(pair, minutes, reachable=not unreachable)

    def _call(self, pair: tuple[str, str], minutes: int, *, reachable: bool) -> str:
        name = self.new("call")
        self.parties[name] = pair
        self._invite(name, *pair, reachable=reachable)
        for minute in range(2, minutes + 1):
            self._renew(name, minute, (minute - 1) * 60_000 - 15_000)
        return name

    @rule(target=message, pair=pairs, minutes=st.integers(1, 4), talk_ms=talks)
    def converse(self, pair: tuple[str, str], minutes: int, talk_ms: int) -> Event:
        """Two people whose calls before are over have one, from the first word to the last."""
        for name in {self.model.wallets[who].call for who in pair} - {None}:
            self.end(str(name), talk_ms, EndReason.HUNG_UP, at_once=True)
        name = self._call(pair, minutes, reachable=True)
        self._hear([self._start(name)])
        return cast(Event, self.end(name, talk_ms, EndReason.HUNG_UP, at_once=True))

    @rule(pair=pairs)
    def give_up(self, pair: tuple[str, str]) -> None:
        """Somebody wants to call somebody, but nobody was asked yet: an end may overtake the invite."""
        name = self.new("call")
        self.parties[name] = pair

    @precondition(lambda self: self.parties)
    @rule(name=some_call, mistaken=seldom, caller=people, callee=people)
    def invite_again(self, name: str, mistaken: bool, caller: str, callee: str) -> None:
        """The same request once more; or, by mistake, somebody else's under the same name."""
        self._invite(name, *((caller, callee) if mistaken else self.parties[name]), reachable=True)

    def _invite(self, name: str, caller: str, callee: str, *, reachable: bool) -> None:
        now = self.real.clock.now()
        expected = self.model.invite(name, caller, callee, now, reachable=reachable)
        doing = self.real.invite(name, caller, callee, reachable=reachable)
        self.happens("invites", f"{caller} calls {callee}", expected, doing)

    @precondition(lambda self: self.parties)
    @rule(name=some_call, ahead=st.sampled_from([1, 1, 1, 0, 2]), talk_ms=talks, ago=owners_ago)
    def renew(self, name: str, ahead: int, talk_ms: int, ago: int = 0) -> None:
        """A node asks for the next minute, for one that it has, or for one too far; its call it is, or was."""
        known = self.model.calls.get(name)
        epoch = self._owner(name, ago=ago).epoch
        self._renew(name, max(2, (known.minutes_held if known else 1) + ahead), talk_ms, epoch=epoch)

    def _renew(self, name: str, minute: int, talk_ms: int, *, epoch: int = 1) -> None:
        expected = self.model.renew(name, minute, talk_ms, self.real.clock.now(), epoch=epoch)
        doing = self.real.renew(name, minute, talk_ms, epoch=epoch)
        self.happens("renewals", f"minute {minute} at {talk_ms} ms", expected, doing)

    @precondition(lambda self: self.parties)
    @rule(name=some_call, node=nodes, talk_ms=talks, ago=owners_ago)
    def take_over(self, name: str, node: str, talk_ms: int, ago: int = 0) -> None:
        """A node wants the call from the owner that it knows of, or asks once more."""
        epoch = self._owner(name, ago=ago).epoch
        expected = self.model.take_over(name, node, talk_ms, self.real.clock.now(), epoch=epoch)
        doing = self.real.take_over(name, node, talk_ms, epoch=epoch)
        word = expected.partition(" ")[0]
        self.stage.seen[f"takeovers {word}"] += 1
        self.happens("takeovers", f"{node} takes {name} over", expected, doing)

    def _owner(self, name: str, *, ago: int = 0) -> Owner:
        """Return whose the call is, or was so many owners ago."""
        known = self.model.calls.get(name)
        owner = known.owner if known else Owner()
        return Owner("a node of old", owner.epoch - ago) if 0 < ago < owner.epoch else owner

    @precondition(lambda self: self.parties)
    @rule(target=message, name=some_call)
    def start(self, name: str) -> Event:
        """Talk time begins."""
        return self._start(name)

    def _start(self, name: str) -> Event:
        return self._said(Event("start", name, *self.parties[name], self.real.clock.now(), owner=self._owner(name)))

    @precondition(lambda self: self.parties)
    @rule(
        target=message,
        name=some_call,
        talk_ms=talks,
        reason=st.sampled_from(EndReason),
        at_once=st.sampled_from([True, True, False]),
        ago=owners_ago,
    )
    def end(self, name: str, talk_ms: int, reason: EndReason, at_once: bool, ago: int = 0) -> Event:
        """The call is over, says a node: for the first time, once more, otherwise, or though it is not its own."""
        owner, now = self._owner(name, ago=ago), self.real.clock.now()
        said = self._said(Event("end", name, *self.parties[name], now, talk_ms, reason.value, owner=owner))
        if at_once:
            self._hear([said])
        return said

    def _said(self, event: Event) -> Event:
        self.bag.setdefault(event, self.real.message(event))
        return event

    @rule(target=message, minutes=st.sampled_from([1, 2, 5, 1, 2, 5, 11_000]))
    def supervise(self, minutes: int) -> MultipleResults[Event]:
        """Time passes; the worker looks for calls whose end never came, and puts sweeps into the queue."""
        self.real.clock.advance(minutes * 60_000)
        now = self.real.clock.now()
        expected = self.model.silent(now, grace_ms=SETTINGS.sweep_grace_ms)
        found: dict[Silent, Delivery] = self.stage.run(self.real.look_for_silent_calls())
        assert found.keys() == expected, f"silent: should be {expected}, is {set(found)}"
        sweeps = {
            Event("sweep", call, "", "", now, minutes=minutes, owner=Owner("", epoch)): said
            for (call, minutes, epoch), said in found.items()
        }
        self.stage.seen["sweeps"] += len(sweeps)
        self.bag.update(sweeps)
        return multiple(*sweeps)

    @rule(batch=st.lists(message, min_size=1, max_size=6), times=st.sampled_from([1, 1, 1, 0, 2, 5]))
    def deliver(self, batch: list[Event], times: int) -> None:
        """A worker dies right before its commit. Then the batch is committed; the next worker dies before it
        acknowledges, and the batch comes again: so many times.
        """
        in_vain = self.real.hear_in_vain([self.bag[event] for event in batch])
        self.happens("power cuts", f"{len(batch)} messages", None, in_vain)
        for _ in range(times):
            self._hear(batch)

    def _hear(self, batch: list[Event]) -> None:
        refused = self.model.hear(batch, self.real.clock.now())
        doing = self.real.hear([self.bag[event] for event in batch])
        self.happens("batches", f"{len(batch)} messages", refused, doing)

    @precondition(lambda self: self.parties)
    @rule(name=some_call, amount=st.sampled_from([1, 3, 5, 7, 10, 15, 33]))
    def refund(self, name: str, amount: int) -> None:
        """An operator gives back part of a charge, or tries to."""
        if name in self.model.calls:
            expected = self.model.refund(name, amount, self.real.clock.now())
            self.happens("refunds", f"{amount} of {name}", expected, self.office.refund(name, amount))

    def teardown(self) -> None:
        """All that was said is delivered, the newest first; what is silent then is swept. Then all once more."""
        if sys.exc_info()[0] is not None or not self.model.wallets:
            return  # the story failed, or did not begin
        self._hear(list(reversed(self.bag)))
        self.supervise(60)
        self._hear(list(self.bag))
        books = self.compare()
        assert not any(call["settled_at"] is None for call in books.calls), "a call was never settled"
        self._hear(list(self.bag))
        assert self.compare() == books, "what was settled was moved by hearing it again"
        self.stage.seen["stories"] += 1
        self.stage.seen.update(
            "booked: " + entry.operation.partition(":")[0] for entry in self.model.ledger if not entry.purse
        )
