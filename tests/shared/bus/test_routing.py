"""The in-process exchanges route as the broker's do."""

import pytest

from shared.bus.memory.routing import Routes, topic_matches
from shared.bus.topology import Exchange


@pytest.mark.parametrize(
    ("pattern", "key", "matches"),
    [
        ("call.*", "call.ended", True),
        ("call.*", "call", False),
        ("call.*", "call.ended.twice", False),
        ("sweep.due", "sweep.due", True),
        ("sweep.due", "sweep.done", False),
        ("#", "call.ended", True),
        ("#", "", True),
        ("call.#", "call", True),
        ("call.#", "call.ended.twice", True),
        ("#.ended", "call.ended", True),
        ("#.ended", "ended", True),
        ("*.ended", "ended", False),
        ("call.#.twice", "call.twice", True),
        ("call.#.twice", "call.a.b.twice", True),
        ("call.#.twice", "call.a.b", False),
    ],
)
def test_topics_match_as_amqp_says(pattern: str, key: str, *, matches: bool) -> None:
    assert topic_matches(pattern.split("."), key.split(".")) is matches


@pytest.mark.parametrize(
    ("kind", "key", "queues"),
    [
        ("direct", "call.*", {"stars", "both"}),
        ("direct", "call.ended", {"both"}),
        ("topic", "call.ended", {"stars", "both"}),
        ("topic", "call.started", {"stars", "both"}),
        ("topic", "payment.settled", set()),
        ("fanout", "whatever", {"stars", "both"}),
    ],
)
def test_each_kind_of_exchange_asks_its_own_question(kind: str, key: str, queues: set[str]) -> None:
    routes = Routes([Exchange("x", kind)])  # type: ignore[arg-type]
    routes.bind("stars", exchange="x", routing_key="call.*")
    routes.bind("both", exchange="x", routing_key="call.*")
    routes.bind("both", exchange="x", routing_key="call.ended")
    assert routes.queues_for("x", key) == queues


def test_a_forgotten_queue_gets_nothing() -> None:
    routes = Routes([Exchange("x", "direct")])
    routes.bind("gone", exchange="x", routing_key="a")
    routes.bind("here", exchange="x", routing_key="a")
    routes.bind("gone", exchange="x", routing_key="b")
    routes.forget("gone")
    assert routes.queues_for("x", "a") == {"here"}
    assert routes.queues_for("x", "b") == set()
