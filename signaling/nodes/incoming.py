"""What other nodes say: of each the newest lane, every number once and in order."""

from __future__ import annotations

from collections import OrderedDict, deque
from dataclasses import dataclass, field
from enum import Enum, auto
from uuid import UUID

from shared.messages.nodes import NodeMessage

SENDERS_MAX = 1_024
"""Nodes remembered; one that was silent for longer than so many others is new again."""
OLD_LANES_MAX = 8
GAP_MS_MAX = 1_000
"""How long a number that is missing may take to come: its sender publishes it again much sooner."""


class Verdict(Enum):
    """What to do about a message."""

    TAKE = auto()
    TAKE_ANEW = auto()
    """Take it, and know that something of the lane before it may never have come."""
    TAKE_OF_NEW_LIFE = auto()
    """Take it anew; its sender has started again, and has never heard what it was told before."""
    DROP = auto()
    """It was here already, or comes again after those that are missing."""
    BROKEN = auto()
    """What is missing will not come any more: tell the sender."""


@dataclass(slots=True, eq=False)
class _Sender:
    lane: UUID
    life: UUID
    last: int = 0
    gap_since_ms: int | None = None
    old_lanes: deque[UUID] = field(default_factory=lambda: deque(maxlen=OLD_LANES_MAX))


class IncomingLanes:
    """Judges messages; has no other effect."""

    def __init__(self) -> None:
        self._senders: OrderedDict[str, _Sender] = OrderedDict()

    def judge(self, message: NodeMessage, now_ms: int) -> Verdict:
        """Say what becomes of this message, the next one that came."""
        sender = self._senders.get(message.sender)
        if sender is None:
            sender = self._senders[message.sender] = _Sender(message.lane, message.life)
            if len(self._senders) > SENDERS_MAX:
                self._senders.popitem(last=False)
        self._senders.move_to_end(message.sender)
        if message.lane in sender.old_lanes:
            return Verdict.DROP
        if message.lane != sender.lane:
            return self._of_another_lane(sender, message, now_ms)
        return self._of_this_lane(sender, message, now_ms)

    def _of_another_lane(self, sender: _Sender, message: NodeMessage, now_ms: int) -> Verdict:
        if message.number != 1:
            return self._missing(sender, now_ms)
        sender.old_lanes.append(sender.lane)
        sender.lane, sender.last, sender.gap_since_ms = message.lane, 1, None
        if sender.life != message.life:
            sender.life = message.life
            return Verdict.TAKE_OF_NEW_LIFE
        return Verdict.TAKE_ANEW

    def _of_this_lane(self, sender: _Sender, message: NodeMessage, now_ms: int) -> Verdict:
        if message.number <= sender.last:
            return Verdict.DROP
        if message.number > sender.last + 1:
            return self._missing(sender, now_ms)
        sender.last, sender.gap_since_ms = message.number, None
        return Verdict.TAKE

    def _missing(self, sender: _Sender, now_ms: int) -> Verdict:
        if sender.gap_since_ms is None:
            sender.gap_since_ms = now_ms
        if now_ms - sender.gap_since_ms < GAP_MS_MAX:
            return Verdict.DROP
        sender.gap_since_ms = now_ms
        return Verdict.BROKEN
