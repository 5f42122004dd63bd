"""D15: what one person may know of another, row by row."""

from datetime import UTC, datetime
from itertools import product
from typing import Any

import pytest

from shared.ids import new_id
from shared.messages.base import PresenceState
from shared.presence.deciding import Watched, presence_of

ANN, BOB = new_id(), new_id()
SEEN = datetime(2030, 1, 1, tzinfo=UTC)

VISIBLE: list[tuple[dict[str, Any], bool]] = [
    ({}, True),
    ({"calls_from": "contacts"}, False),
    ({"calls_from": "contacts", "is_contact": True}, True),
    ({"presence_to": "contacts"}, False),
    ({"presence_to": "contacts", "is_contact": True}, True),
    ({"presence_to": "contacts", "calls_from": "contacts", "is_contact": True}, True),
    ({"presence_to": "nobody"}, False),
    ({"presence_to": "nobody", "is_contact": True}, False),
    ({"either_blocks": True}, False),
    ({"either_blocks": True, "is_contact": True, "presence_to": "contacts"}, False),
    ({"exists": False}, False),
    ({"exists": False, "is_contact": True}, False),
]


def seen(**facts: Any) -> tuple[PresenceState, datetime | None]:
    """Return what Ann may know of Bob."""
    person = presence_of(Watched(**{"account_id": BOB, "watcher_id": ANN, "connected": True, **facts}))
    assert person.account_id == BOB
    return person.state, person.last_seen_at


@pytest.mark.parametrize(("facts", "is_visible"), VISIBLE)
def test_who_may_know(facts: dict[str, Any], is_visible: bool) -> None:
    """Who may not sees the same of everybody, whatever they are doing."""
    expected = PresenceState.AVAILABLE if is_visible else PresenceState.HIDDEN
    assert seen(**facts) == (expected, None)
    if not is_visible:
        for flags in product((False, True), repeat=4):
            names = ("connected", "do_not_disturb", "in_call", "last_seen_shared")
            doing = dict(zip(names, flags, strict=True))
            assert seen(**{**facts, **doing, "last_seen_at": SEEN}) == (PresenceState.HIDDEN, None)


@pytest.mark.parametrize("facts", [facts for facts, _ in VISIBLE if facts.get("exists", True)])
def test_one_may_always_know_of_oneself(facts: dict[str, Any]) -> None:
    """To see what one has set."""
    assert seen(**{**facts, "watcher_id": BOB}) == (PresenceState.AVAILABLE, None)


@pytest.mark.parametrize(
    ("connected", "do_not_disturb", "in_call", "expected"),
    [
        (False, False, False, PresenceState.OFFLINE),
        (False, True, True, PresenceState.OFFLINE),
        (True, True, True, PresenceState.DO_NOT_DISTURB),
        (True, True, False, PresenceState.DO_NOT_DISTURB),
        (True, False, True, PresenceState.BUSY),
        (True, False, False, PresenceState.AVAILABLE),
    ],
)
def test_what_counts_more(
    connected: bool,
    do_not_disturb: bool,
    in_call: bool,
    expected: PresenceState,
) -> None:
    """Offline, then do-not-disturb, then busy."""
    assert seen(connected=connected, do_not_disturb=do_not_disturb, in_call=in_call) == (expected, None)


def test_last_seen_is_for_who_is_away_and_shares_it() -> None:
    """And for nobody else."""
    assert seen(connected=False, last_seen_shared=True, last_seen_at=SEEN) == (PresenceState.OFFLINE, SEEN)
    assert seen(connected=False, last_seen_shared=False, last_seen_at=SEEN) == (PresenceState.OFFLINE, None)
    assert seen(connected=True, last_seen_shared=True, last_seen_at=SEEN) == (PresenceState.AVAILABLE, None)
