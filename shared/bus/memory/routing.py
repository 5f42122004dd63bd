"""Which queues get a message: AMQP's direct, topic and fanout exchanges (AMQP 0-9-1, section 3.1.3)."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable

from shared.bus.topology import Exchange


class Routes:
    """The bindings of all exchanges."""

    def __init__(self, exchanges: Iterable[Exchange]) -> None:
        self._kinds = {exchange.name: exchange.kind for exchange in exchanges}
        self._bindings: dict[str, dict[str, set[str]]] = {name: defaultdict(set) for name in self._kinds}

    def bind(self, queue: str, *, exchange: str, routing_key: str) -> None:
        """Have the queue get what is published with a key that matches; doing so again changes nothing."""
        self._bindings[exchange][routing_key].add(queue)

    def unbind(self, queue: str, *, exchange: str, routing_key: str) -> None:
        """No longer."""
        queues = self._bindings[exchange][routing_key]
        queues.discard(queue)
        if not queues:
            del self._bindings[exchange][routing_key]

    def forget(self, queue: str) -> None:
        """Drop all bindings of a queue."""
        for exchange, bindings in self._bindings.items():
            for routing_key in [key for key, queues in bindings.items() if queue in queues]:
                self.unbind(queue, exchange=exchange, routing_key=routing_key)

    def queues_for(self, exchange: str, routing_key: str) -> set[str]:
        """Return the names of the queues that get a message."""
        bindings = self._bindings[exchange]
        match self._kinds[exchange]:
            case "direct":
                return set(bindings.get(routing_key, ()))
            case "fanout":
                return set[str]().union(*bindings.values())
            case "topic":
                words = routing_key.split(".")
                matching = (queues for key, queues in bindings.items() if topic_matches(key.split("."), words))
                return set[str]().union(*matching)


def topic_matches(pattern: list[str], words: list[str]) -> bool:
    """Whether the words of a routing key fit a pattern: ``*`` is one word, ``#`` none or more."""
    if not pattern:
        return not words
    if pattern[0] == "#":
        return any(topic_matches(pattern[1:], words[taken:]) for taken in range(len(words) + 1))
    return bool(words) and pattern[0] in ("*", words[0]) and topic_matches(pattern[1:], words[1:])
