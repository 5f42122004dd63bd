"""Who is connected here: the devices of each account, and how a lost one is known again."""

from __future__ import annotations

import secrets
from collections.abc import Iterable
from dataclasses import dataclass, field
from uuid import UUID

from shared.ids import new_id
from shared.messages.base import Party
from signaling.call.states import Device, Role
from signaling.devices.numbering import Numbering
from signaling.sockets.socket import Socket

DEVICES_PER_ACCOUNT_MAX = 32
"""As many as a call makes ring."""
RESUME_TOKEN_BYTES = 24


@dataclass(slots=True, eq=False, kw_only=True)
class ConnectedDevice:
    """A device of an account, on a socket or between two of them."""

    device_id: UUID
    account: Party
    session_id: UUID
    resume_token: str
    """The newest, told in the last `welcome` and used by nobody yet."""
    resumed_with: str | None = None
    """The one before it; good until the newest is used, since the `welcome` with that may have been lost."""
    token_expires_ms: int
    """When the access token that it showed last expires; monotonic time."""
    last_alive_ms: int
    """When it last said anything; monotonic time."""
    pinged_at_ms: int
    socket: Socket | None
    """None while the device is lost and may come back."""
    numbering: Numbering
    lost_at_ms: int = 0
    moving: bool = False
    """It was sent to another node: going is what it was told to do."""
    as_caller: Device = field(init=False)
    as_callee: Device = field(init=False)

    def __post_init__(self) -> None:
        self.as_caller = Device(Role.CALLER, self.device_id)
        self.as_callee = Device(Role.CALLEE, self.device_id)


class Devices:
    """The devices of this node. For each, at most so many messages and bytes are kept that it may have missed."""

    def __init__(self, *, messages_max: int, bytes_max: int) -> None:
        self._messages_max = messages_max
        self._bytes_max = bytes_max
        self._by_id: dict[UUID, ConnectedDevice] = {}
        self._by_account: dict[UUID, dict[UUID, ConnectedDevice]] = {}
        self._by_resume_token: dict[str, ConnectedDevice] = {}
        self._account_ids: dict[str, UUID] = {}

    def __len__(self) -> int:
        return len(self._by_id)

    def get(self, device_id: UUID) -> ConnectedDevice | None:
        return self._by_id.get(device_id)

    def all(self) -> list[ConnectedDevice]:
        return list(self._by_id.values())

    def of_account(self, account_id: UUID) -> Iterable[ConnectedDevice]:
        return tuple(self._by_account.get(account_id, {}).values())

    def that_ring(self, account_id: UUID) -> tuple[ConnectedDevice, ...]:
        """Return the account's devices that would ring now: a lost one does so when it is back."""
        return tuple(device for device in self.of_account(account_id) if device.socket is not None)

    def account_id(self, user_name: str) -> UUID | None:
        """Return whose name this is, without regard to case, if the account has a device here."""
        return self._account_ids.get(user_name.casefold())

    def has_room(self, account_id: UUID, resume_token: str | None) -> bool:
        """Whether the account may have one more device here, or comes back as one that it has."""
        return (
            self.known(resume_token, account_id) is not None
            or len(self._by_account.get(account_id, ())) < DEVICES_PER_ACCOUNT_MAX
        )

    def known(self, resume_token: str | None, account_id: UUID) -> ConnectedDevice | None:
        """Return the account's device to which this token leads back."""
        device = self._by_resume_token.get(resume_token or "")
        return device if device is not None and device.account.account_id == account_id else None

    def add(
        self,
        account: Party,
        *,
        device_id: UUID | None,
        session_id: UUID,
        token_expires_ms: int,
        socket: Socket,
        now_ms: int,
    ) -> ConnectedDevice:
        """Make a new device, with a new id where it brings none that is free."""
        device = ConnectedDevice(
            device_id=device_id if device_id and device_id not in self._by_id else new_id(),
            account=account,
            session_id=session_id,
            resume_token=self._new_token(),
            token_expires_ms=token_expires_ms,
            last_alive_ms=now_ms,
            pinged_at_ms=now_ms,
            socket=socket,
            numbering=Numbering(messages_max=self._messages_max, bytes_max=self._bytes_max),
        )
        self._by_id[device.device_id] = device
        self._by_account.setdefault(account.account_id, {})[device.device_id] = device
        self._by_resume_token[device.resume_token] = device
        self._account_ids[account.user_name.casefold()] = account.account_id
        return device

    def resume(self, resume_token: str, account_id: UUID) -> ConnectedDevice | None:
        """Return the account's device with this token; its `resume_token` is the one to come back with next time.

        The first use of a token makes its successor and retires its predecessor. Until the successor is used in
        turn, the token may be used again, and leads to the same one: so a socket that breaks before its `welcome`
        arrives loses nothing. Once the successor was used, it is worth as much as an invented one.
        """
        device = self._by_resume_token.get(resume_token)
        if device is None or device.account.account_id != account_id:
            return None
        if resume_token == device.resume_token:
            if device.resumed_with is not None:
                del self._by_resume_token[device.resumed_with]
            device.resumed_with, device.resume_token = resume_token, self._new_token()
            self._by_resume_token[device.resume_token] = device
        return device

    def rename(self, account: Party) -> None:
        """Have the account's devices found by this name and no more by the one before; it may have none."""
        for device in self.of_account(account.account_id):
            self._forget_name(device.account)
            device.account = account
            self._account_ids[account.user_name.casefold()] = account.account_id

    def remove(self, device: ConnectedDevice) -> None:
        """Forget a device; harmless where that has happened."""
        if self._by_id.pop(device.device_id, None) is None:
            return
        for token in (device.resume_token, device.resumed_with):
            if token is not None:
                del self._by_resume_token[token]
        of_account = self._by_account[device.account.account_id]
        del of_account[device.device_id]
        if not of_account:
            del self._by_account[device.account.account_id]
            self._forget_name(device.account)

    def _forget_name(self, account: Party) -> None:
        """Unless it is somebody else's by now."""
        name = account.user_name.casefold()
        if self._account_ids.get(name) == account.account_id:
            del self._account_ids[name]

    def _new_token(self) -> str:
        return secrets.token_urlsafe(RESUME_TOKEN_BYTES)
