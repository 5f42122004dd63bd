"""Places where a process can be told to fail: named, between any two writes that belong together (docs/faults.md).

Nothing happens at them, at the price of one look into an empty mapping, unless the setting `failpoints` arms some:
``settle.committed=kill``, ``relay.published=exception@3`` (at the third passage), ``once.asked=stall:500``
(milliseconds), separated by commas; or ``@path``, a file that says so and is read again at each passage. Each fires
once. Production refuses the setting.
"""

from __future__ import annotations

import asyncio
import logging
import os
import re
import signal
import time
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Protocol

log = logging.getLogger(__name__)

_ONE = re.compile(r"([a-z_.]+)=(kill|exception|stall)(?::([0-9]{1,6}))?(?:@([1-9][0-9]{0,5}))?")


class Failpoint(StrEnum):
    """All there are; tests try each of them with each way to fail."""

    LEDGER_WALLETS_SAVED = "ledger.wallets_saved"
    """The wallets are changed, their entries are not booked."""
    OUTBOX_REACHED = "outbox.reached"
    """Whatever there is to tell of is written, the messages that tell of it are not."""
    OUTBOX_STORED = "outbox.stored"
    """The messages are stored, nobody rang for the relay."""
    CALLS_UPDATED = "calls.updated"
    """Known calls are changed, new ones are not inserted."""

    ADMISSION_CALLS_SAVED = "admission.calls_saved"
    """The call says that a minute is held, the wallet does not."""
    ADMISSION_LEDGER_SAVED = "admission.ledger_saved"
    """Hold and claims are there, the invite is not counted and nobody is told."""
    ADMISSION_TOLD = "admission.told"
    """All is written, and not committed."""
    ADMISSION_COMMITTED = "admission.committed"
    """The minute is held for a call, and whoever asked does not know."""

    SETTLE_LEDGER_SAVED = "settle.ledger_saved"
    """The charge is booked, nobody is told."""
    SETTLE_TOLD = "settle.told"
    """The charge is booked and told, the call does not know it."""
    SETTLE_CALLS_SAVED = "settle.calls_saved"
    """All is written, and not committed."""
    SETTLE_COMMITTED = "settle.committed"
    """The call is settled, its event not acknowledged."""

    RELAY_PUBLISHED = "relay.published"
    """The broker has the messages, and so has the outbox."""

    REPLAY_APPLIED = "replay.applied"
    """A batch of the log is carried out, and not committed."""
    REPLAY_COMMITTED = "replay.committed"
    """It is committed, the next one not begun."""

    ACCOUNT_STORED = "account.stored"
    """The account is there, its wallet is not."""
    ONCE_CLAIMED = "once.claimed"
    """The key of a request is claimed, nobody was asked for anything."""
    ONCE_ASKED = "once.asked"
    """The provider has done its part, nothing of it is booked."""
    ONCE_EFFECTED = "once.effected"
    """The effect is written, the answer to the key is not."""
    ONCE_COMMITTED = "once.committed"
    """Effect and answer are committed, the client has no answer."""
    PAYMENT_SETTLED = "payment.settled"
    """The payment is settled, the wallet not credited."""
    PAYMENT_CREDITED = "payment.credited"
    """The wallet is credited, nobody is told."""
    PAYMENT_CARRIED_OUT = "payment.carried_out"
    """All of a provider's event is done, and the event not remembered."""
    PAYMENT_COMMITTED = "payment.committed"
    """It is committed, the provider has no answer."""
    AUDIT_REACHED = "audit.reached"
    """An operator's act is done, not on record."""
    ADJUSTMENT_BOOKED = "adjustment.booked"
    """An operator's adjustment is booked, neither told nor on record."""
    ADJUSTMENT_TOLD = "adjustment.told"
    """It is told, not on record."""
    PAYOUT_BOOKED = "payout.booked"
    """A payout is booked, neither told nor on record."""
    PAYOUT_TOLD = "payout.told"
    """It is told, not on record."""
    CALL_REFUND_BOOKED = "call_refund.booked"
    """A refund of a call is booked, the call does not know it."""
    CALL_REFUND_COUNTED = "call_refund.counted"
    """The call knows it, nobody is told."""
    PAYMENT_REFUND_BOOKED = "payment_refund.booked"
    """The money has left the wallet, the refund is not written down."""
    PAYMENT_REFUND_TAKEN = "payment_refund.taken"
    """Somebody is about to ask the provider, and has not."""
    PAYMENT_REFUND_ASKED = "payment_refund.asked"
    """The provider gave the money back, we have not noted that."""

    TAKE_OVER_GRANTED = "take_over.granted"
    """Billing made this node the owner of a call, which it does not have yet."""
    CALL_HANDED_OVER = "call.handed_over"
    """Another node was given a call that this one has not let go."""
    ANNOUNCER_KEPT = "announcer.kept"
    """An event of a call is in the journal, not published."""
    ANNOUNCER_CONFIRMED = "announcer.confirmed"
    """The broker has events of calls, and so has the journal."""
    CALL_ENDING = "call.ending"
    """Devices may have heard of a call's end, its event is not in the journal."""


class FailpointError(Exception):
    """What a failpoint raises."""


class Way(StrEnum):
    """How a process fails."""

    KILL = "kill"
    EXCEPTION = "exception"
    STALL = "stall"


@dataclass(slots=True)
class Armed:
    """How a failpoint fails, and at which passage from now."""

    way: Way
    stall_ms: int
    passages_left: int

    def fires(self, point: Failpoint) -> bool:
        """Count a passage; whether this is the one. A kill does not return."""
        self.passages_left -= 1
        if self.passages_left:
            return False
        log.warning("Failpoint %s: %s", point, self.way)
        if self.way is Way.KILL:
            os.kill(os.getpid(), signal.SIGKILL)
        if self.way is Way.EXCEPTION:
            raise FailpointError(point)
        return True


class Arming(Protocol):
    """Says how a failpoint is armed."""

    def get(self, point: Failpoint, /) -> Armed | None:
        """Return how, or None."""


class FromFile:
    """What a file says now; what it said before is forgotten once it says something else."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._text = ""
        self._armed: dict[Failpoint, Armed] = {}

    def get(self, point: Failpoint, /) -> Armed | None:
        text = self._path.read_text(encoding="utf-8").strip() if self._path.exists() else ""
        if text != self._text:
            self._text, self._armed = text, read(text)
        return self._armed.get(point)


_arming: Arming = dict[Failpoint, Armed]()


def arm(text: str) -> None:
    """Arm what the text says, and nothing else. Raises `ValueError`."""
    global _arming
    _arming = FromFile(Path(text[1:])) if text.startswith("@") else read(text)


def check(text: str) -> None:
    """Raise `ValueError` where the text arms nothing that there is."""
    if not text.startswith("@"):
        read(text)


def read(text: str) -> dict[Failpoint, Armed]:
    """Return what a text arms. Raises `ValueError`."""
    armed: dict[Failpoint, Armed] = {}
    for one in filter(None, (part.strip() for part in text.split(","))):
        found = _ONE.fullmatch(one)
        if found is None or found[1] not in set(Failpoint) or (found[2] == "stall") != (found[3] is not None):
            raise ValueError(f"`failpoints`: {one!r} is not of the form name=kill|exception|stall:ms[@passage]")
        armed[Failpoint(found[1])] = Armed(Way(found[2]), int(found[3] or 0), int(found[4] or 1))
    return armed


async def failpoint(point: Failpoint) -> None:
    """Fail here where that is armed: a stall holds up this task alone. Raises `FailpointError`."""
    armed = _arming.get(point)
    if armed is not None and armed.fires(point):
        await asyncio.sleep(armed.stall_ms / 1_000)


def failpoint_now(point: Failpoint) -> None:
    """Fail here where that is armed: a stall holds up the whole process. Raises `FailpointError`."""
    armed = _arming.get(point)
    if armed is not None and armed.fires(point):
        time.sleep(armed.stall_ms / 1_000)
