"""Devices that come, are lost, come back and go."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from uuid import UUID

from shared.clock import Clock
from shared.messages.base import Party
from shared.messages.from_client import Hello
from shared.messages.registry import encode
from shared.messages.requests import Admitted
from shared.messages.to_client import CallSnapshot, CallStands, CloseCode, Welcome
from shared.settings import Settings
from shared.tokens import Claims
from signaling.devices.bindings import Bindings
from signaling.devices.place import Place
from signaling.devices.registry import ConnectedDevice, Devices
from signaling.live.switchboard import Switchboard
from signaling.sockets.socket import Socket
from signaling.watching.attendance import Onlooker

log = logging.getLogger(__name__)


@dataclass(slots=True, eq=False)
class Arrival:
    """A session that is being let in."""

    account_id: UUID
    session_id: UUID
    ended: bool = False
    """The session ended while billing still said that it had not."""


class Presence:
    """Keeps devices, calls and bindings in step."""

    def __init__(
        self,
        *,
        devices: Devices,
        switchboard: Switchboard,
        bindings: Bindings,
        onlooker: Onlooker,
        settings: Settings,
        clock: Clock,
    ) -> None:
        self._devices = devices
        self._switchboard = switchboard
        self._bindings = bindings
        self._onlooker = onlooker
        self._settings = settings
        self._clock = clock
        self._arrivals: set[Arrival] = set()

    @contextmanager
    def arriving(self, claims: Claims) -> Iterator[Arrival]:
        """Note the end of this session from now on."""
        arrival = Arrival(claims.sub, claims.sid)
        self._arrivals.add(arrival)
        try:
            yield arrival
        finally:
            self._arrivals.discard(arrival)

    def welcome(
        self, admitted: Admitted, claims: Claims, *, hello: Hello, place: Place, socket: Socket
    ) -> ConnectedDevice:
        """Connect a new device or one that was lost, and tell it so; one that counts, all that it has missed too.

        Whoever calls has had the account bound once; that is the device's from now on.
        """
        counts_on = hello.received is not None and self._devices.known(hello.resume_token, claims.sub)
        device = self._resumed(claims, hello.resume_token, place, socket)
        missed = device.numbering.missed(hello.received or 0) if device and counts_on else None
        if device is None:
            device = self._devices.add(
                admitted.account,
                device_id=place.device_id,
                session_id=claims.sid,
                token_expires_ms=self._expires_ms(claims),
                socket=socket,
                now_ms=self._clock.monotonic_ms(),
            )
        elif missed is None:
            device.numbering.begin_again()
        self.rename(admitted.account)
        call = None if missed is not None else place.call or self._switchboard.snapshot(device)
        socket.put(encode(self._welcome(device, admitted, hello.ref, call, resumed=missed is not None)))
        socket.put_again(missed or ())
        if missed is not None and place.call is not None:
            # Its call has moved on since: what it missed is not all of it.
            socket.put(device.numbering.number(encode(CallStands(call=place.call))))
        self._switchboard.device_here(device, told_all=place.attached or missed is not None)
        self._onlooker.came(device)
        return device

    def turn_away(self, account_id: UUID) -> None:
        """A device of the account, which was bound for it once, is not let in."""
        self._bindings.release(account_id)
        self._onlooker.turned_away(account_id)

    def authenticate(self, device: ConnectedDevice, claims: Claims) -> bool:
        """Let a newer token of the device's own session count; False where it is another one's."""
        if (claims.sub, claims.sid) != (device.account.account_id, device.session_id):
            return False
        device.token_expires_ms = self._expires_ms(claims)
        return True

    def lose(self, device: ConnectedDevice, socket: Socket, *, said_goodbye: bool = False) -> None:
        """The device's socket is of no use any more; harmless where it has another one or is gone."""
        if device.socket is not socket:
            return
        device.socket = None
        device.lost_at_ms = self._clock.monotonic_ms()
        if device.moving and said_goodbye:
            # It has not died: it goes where it was sent, and has talked until now.
            device.last_alive_ms = device.lost_at_ms
        self._switchboard.device_lost(device)
        self._onlooker.went(device)

    def forget(self, device: ConnectedDevice) -> None:
        """The device will not come back."""
        device.socket = None
        self._switchboard.device_gone(device)
        self._devices.remove(device)
        self._bindings.release(device.account.account_id)
        self._onlooker.left(device)

    def replaced(self, device: ConnectedDevice) -> None:
        """The device is connected at another node: its calls know that from there."""
        socket, device.socket = device.socket, None
        self._devices.remove(device)
        self._bindings.release(device.account.account_id)
        self._onlooker.left(device)
        if socket is not None:
            socket.close(CloseCode.REPLACED, "the device has another socket")

    def rename(self, account: Party) -> None:
        """The account has this name now; calls that are going on keep the one they began with."""
        self._devices.rename(account)

    def end_sessions(self, account_id: UUID, session_id: UUID | None) -> None:
        """Close the sockets of one session of an account, or of all, and of those on their way in."""
        for arrival in self._arrivals:
            if arrival.account_id == account_id and session_id in {None, arrival.session_id}:
                arrival.ended = True
        for device in self._devices.of_account(account_id):
            if session_id in {None, device.session_id}:
                socket = device.socket
                if socket is not None:
                    # Not lost but sent away: it talked until now, or logging out would be a cheaper way to hang up.
                    device.last_alive_ms = self._clock.monotonic_ms()
                self.forget(device)
                if socket is not None:
                    socket.close(CloseCode.SESSION_ENDED, "the session has ended")

    def _resumed(
        self, claims: Claims, resume_token: str | None, place: Place, socket: Socket
    ) -> ConnectedDevice | None:
        """Return the device that this is again, by its resume token or else by its ticket."""
        device = self._devices.resume(resume_token, claims.sub) if resume_token else None
        if device is None and place.device_id is not None:
            device = self._devices.get(place.device_id)
        if device is None or device.account.account_id != claims.sub:
            return None
        self._bindings.release(claims.sub)
        if device.socket is not None:
            device.socket.close(CloseCode.REPLACED, "the device has another socket")
        device.socket = socket
        device.session_id = claims.sid
        device.token_expires_ms = self._expires_ms(claims)
        device.last_alive_ms = device.pinged_at_ms = self._clock.monotonic_ms()
        return device

    def _expires_ms(self, claims: Claims) -> int:
        lasts_ms = claims.exp * 1_000 - int(self._clock.now().timestamp() * 1_000)
        return self._clock.monotonic_ms() + lasts_ms

    def _welcome(
        self,
        device: ConnectedDevice,
        admitted: Admitted,
        ref: str | None,
        call: CallSnapshot | None,
        *,
        resumed: bool,
    ) -> Welcome:
        return Welcome(
            account=admitted.account,
            device_id=device.device_id,
            resume_token=device.resume_token,
            resume_ms=self._settings.resume_ms_max,
            ping_ms=self._settings.ping_ms,
            wallet=admitted.wallet,
            call=call,
            resumed=resumed,
            received=device.numbering.taken,
            ref=ref,
        )
