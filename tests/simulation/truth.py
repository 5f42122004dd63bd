"""One call as it truly was."""

from __future__ import annotations

from dataclasses import dataclass, field
from uuid import UUID

from shared.messages.base import Role


@dataclass(kw_only=True)
class Truth:
    """Kept by those who see everything: which node owned the call from when to when, and who was there."""

    caller_id: UUID
    callee_id: UUID
    price_minor: int
    minute_ms: int
    free_ms: int
    grace_ms: int
    owner: str
    life: int
    epoch: int = 1
    held: int = 1
    proof_ms: int = 0
    charged_minor: int = 0
    talk_ms: int | None = None
    connected: set[Role] = field(default_factory=set)
    """The sides that have said that their media flows."""
    started_ms: int | None = None
    """When an owner first knew of both."""
    left_ms: dict[UUID, int] = field(default_factory=dict)
    """When each account was last there, of those that will not come back to the call."""
    owned_from_ms: int = 0
    may_wake: bool = False
    """An earlier owner hung when the call was taken from it, and may have counted on, once it was awake again."""
    before_ms: int = 0
    """The most that can have been talked under earlier owners."""

    @property
    def is_over(self) -> bool:
        return self.talk_ms is not None

    @property
    def paid_ms(self) -> int:
        return self.free_ms + self.held * self.minute_ms

    def prove(self, talk_ms: int) -> None:
        """An owner said that both were there at this talk time."""
        self.proof_ms = max(self.proof_ms, min(talk_ms, self.paid_ms))

    def moves(self, node: str, *, life: int, awake_ms: int, now_ms: int) -> None:
        """Another node owns the call; the one before was awake until then, and knows of no later talk."""
        self.before_ms = self._owned_ms(awake_ms)
        self.owner, self.life, self.epoch, self.owned_from_ms = node, life, self.epoch + 1, now_ms

    def at_most_ms(self, until_ms: int) -> int:
        """Return the most that can have been talked until then: while both were connected, and it had an owner.

        What an owner counted that was none any more was talked as well, if not more than once.
        """
        if self.may_wake and self.started_ms is not None:
            return max(0, until_ms - self.started_ms)
        return self._owned_ms(until_ms)

    def _owned_ms(self, until_ms: int) -> int:
        if self.started_ms is None:
            return 0
        return self.before_ms + max(0, until_ms - max(self.owned_from_ms, self.started_ms))

    def due_minutes(self, talk_ms: int) -> int:
        """Return the minutes to be paid: each that was begun, and was held."""
        if talk_ms <= self.grace_ms:
            return 0
        whole, begun_ms = divmod(max(0, talk_ms - self.free_ms), self.minute_ms)
        return min(self.held, whole + (1 if begun_ms else 0))
