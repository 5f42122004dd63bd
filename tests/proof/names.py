"""Plain words for the ids of the database, so that a story can be read."""

from __future__ import annotations

from uuid import UUID

from tests.harness.clock import ManualClock

VERSION_7 = (7 << 76) + (2 << 62)
BITS_AFTER_TIME = 80


class Names:
    """Gives every word an id of the clock's time, later words greater ones; in every run the same."""

    def __init__(self, clock: ManualClock) -> None:
        self._clock = clock
        self._ids: dict[str, UUID] = {}
        self._words: dict[UUID, str] = {}

    def id(self, word: str) -> UUID:
        """Return the id of the word, made where there is none."""
        if word not in self._ids:
            now_ms = int(self._clock.now().timestamp() * 1_000)
            made = UUID(int=(now_ms << BITS_AFTER_TIME) + VERSION_7 + len(self._ids))
            self._ids[word], self._words[made] = made, word
        return self._ids[word]

    def word(self, known: UUID | None) -> str | None:
        """Return the word for an id; an id that was never given has none and shows as itself."""
        return None if known is None else self._words.get(known, str(known))

    def operation(self, operation: str) -> str:
        """Return an operation's name in words: ``charge:<id>`` becomes ``charge:call 1``."""
        kind, subject, *number = operation.split(":")
        return ":".join([kind, self.word(UUID(subject)) or "", *number])
