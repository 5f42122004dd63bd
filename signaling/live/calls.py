"""The calls that this node owns, by their id and by the accounts that take part."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

from shared.messages.base import Party
from shared.messages.from_client import Invite
from signaling.call.call import Call
from signaling.call.states import Device, TimerName
from signaling.devices.registry import ConnectedDevice
from signaling.timers import Timer


@dataclass(slots=True, eq=False, kw_only=True)
class LiveCall:
    """A call with what the machine does not need to know."""

    call: Call
    caller_id: UUID
    invite: Invite
    callee_id: UUID | None = None
    """None until billing has said who that is."""
    started_at: datetime | None = None
    timers: dict[TimerName, Timer] = field(default_factory=dict)
    held_invites: list[tuple[ConnectedDevice, Invite]] = field(default_factory=list)
    """Invites of the callee to the caller, made before this call was authorized (glare)."""

    @property
    def call_id(self) -> UUID:
        return self.call.call_id

    def part_of(self, device: ConnectedDevice) -> Device | None:
        """Return the device as the call knows it, or None where its account has no part in the call."""
        if device.account.account_id == self.caller_id:
            return device.as_caller
        return device.as_callee if device.account.account_id == self.callee_id else None

    def is_for(self, account: Party) -> bool:
        """Whether this account is called."""
        if self.callee_id or self.invite.callee_id:
            return account.account_id == (self.callee_id or self.invite.callee_id)
        return account.user_name.casefold() == (self.invite.callee_user_name or "").casefold()


class LiveCalls:
    """An index, nothing more."""

    def __init__(self) -> None:
        self._by_id: dict[UUID, LiveCall] = {}
        self._by_account: dict[UUID, dict[UUID, LiveCall]] = {}

    def __len__(self) -> int:
        return len(self._by_id)

    def get(self, call_id: UUID) -> LiveCall | None:
        return self._by_id.get(call_id)

    def all(self) -> tuple[LiveCall, ...]:
        return tuple(self._by_id.values())

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

    def remove(self, live: LiveCall) -> None:
        """Forget the call; harmless where that has happened."""
        self._by_id.pop(live.call_id, None)
        for account_id in (live.caller_id, live.callee_id):
            calls = self._by_account.get(account_id) if account_id else None
            if calls is None or account_id is None:
                continue
            calls.pop(live.call_id, None)
            if not calls:
                del self._by_account[account_id]
