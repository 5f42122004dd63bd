"""The socket endpoint `/ws`: lets devices in and reads what they send."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable
from typing import assert_never

from quart import Response

from shared.addresses import counted_as
from shared.clock import Clock
from shared.messages.from_client import (
    Accept,
    Answer,
    Authenticate,
    Cancel,
    Candidate,
    Connected,
    ConnectFailed,
    Decline,
    FromClient,
    HangUp,
    Hello,
    Invite,
    Offer,
    Pong,
    WatchPresence,
)
from shared.messages.requests import Admitted
from shared.messages.to_client import Authenticated, CloseCode, Error, ErrorCode
from shared.tokens import Claims
from signaling.devices.place import Place
from signaling.devices.post import Post
from signaling.devices.presence import Presence
from signaling.devices.registry import ConnectedDevice
from signaling.door.frames import read_frame, too_fast
from signaling.door.greeting import Greeter, TurnedAwayError
from signaling.door.open_sockets import GOODBYE, OpenSockets
from signaling.door.origins import Origins
from signaling.door.pace import Pace, Verdict
from signaling.live.switchboard import Switchboard
from signaling.problems import problem
from signaling.sockets.lean import LeanWebsocket, SocketClosedError
from signaling.sockets.socket import Socket
from signaling.watching.watching import Watching

MALFORMED_MAX = 50
"""So many malformed messages in a row, and the socket is closed."""
FRAMES_BEFORE_OTHERS = 32
"""A device that sends faster than it is read lets the others have a turn after so many frames."""

log = logging.getLogger(__name__)


class Endpoint:
    """One for all sockets."""

    def __init__(
        self,
        *,
        origins: Origins,
        greeter: Greeter,
        presence: Presence,
        watching: Watching,
        switchboard: Switchboard,
        post: Post,
        sockets: OpenSockets,
        queue_max: int,
        new_pace: Callable[[], Pace],
        clock: Clock,
    ) -> None:
        self._origins = origins
        self._greeter = greeter
        self._presence = presence
        self._watching = watching
        self._switchboard = switchboard
        self._post = post
        self._sockets = sockets
        self._queue_max = queue_max
        self._new_pace = new_pace
        self._clock = clock

    async def serve(self, websocket: LeanWebsocket) -> Response | None:
        """Serve one socket to its end; a response is a refusal before the handshake."""
        address = counted_as(websocket.remote_addr)
        if not self._origins.allow(websocket.headers.getlist("Origin")):
            log.info("Socket from %s refused: its page is of a foreign origin", address)
            return problem(403, "origin-refused", "Pages of this origin may not open a socket here.")
        if self._sockets.closed:
            return problem(503, "closed", "This server is starting or shutting down: try again.")
        if not self._sockets.has_room(address):
            log.info("Socket from %s refused: there are too many", address)
            return problem(429, "too-many-sockets", "There are too many sockets open from this address.")
        with self._sockets.open(address):
            try:
                await websocket.accept()
                await self._let_in(websocket, address)
            except (SocketClosedError, OSError):
                # The peer went while it was being let in.
                websocket.abandon()
        return None

    async def _let_in(self, websocket: LeanWebsocket, address: str) -> None:
        claims = None
        try:
            async with self._sockets.arriving():
                hello, claims = await self._greeter.hello(websocket)
                admitted, place = await self._greeter.admit(hello, claims)
        except TurnedAwayError as away:
            whose = f" of account {claims.sub}" if claims else ""
            log.info("Socket%s from %s turned away: %d %s", whose, address, away.code, away.reason)
            await websocket.close(away.code, away.reason)
        except TimeoutError:
            await websocket.close(CloseCode.GOING_AWAY, GOODBYE)
        else:
            await self._attend(websocket, hello, claims, admitted, place)

    async def _attend(
        self, websocket: LeanWebsocket, hello: Hello, claims: Claims, admitted: Admitted, place: Place
    ) -> None:
        socket = Socket(websocket, queue_max=self._queue_max, clock=self._clock)
        try:
            device = self._presence.welcome(admitted, claims, hello=hello, place=place, socket=socket)
            said_goodbye = False
            try:
                with self._sockets.holding(socket):
                    await self._listen(websocket, device, socket)
            except SocketClosedError as closed:
                said_goodbye = closed.in_order
                raise
            finally:
                self._presence.lose(device, socket, said_goodbye=said_goodbye)
        except asyncio.CancelledError:
            if not socket.aborted:
                raise
        finally:
            await socket.finish()

    async def _listen(self, websocket: LeanWebsocket, device: ConnectedDevice, socket: Socket) -> None:
        """Read until the socket is closed; what comes after our close frame is read, and no more."""
        pace = self._new_pace()
        frames = malformed = 0
        while True:
            frame = await websocket.receive()
            frames += 1
            if frames % FRAMES_BEFORE_OTHERS == 0:
                await asyncio.sleep(0)
            if socket.closing:
                continue
            device.last_alive_ms = self._clock.monotonic_ms()
            verdict = pace.judge(device.last_alive_ms)
            if verdict is Verdict.CLOSE:
                log.info("Device %s of account %s is closed: too fast", device.device_id, device.account.account_id)
                socket.close(CloseCode.TOO_FAST, "messages come too fast")
                continue
            if verdict is Verdict.REFUSE:
                self._take(device, too_fast(frame))
                continue
            message = read_frame(frame)
            malformed = malformed + 1 if isinstance(message, Error) else 0
            # A socket that timers or notices have crowded is not this device's doing.
            self._post.take_crowded()
            self._take(device, message)
            if malformed >= MALFORMED_MAX:
                log.info(
                    "Device %s of account %s is closed: nothing but nonsense",
                    device.device_id,
                    device.account.account_id,
                )
                socket.close(CloseCode.MALFORMED_HELLO, "too many malformed messages")
            if crowded := self._post.take_crowded():
                await crowded.room()

    def _take(self, device: ConnectedDevice, message: FromClient | Error) -> None:
        """Do what the device says, unless it has said so before its socket was lost."""
        if not isinstance(message, Error) and not device.numbering.take(message.seq):
            return
        match message:
            case Pong():
                if message.received is not None:
                    device.numbering.acknowledge(message.received)
            case (
                Accept()
                | Decline()
                | Cancel()
                | HangUp()
                | Connected()
                | ConnectFailed()
                | Offer()
                | Answer()
                | Candidate()
            ):
                self._switchboard.hear(device, message)
            case Invite():
                self._switchboard.invite(device, message)
            case WatchPresence():
                self._watching.watch(device, message)
            case Authenticate():
                self._authenticate(device, message)
            case Error():
                self._post.send(device.device_id, message)
            case Hello():
                text = "This socket has said hello already."
                error = Error(code=ErrorCode.ALREADY_WELCOME, message=text, ref=message.ref)
                self._post.send(device.device_id, error)
            case _ as never:
                assert_never(never)

    def _authenticate(self, device: ConnectedDevice, message: Authenticate) -> None:
        claims = self._greeter.claims_of(message.token)
        if claims is not None and self._presence.authenticate(device, claims):
            self._post.send(device.device_id, Authenticated(ref=message.ref))
            return
        log.info(
            "Device %s of account %s sent a token that is refused", device.device_id, device.account.account_id
        )
        text = "This token proves nothing, or another session."
        self._post.send(device.device_id, Error(code=ErrorCode.TOKEN_REFUSED, message=text, ref=message.ref))
