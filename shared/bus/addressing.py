"""The names a caller may use: a wrong one is a mistake in the program, not something of the broker's."""

from __future__ import annotations

from collections.abc import Iterable

from shared.bus.interface import BusError, Envelope
from shared.bus.topology import EXCHANGES, QUEUES, Queue

_EXCHANGE_NAMES = frozenset(exchange.name for exchange in EXCHANGES)
_QUEUES = {queue.name: queue for queue in QUEUES}


def check_exchanges(envelopes: Iterable[Envelope]) -> None:
    """Raises `BusError` where a message goes to an exchange that is not in the topology."""
    for envelope in envelopes:
        if envelope.exchange not in _EXCHANGE_NAMES:
            raise BusError(f"{envelope.exchange!r} is not an exchange of the topology")


def consumable(name: str) -> Queue:
    """Return the queue of this name. Raises `BusError` where its rejected messages would have nowhere to go."""
    queue = _QUEUES.get(name)
    if queue is None:
        raise BusError(f"{name!r} is not a queue of the topology")
    if queue.dead_letter_exchange is None:
        raise BusError(f"{name} has no dead letters: what a consumer rejects would be lost")
    return queue
