"""Which device watches whom, and what it was told last."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from uuid import UUID

from shared.messages.base import PersonPresence, PresenceState
from shared.messages.requests import WatchedPair
from signaling.devices.registry import ConnectedDevice
from signaling.door.pace import Bucket

WATCHES_PER_SECOND_MAX = 1
WATCHES_BURST_MAX = 10
"""Each costs a binding and a look for everybody who is named: who sends more waits, and the last one counts."""


def _new_pace() -> Bucket:
    return Bucket(per_second=WATCHES_PER_SECOND_MAX, burst=WATCHES_BURST_MAX)


@dataclass(slots=True, eq=False, kw_only=True)
class Watch:
    """What one `presence.watch` has asked for."""

    device: ConnectedDevice
    account_ids: Sequence[UUID]
    ref: str | None
    pace: Bucket = field(default_factory=_new_pace)
    """How many the device may begin; it goes from one watch to the next."""
    begun: bool = False
    """Hints about these people are wanted."""
    answered: bool = False
    """Everybody was told of; from then on only those who have changed."""
    asked_ms: int = 0
    """When all were asked for last; monotonic time."""
    seen: dict[UUID, PersonPresence] = field(default_factory=dict)
    _taken: dict[UUID, int] = field(default_factory=dict)
    """The number of the question that each was seen by."""

    def pairs(self, account_ids: Iterable[UUID]) -> list[WatchedPair]:
        """Return what is to be asked for these."""
        return [(self.device.account.account_id, account_id) for account_id in account_ids]

    def busy(self) -> list[UUID]:
        """Return who was in a call when they were seen last."""
        return [each for each, person in self.seen.items() if person.state is PresenceState.BUSY]

    def see(self, people: Iterable[PersonPresence], *, question: int) -> list[PersonPresence]:
        """Take what a question came to, unless a later one was faster; return who has changed."""
        changed = []
        for person in people:
            if self._taken.get(person.account_id, 0) > question:
                continue
            self._taken[person.account_id] = question
            if self.seen.get(person.account_id) != person:
                self.seen[person.account_id] = person
                changed.append(person)
        return changed


class Watches:
    """An index, nothing more: the newest watch of each device."""

    def __init__(self) -> None:
        self._by_device: dict[UUID, Watch] = {}
        self._by_account: dict[UUID, dict[UUID, Watch]] = {}

    def of(self, device: ConnectedDevice) -> Watch | None:
        return self._by_device.get(device.device_id)

    def all(self) -> tuple[Watch, ...]:
        return tuple(self._by_device.values())

    def on(self, account_id: UUID) -> tuple[Watch, ...]:
        """Return the watches that this account is in."""
        return tuple(self._by_account.get(account_id, {}).values())

    def stands(self, watch: Watch) -> bool:
        """Whether the device has not asked for others since, and is not gone."""
        return self.of(watch.device) is watch

    def add(self, watch: Watch) -> None:
        """Have the watch instead of the device's one before."""
        self.remove(watch.device)
        self._by_device[watch.device.device_id] = watch
        for account_id in watch.account_ids:
            self._by_account.setdefault(account_id, {})[watch.device.device_id] = watch

    def remove(self, device: ConnectedDevice) -> Watch | None:
        """Forget the device's watch, and return it."""
        watch = self._by_device.pop(device.device_id, None)
        for account_id in watch.account_ids if watch else ():
            watches = self._by_account[account_id]
            del watches[device.device_id]
            if not watches:
                del self._by_account[account_id]
        return watch
