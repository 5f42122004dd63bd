"""The calls of other nodes in which devices of this one take part."""

from __future__ import annotations

from dataclasses import dataclass, field
from uuid import UUID

from shared.messages.base import Role
from shared.messages.from_client import CallStep
from shared.messages.nodes import ToDevice


@dataclass(slots=True, eq=False, kw_only=True)
class FarCall:
    """A device of this node in a call that another one owns."""

    call_id: UUID
    device_id: UUID
    account_id: UUID
    owner: str
    epoch: int
    role: Role | None
    """None until the owner has said so."""
    owner_heard_ms: int
    """When the owner last said that it has the call; monotonic time."""
    arriving: bool = False
    """The device is being let in: it counts as connected, and what it is told waits for it."""
    held: list[ToDevice] = field(default_factory=list)
    moving: bool = False
    """Its owner has handed the call over, and the next one has not said yet that it has it."""
    said: list[CallStep] = field(default_factory=list)
    """What the device says meanwhile."""
    asking: bool = False
    """The owner was asked to take the device in, and has not answered."""
    ticket: str | None = None
    """The newest that was passed on to the device."""


class FarCalls:
    """An index, nothing more."""

    def __init__(self) -> None:
        self._by_device: dict[UUID, dict[UUID, FarCall]] = {}
        self._by_call: dict[UUID, dict[UUID, FarCall]] = {}

    def __len__(self) -> int:
        return sum(len(calls) for calls in self._by_call.values())

    def get(self, call_id: UUID, device_id: UUID) -> FarCall | None:
        return self._by_call.get(call_id, {}).get(device_id)

    def all(self) -> list[FarCall]:
        return [far for calls in self._by_call.values() for far in calls.values()]

    def of_call(self, call_id: UUID) -> list[FarCall]:
        return list(self._by_call.get(call_id, {}).values())

    def of_device(self, device_id: UUID) -> list[FarCall]:
        return list(self._by_device.get(device_id, {}).values())

    def of_owner(self, node: str) -> list[FarCall]:
        return [far for far in self.all() if far.owner == node]

    def add(self, far: FarCall) -> None:
        self._by_call.setdefault(far.call_id, {})[far.device_id] = far
        self._by_device.setdefault(far.device_id, {})[far.call_id] = far

    def remove(self, far: FarCall) -> None:
        """Forget it; harmless where that has happened, or another has taken its place."""
        if self.get(far.call_id, far.device_id) is not far:
            return
        for index, key, other in (
            (self._by_call, far.call_id, far.device_id),
            (self._by_device, far.device_id, far.call_id),
        ):
            del index[key][other]
            if not index[key]:
                del index[key]
