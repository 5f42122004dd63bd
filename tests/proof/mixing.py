"""Many tasks on few wallets at once, through several workers: planned by a seed, decided by the database.

What the product answered is remembered. From that alone follows what must be in every wallet in the end, whatever
the order was: calls are only refunded once their last word is known, and only people who are never paid out have to
give back a share.
"""

from __future__ import annotations

import asyncio
import random
from collections import Counter
from collections.abc import Awaitable, Callable, Coroutine, Sequence
from dataclasses import dataclass, field
from typing import Any, ParamSpec, TypeVar

from sqlalchemy.ext.asyncio import AsyncEngine

from shared.bus.interface import Delivery
from shared.database import DatabaseUnavailableError
from tests.harness.clock import ManualClock
from tests.proof.names import Names
from tests.proof.office import Office
from tests.proof.reality import Reality
from tests.proof.registers import Event, share

PEOPLE = [f"person_{number}" for number in range(6)]
PAID_OUT = PEOPLE[0]
CREDIT, PRICE, MINUTE_MS = 400, 10, 60_000
TRIES_MAX = 50
LEASE_AND_GRACE_MS = 10 * MINUTE_MS

P = ParamSpec("P")
T = TypeVar("T")
Plan = Callable[[str], Coroutine[Any, Any, None]]


@dataclass
class Talk:
    """A call that was authorized, as the answers told."""

    caller: str
    callee: str
    price: int
    share_bp: int
    minutes: int = 1
    talk_ms: int = 0
    refunded: int = 0

    @property
    def kept(self) -> int:
        """What the caller has paid for it in the end."""
        return min(-(-self.talk_ms // MINUTE_MS), self.minutes) * self.price - self.refunded


@dataclass
class Mix:
    """What is planned, and what came of it."""

    engines: Sequence[AsyncEngine]
    clock: ManualClock
    names: Names
    seed: int
    talks: dict[str, Talk] = field(default_factory=dict)
    silent: list[str] = field(default_factory=list)
    """Calls whose end has not come yet."""
    log: list[Delivery] = field(default_factory=list)
    credit: Counter[str] = field(default_factory=Counter)
    paid_out: int = 0
    retries: int = 0

    async def open(self) -> None:
        """Give everybody an account, and every worker its connections."""
        self.chance = random.Random(self.seed)
        self.workers = [Reality(engine, self.clock, self.names) for engine in self.engines]
        self.offices = [Office(worker) for worker in self.workers]
        await self.offices[0].open()
        await self.workers[0].open_accounts(PEOPLE, price=PRICE, credit=CREDIT, share_bp=3_333)
        self.credit.update(dict.fromkeys(PEOPLE, CREDIT))
        for worker in self.workers:
            await worker.open()

    async def play(self, number: int) -> None:
        """Do everything at once."""
        settled = [name for name in self.talks if name not in self.silent]
        often: list[tuple[Plan, int]] = [(self._talk, 8), (self._top_up, 4), (self._adjust, 4), (self._pay_out, 2)]
        often += [(self._set_prices, 2), (self._late_end, 1), (self._sweep, 2)]
        plans = [plan for plan, times in often for _ in range(times)]
        self.chance.shuffle(plans)
        tasks = [plan(f"{number}_{place}") for place, plan in enumerate(plans)]
        refundable = [name for name in settled if self.talks[name].callee != PAID_OUT]
        tasks += [self._refund(name) for name in self.chance.choices(refundable, k=4)] if refundable else []
        self.clock.advance(LEASE_AND_GRACE_MS)
        await _all(tasks)

    async def finish(self) -> None:
        """Let the last calls end."""
        while self.silent:
            await self._late_end("")

    def expected(self) -> dict[str, tuple[int, int]]:
        """Return the credit and the earnings that everybody must have now, when nothing is held."""
        credit, earned = Counter(self.credit), Counter({PAID_OUT: -self.paid_out})
        for talk in self.talks.values():
            credit[talk.caller] -= talk.kept
            earned[talk.callee] += share(talk.kept, talk.share_bp)
        return {person: (credit[person], earned[person]) for person in PEOPLE}

    async def _patiently(self, doing: Callable[P, Awaitable[T]], *args: P.args, **how: P.kwargs) -> T:
        """Try again what met a deadlock or the like, as bus and clients do."""
        for _ in range(TRIES_MAX):
            try:
                return await doing(*args, **how)
            except DatabaseUnavailableError:
                self.retries += 1
                await asyncio.sleep(0)
        raise AssertionError("nothing helps")

    def _worker(self) -> Reality:
        return self.chance.choice(self.workers)

    def _office(self) -> Office:
        return self.chance.choice(self.offices)

    async def _talk(self, number: str) -> None:
        name, (caller, callee) = f"call_{number}", self.chance.sample(PEOPLE, 2)
        worker, talk_ms, wanted = self._worker(), self.chance.choice([0, 1, 60_000, 60_001, 170_000]), 3
        is_silent = self.chance.random() < 0.2
        if await self._patiently(worker.invite, name, caller, callee) != "authorized":
            return
        price, share_bp = worker.granted(name)
        talk = self.talks[name] = Talk(caller, callee, price, share_bp)
        self.silent.append(name)
        for minute in range(2, wanted + 1):
            at_ms = (minute - 1) * MINUTE_MS - 15_000
            answer = await self._patiently(self._worker().renew, name, minute, at_ms)
            talk.minutes += answer == "renewed"
            talk.talk_ms = at_ms  # proven by the request, whatever the answer
        if not is_silent:
            talk.talk_ms = talk_ms
            self.silent.remove(name)
            start = Event("start", name, caller, callee, self.clock.now())
            # What a callee earns too much at first, and gives back then, must not be paid out in between.
            said_ms = [talk_ms] if callee == PAID_OUT else [talk_ms, 999_999]
            ends = [Event("end", name, caller, callee, self.clock.now(), ms, "hung_up") for ms in said_ms]
            await self._hear([worker.message(event) for event in [start, *ends]])

    async def _late_end(self, _: str) -> None:
        """The end comes that was waited for, at the very moment at which the call is swept, it may be."""
        if self.silent:
            name = self.silent.pop(0)
            talk = self.talks[name]
            end = Event("end", name, talk.caller, talk.callee, self.clock.now(), talk.talk_ms, "lost")
            await self._hear([self.workers[0].message(end)])

    async def _sweep(self, _: str) -> None:
        worker = self._worker()
        await self._hear(list((await self._patiently(worker.look_for_silent_calls)).values()))

    async def _hear(self, messages: Sequence[Delivery]) -> None:
        """Several workers get the messages at once, each in another order."""
        self.log += messages
        orders = [self.chance.sample(list(messages), len(messages)) for _ in range(2)]
        heard = [self._patiently(self._worker().hear, order) for order in orders]
        assert not any(await _all(heard))

    async def _top_up(self, number: str) -> None:
        """Two of the provider's servers confirm the payment at once, one with an event of its own."""
        name, who, amount = f"payment_{number}", self.chance.choice(PEOPLE), self.chance.choice([1, 25, 60])
        await self._worker().order(name, who, amount)
        confirmed = [
            self._patiently(self._worker().pay, name, amount, event=f"{name} {event}") for event in ("a", "a", "b")
        ]
        await _all(confirmed)
        self.credit[who] += amount

    async def _adjust(self, number: str) -> None:
        who, amount = self.chance.choice(PEOPLE), self.chance.choice([5, 30, -5, -40])
        name, offices = f"adjustment_{number}", [self._office(), self._office()]
        booked = [self._patiently(office.adjust, name, who, amount) for office in offices]
        done = await _all(booked)
        assert sum(done) <= 1
        self.credit[who] += amount * any(done)

    async def _pay_out(self, number: str) -> None:
        amount = self.chance.choice([1, 3, 9])
        if await self._patiently(self._office().pay_out, f"payout_{number}", PAID_OUT, amount):
            self.paid_out += amount

    async def _refund(self, name: str) -> None:
        amount, talk = self.chance.choice([1, 5, 10]), self.talks[name]
        if await self._patiently(self._office().refund, name, amount):
            talk.refunded += amount

    async def _set_prices(self, _: str) -> None:
        who, price, asked = (
            self.chance.choice(PEOPLE),
            self.chance.choice([7, 10]),
            self.chance.choice([None, 5, 13]),
        )
        await self._patiently(self._office().set_price, who, price)
        await self._patiently(self._office().set_asking_price, who, asked, 3_333)


async def _all(tasks: Sequence[Coroutine[Any, Any, T]]) -> list[T]:
    """Return what they return, when all are done; then raise what one of them raised."""
    done = await asyncio.gather(*tasks, return_exceptions=True)
    for result in done:
        if isinstance(result, BaseException):
            raise result
    return [result for result in done if not isinstance(result, BaseException)]
