"""What one person may know of another; pure."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from shared.messages.base import PersonPresence, PresenceState
from shared.models import CallsFrom, PresenceTo


@dataclass(frozen=True, slots=True, kw_only=True)
class Watched:
    """A person, and what is between them and whoever asks. Nobody of this id is `exists` being false."""

    account_id: UUID
    watcher_id: UUID
    exists: bool = True
    """There is such an account, and it is not disabled; of the watcher's the same holds."""
    calls_from: CallsFrom = "everybody"
    presence_to: PresenceTo = "callers"
    either_blocks: bool = False
    """One of the two has the other on the blocklist."""
    is_contact: bool = False
    """The person has who asks in the contacts."""
    connected: bool = False
    """A device of theirs would ring, at a node that is alive."""
    do_not_disturb: bool = False
    in_call: bool = False
    last_seen_shared: bool = False
    last_seen_at: datetime | None = None


def presence_of(person: Watched) -> PersonPresence:
    """Return what who asks may know. Who hides, who blocks and who does not exist look the same."""
    state = _state_of(person) if _is_visible(person) else PresenceState.HIDDEN
    shared = state is PresenceState.OFFLINE and person.last_seen_shared
    return PersonPresence(
        account_id=person.account_id, state=state, last_seen_at=person.last_seen_at if shared else None
    )


def _is_visible(person: Watched) -> bool:
    if not person.exists:
        return False
    if person.account_id == person.watcher_id:
        return True
    if person.either_blocks:
        return False
    match person.presence_to:
        case "nobody":
            return False
        case "contacts":
            return person.is_contact
        case "callers":
            return person.calls_from == "everybody" or person.is_contact


def _state_of(person: Watched) -> PresenceState:
    if not person.connected:
        return PresenceState.OFFLINE
    if person.do_not_disturb:
        return PresenceState.DO_NOT_DISTURB
    return PresenceState.BUSY if person.in_call else PresenceState.AVAILABLE
