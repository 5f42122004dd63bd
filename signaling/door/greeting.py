"""The first message of a socket, and whether its sender may come in."""

from __future__ import annotations

import asyncio

import msgspec
from msgspec import Struct

from shared.bus.interface import NoReplyError
from shared.clock import Clock
from shared.messages.from_client import Hello
from shared.messages.requests import Admitted, NotAdmitted
from shared.messages.to_client import CloseCode
from shared.settings import Settings
from shared.tokens import Claims, TokenRefusedError, TokenVerifier
from signaling.billing.client import Billing
from signaling.devices.bindings import Bindings
from signaling.devices.place import Place
from signaling.devices.presence import Arrival, Presence
from signaling.devices.registry import Devices
from signaling.door.frames import read_frame
from signaling.sockets.lean import Frame, LeanWebsocket
from signaling.takeover.arriving import Arrivals, CannotSayError
from signaling.timers import Scheduler, time_limit


class TurnedAwayError(Exception):
    """The socket is to be closed with this code and reason."""

    def __init__(self, code: int, reason: str) -> None:
        super().__init__(code, reason)
        self.code = code
        self.reason = reason


class _Tokenless(Struct, tag_field="type", tag="hello"):
    """A `hello` without a token."""

    token: str | None = None


class Greeter:
    """Reads `hello`, verifies its token, and asks billing. Everything in here raises `TurnedAwayError`."""

    def __init__(
        self,
        *,
        verifier: TokenVerifier,
        billing: Billing,
        bindings: Bindings,
        presence: Presence,
        devices: Devices,
        arrivals: Arrivals,
        settings: Settings,
        clock: Clock,
        scheduler: Scheduler,
    ) -> None:
        self._verifier = verifier
        self._billing = billing
        self._bindings = bindings
        self._presence = presence
        self._devices = devices
        self._arrivals = arrivals
        self._settings = settings
        self._clock = clock
        self._scheduler = scheduler

    async def hello(self, websocket: LeanWebsocket) -> tuple[Hello, Claims]:
        """Return the first message and its verified claims; nothing after it has been read."""
        at_ms = self._clock.monotonic_ms() + self._settings.hello_ms_max
        try:
            async with time_limit(self._scheduler, at_ms=at_ms):
                frame = await websocket.receive()
        except TimeoutError:
            raise TurnedAwayError(CloseCode.HELLO_TIMEOUT, "no hello in time") from None
        hello = _read_hello(frame)
        claims = self.claims_of(hello.token)
        if claims is None:
            raise TurnedAwayError(CloseCode.TOKEN_REFUSED, "the token is refused")
        return hello, claims

    def claims_of(self, token: str) -> Claims | None:
        """Return what a token proves, or None where it proves nothing."""
        try:
            return self._verifier.verify(token)
        except TokenRefusedError:
            return None

    async def admit(self, hello: Hello, claims: Claims) -> tuple[Admitted, Place]:
        """Return billing's word that this session may come in, and what it has a part in.

        Its account is bound, once more, from then on: before billing is asked, so that no notice is missed that is
        later than the answer.
        """
        try:
            return await self._admit(hello, claims)
        except BaseException as error:
            self._presence.turn_away(claims.sub)
            if isinstance(error, TimeoutError | NoReplyError | CannotSayError):
                raise TurnedAwayError(CloseCode.TRY_LATER, "not now") from None
            raise

    async def _admit(self, hello: Hello, claims: Claims) -> tuple[Admitted, Place]:
        with self._presence.arriving(claims) as arrival:
            admitted = await self._ask(hello, claims)
            place = await self._arrivals.place(hello, admitted)
        try:
            self._look_again(arrival, place, hello, claims)
        except TurnedAwayError:
            self._arrivals.withdraw(place)
            raise
        return admitted, place

    def _look_again(self, arrival: Arrival, place: Place, hello: Hello, claims: Claims) -> None:
        """The session may have ended, and others may have come in, while billing or the call's owner was asked."""
        if arrival.ended:
            raise TurnedAwayError(CloseCode.SESSION_ENDED, "the session has ended")
        if place.device_id is None or self._devices.get(place.device_id) is None:
            self._check_room(hello, claims)

    async def _ask(self, hello: Hello, claims: Claims) -> Admitted:
        async with asyncio.timeout(self._settings.authorize_ms_max / 1_000):
            await self._bindings.hold(claims.sub)
            reply = await self._billing.admit(account_id=claims.sub, session_id=claims.sid)
        if isinstance(reply, NotAdmitted):
            raise TurnedAwayError(CloseCode.NOT_ADMITTED, reply.reason)
        self._check_room(hello, claims)
        return reply

    def _check_room(self, hello: Hello, claims: Claims) -> None:
        if not self._devices.has_room(claims.sub, hello.resume_token):
            raise TurnedAwayError(CloseCode.TRY_LATER, "the account has too many devices here")


def _read_hello(frame: Frame) -> Hello:
    message = read_frame(frame)
    if isinstance(message, Hello):
        return message
    if _lacks_token(frame):
        raise TurnedAwayError(CloseCode.TOKEN_REFUSED, "there is no token")
    raise TurnedAwayError(CloseCode.MALFORMED_HELLO, "the first message must be hello")


def _lacks_token(frame: Frame) -> bool:
    try:
        return not msgspec.json.decode(frame, type=_Tokenless).token if isinstance(frame, str) else False
    except (msgspec.DecodeError, RecursionError, ValueError):
        return False
