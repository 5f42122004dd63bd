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
    connected_ms: dict[Role, int] = field(default_factory=dict)
    """When each side said that its media flows."""
    left_ms: dict[UUID, int] = field(default_factory=dict)
    """When each account was last there, of those that will not come back to the call."""
    owned_from_ms: int = 0
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
        self.before_ms = self.at_most_ms(awake_ms)
        self.owner, self.life, self.epoch, self.owned_from_ms = node, life, self.epoch + 1, now_ms

    def at_most_ms(self, until_ms: int) -> int:
        """Return the most that can have been talked until a moment: while both were connected, and somebody owned it."""
        if len(self.connected_ms) < len(Role):
            return 0
        return self.before_ms + max(0, until_ms - max(self.owned_from_ms, *self.connected_ms.values()))

    def due_minutes(self, talk_ms: int) -> int:
        """Return the minutes to be paid: each that was begun, and was held."""
        if talk_ms <= self.grace_ms:
            return 0
        whole, begun_ms = divmod(max(0, talk_ms - self.free_ms), self.minute_ms)
        return min(self.held, whole + (1 if begun_ms else 0))
