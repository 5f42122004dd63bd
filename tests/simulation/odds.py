"""How often things go wrong, and how people talk."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True)
class Odds:
    """Shares are between 0 and 1, times are means."""

    people: int = 80
    nodes: int = 4
    idle_ms: int = 90_000
    """How long somebody waits between two calls."""
    talk_ms: int = 6 * 60_000
    talk_ms_max: int = 30 * 60_000
    trouble_ms: int = 20_000
    """Between two things that go wrong with a node, the broker, or at an operator's word."""
    device_trouble: float = 0.35
    """Calls of which a device loses its network, for a while or for good."""
    poor: float = 0.5
    """People whose money lasts for some minutes only."""
    request_lost: float = 0.01
    reply_lost: float = 0.01
    request_repeated: float = 0.01
    slow: float = 0.01
    event_refused: float = 0.02
    confirmation_lost: float = 0.03
    event_repeated: float = 0.1
    free_ms: int = 0
    grace_ms: int = 0
