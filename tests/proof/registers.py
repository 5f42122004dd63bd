"""The model's call: registers that events change in any order, and what is to be paid by them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal, NamedTuple


class Terms(NamedTuple):
    """By what a call is charged, besides its price."""

    minute_ms: int = 60_000
    free_ms: int = 0
    grace_ms: int = 0


class Owner(NamedTuple):
    """A node, and the how-many-th owner of a call it is."""

    node: str = "node-1"
    epoch: int = 1


FIRST = Owner()


class Event(NamedTuple):
    """What a message says: a start (at `when`), an end after `talk_ms`, or a sweep of so many `minutes`; and whose
    call it was for whoever says it.
    """

    kind: Literal["start", "end", "sweep"]
    call: str
    caller: str
    callee: str
    when: datetime
    talk_ms: int = 0
    reason: str = ""
    minutes: int = 0
    owner: Owner = FIRST


@dataclass
class Call:
    """A call's registers, and what came of its money."""

    caller: str
    callee: str
    price: int
    share_bp: int
    terms: Terms
    lease_ends: datetime
    minutes_held: int = 0
    proof_ms: int = 0
    started: datetime | None = None
    talk_ms: int | None = None
    reason: str | None = None
    ended: datetime | None = None
    minutes: int | None = None
    settled: datetime | None = None
    earned: int = 0
    refunded: int = 0
    refunds: int = 0
    owner: Owner = FIRST
    refused: bool = False
    """Whether the callee was busy or not there when it was asked for."""

    @property
    def charge(self) -> int:
        return (self.minutes or 0) * self.price

    @property
    def paid_ms(self) -> int:
        return self.terms.free_ms + self.minutes_held * self.terms.minute_ms

    def owned_by(self, owner: Owner) -> None:
        """A later owner than any that was heard of is the owner."""
        if owner.epoch > self.owner.epoch:
            self.owner = owner

    def prove(self, talk_ms: int) -> None:
        self.proof_ms = max(self.proof_ms, min(talk_ms, self.paid_ms))

    def lease(self, now: datetime) -> None:
        self.lease_ends = now + timedelta(milliseconds=self.paid_ms - self.proof_ms)

    def end(self, talk_ms: int, reason: str, when: datetime) -> None:
        """The first word gives the reason and the time, the smallest the talk time."""
        if self.talk_ms is None:
            self.talk_ms, self.reason, self.ended = talk_ms, reason, when
        self.talk_ms = min(self.talk_ms, talk_ms)

    def due(self) -> int:
        """The minutes to be paid: each that was begun, and was held."""
        talk_ms = self.talk_ms or 0
        if talk_ms <= self.terms.grace_ms:
            return 0
        whole, begun_ms = divmod(max(0, talk_ms - self.terms.free_ms), self.terms.minute_ms)
        return min(whole + 1 if begun_ms else whole, self.minutes_held)


def share(amount: int, share_bp: int) -> int:
    """What the callee earns of an amount; the house keeps what cannot be divided."""
    return (amount * share_bp) // 10_000
