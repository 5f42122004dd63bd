"""The beats of other nodes: what a device was heard after. So no two clocks are compared."""

from __future__ import annotations

from collections import deque

BEATS_MAX = 64
"""Beats of a node remembered: more than a device can be silent for before it is lost."""


class ArrivedBeats:
    """The newest beats of each node, and when they came by this node's clock."""

    def __init__(self) -> None:
        self._beats: dict[str, deque[tuple[int, int]]] = {}

    def note(self, node: str, beat: int, now_ms: int) -> None:
        """A beat came."""
        beats = self._beats.setdefault(node, deque(maxlen=BEATS_MAX))
        if beats and beat <= beats[-1][0]:
            # The node has started again, and counts from the beginning.
            beats.clear()
        beats.append((beat, now_ms))

    def newest_before(self, node: str, at_ms: int) -> int:
        """Return the newest beat of the node that had come by this moment; 0 where none had."""
        return next((beat for beat, came_ms in reversed(self._beats.get(node, ())) if came_ms <= at_ms), 0)

    def forget_all_but(self, nodes: set[str]) -> None:
        """Nothing is shared with the others any more."""
        for node in self._beats.keys() - nodes:
            del self._beats[node]
