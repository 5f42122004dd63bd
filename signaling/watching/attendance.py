"""Who would ring here."""

from __future__ import annotations

from typing import Protocol
from uuid import UUID

from signaling.devices.bindings import Bindings
from signaling.devices.registry import ConnectedDevice, Devices


class Attendance:
    """What the registry and the bindings say of accounts."""

    def __init__(self, devices: Devices, bindings: Bindings) -> None:
        self._devices = devices
        self._bindings = bindings

    def all(self) -> set[UUID]:
        """Return the accounts that have a device here, or are about to."""
        return self._bindings.held

    def that_ring(self, account_id: UUID) -> int:
        """Return how many devices of the account have a socket here."""
        return len(self._devices.that_ring(account_id))

    def is_arriving(self, account_id: UUID) -> bool:
        """Whether a device is being let in: each one that is, and each one that is here, holds the binding once."""
        return self._bindings.holders(account_id) > len(tuple(self._devices.of_account(account_id)))


class Onlooker(Protocol):
    """Is told of the devices that come and go; see `signaling.watching.reporting` and `…watching`."""

    def came(self, device: ConnectedDevice) -> None:
        """The device has a socket, and has been told so."""

    def went(self, device: ConnectedDevice) -> None:
        """The device has no socket any more."""

    def left(self, device: ConnectedDevice) -> None:
        """The device will not come back."""

    def turned_away(self, account_id: UUID) -> None:
        """A device of the account was not let in after all, whatever billing has noted."""


class Onlookers:
    """Tells several."""

    def __init__(self, *onlookers: Onlooker) -> None:
        self._onlookers = onlookers

    def came(self, device: ConnectedDevice) -> None:
        for onlooker in self._onlookers:
            onlooker.came(device)

    def went(self, device: ConnectedDevice) -> None:
        for onlooker in self._onlookers:
            onlooker.went(device)

    def left(self, device: ConnectedDevice) -> None:
        for onlooker in self._onlookers:
            onlooker.left(device)

    def turned_away(self, account_id: UUID) -> None:
        for onlooker in self._onlookers:
            onlooker.turned_away(account_id)
