"""The calls that this node owns, by their id and by the accounts that take part."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

from shared.messages.base import Party
from shared.messages.from_client import Invite
from signaling.call.call import Call
from signaling.call.states import Device, TimerName
from signaling.devices.registry import ConnectedDevice
from signaling.timers import Timer

OVER_MAX = 10_000
"""Calls remembered that have ended here: many more than end while billing is behind."""


@dataclass(slots=True, eq=False, kw_only=True)
class LiveCall:
    """A call with what the machine does not need to know."""

    call: Call
    caller_id: UUID
    invite: Invite
    callee_id: UUID | None = None
    """None until billing has said who that is."""
    started_at: datetime | None = None
    homes: dict[UUID, str] = field(default_factory=dict)
    """The nodes at which devices of the call are connected; of those that are not in here, this one."""
    proofs: dict[UUID, int] = field(default_factory=dict)
    """When each of these devices was last proven alive; this node's monotonic time."""
    timers: dict[TimerName, Timer] = field(default_factory=dict)
    held_invites: list[tuple[ConnectedDevice, Invite]] = field(default_factory=list)
    """Invites of the callee to the caller, made before this call was authorized (glare)."""

    @property
    def call_id(self) -> UUID:
        return self.call.call_id

    @property
    def epoch(self) -> int:
        """How many nodes have owned the call, this one included."""
        return self.call.epoch

    def part_of(self, device: ConnectedDevice) -> Device | None:
        """Return the device as the call knows it, or None where its account has no part in the call."""
        if device.account.account_id == self.caller_id:
            return device.as_caller
        return device.as_callee if device.account.account_id == self.callee_id else None

    def device(self, device_id: UUID) -> Device | None:
        """Return the device with this id as the call knows it, if it takes part."""
        devices = (self.call.caller, self.call.callee, *self.call.ringing)
        return next((device for device in devices if device and device.device_id == device_id), None)

    def devices_at(self, node: str) -> list[UUID]:
        """Return the devices that are connected at another node."""
        return [device_id for device_id, home in self.homes.items() if home == node]

    def is_for(self, account: Party) -> bool:
        """Whether this account is called."""
        if self.callee_id or self.invite.callee_id:
            return account.account_id == (self.callee_id or self.invite.callee_id)
        return account.user_name.casefold() == (self.invite.callee_user_name or "").casefold()


class LiveCalls:
    """An index. It says of whose accounts a call has become known, or is forgotten: they are busy, or were.

    What ended here is remembered: billing may hear of it later than it is asked for the call by somebody else.
    """

    def __init__(self, *, say_changed: Callable[[UUID], None] = lambda _: None) -> None:
        self._say_changed = say_changed
        self._by_id: dict[UUID, LiveCall] = {}
        self._by_account: dict[UUID, dict[UUID, LiveCall]] = {}
        self._over: OrderedDict[UUID, int] = OrderedDict()

    def __len__(self) -> int:
        return len(self._by_id)

    def get(self, call_id: UUID) -> LiveCall | None:
        return self._by_id.get(call_id)

    def epoch_of(self, call_id: UUID) -> int:
        """Return as whose-th owner this node has the call, or had it to its end; 0 where it knows nothing of it."""
        live = self._by_id.get(call_id)
        return live.epoch if live else self._over.get(call_id, 0)

    def is_over(self, call_id: UUID, *, epoch: int) -> bool:
        """Whether the call ended here, and its `epoch`-th owner is no later one."""
        return call_id not in self._by_id and self.epoch_of(call_id) >= epoch

    def note_over(self, live: LiveCall) -> None:
        """The call has ended, and billing is about to hear of it."""
        self._over[live.call_id] = live.epoch
        self._over.move_to_end(live.call_id)
        if len(self._over) > OVER_MAX:
            self._over.popitem(last=False)

    def all(self) -> tuple[LiveCall, ...]:
        return tuple(self._by_id.values())

    def with_devices_elsewhere(self) -> list[LiveCall]:
        """Return the calls of which a device is connected at another node."""
        return [live for live in self._by_id.values() if live.homes]

    def of_account(self, account_id: UUID) -> tuple[LiveCall, ...]:
        """Return the account's calls, oldest first."""
        return tuple(self._by_account.get(account_id, {}).values())

    def add(self, live: LiveCall) -> None:
        """Have the call found by its id and its caller."""
        self._by_id[live.call_id] = live
        self._by_account.setdefault(live.caller_id, {})[live.call_id] = live

    def join(self, live: LiveCall, callee_id: UUID) -> None:
        """Have it found by its callee too."""
        live.callee_id = callee_id
        self._by_account.setdefault(callee_id, {})[live.call_id] = live
        self._say_parties_changed(live)

    def remove(self, live: LiveCall) -> None:
        """Forget the call; harmless where that has happened."""
        if self._by_id.pop(live.call_id, None):
            self._say_parties_changed(live)
        for account_id in (live.caller_id, live.callee_id):
            calls = self._by_account.get(account_id) if account_id else None
            if calls is None or account_id is None:
                continue
            calls.pop(live.call_id, None)
            if not calls:
                del self._by_account[account_id]

    def _say_parties_changed(self, live: LiveCall) -> None:
        """Before its callee is known, billing has claimed nobody for the call."""
        if live.callee_id is not None:
            self._say_changed(live.caller_id)
            self._say_changed(live.callee_id)
