"""A person at the product's real doors: REST and WebSocket, as any client would use them.

The demonstration and the demo accounts are played with it, and so are the journey tests.
"""

from __future__ import annotations

import asyncio
import contextlib
import re
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from typing import Any, TypeVar
from urllib.parse import urlsplit
from uuid import UUID

import httpx
import msgspec
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed, InvalidHandshake, InvalidURI

from shared.messages.base import Message, WalletState
from shared.messages.from_client import Hello, Pong
from shared.messages.to_client import Ping, ToClient, Welcome

ANSWER_SECONDS_MAX = 10.0
SETTLED_POLL_SECONDS = 0.05

M = TypeVar("M", bound=Message)
_to_client: msgspec.json.Decoder[ToClient] = msgspec.json.Decoder(ToClient)


class DoorError(Exception):
    """A door answered something else than what was wanted."""


class AlreadyTakenError(DoorError):
    """Somebody else has this user name."""


@dataclass(frozen=True)
class Doors:
    """Where a running Talktime is reached."""

    api_url: str
    socket_url: str

    @classmethod
    def of(cls, api_url: str, signaling_url: str | None = None) -> Doors:
        """Return the doors; signaling is behind the API's address where nothing else is said.

        `signaling_url` is a base address, or the whole one as in TALKTIME_SIGNALING_URL.
        """
        base = re.sub(r"^http", "ws", (signaling_url or api_url).rstrip("/"))
        is_whole = signaling_url and urlsplit(base).path
        return cls(api_url.rstrip("/"), base if is_whole else f"{base}/ws")

    @classmethod
    async def told_by(cls, http: httpx.AsyncClient, api_url: str) -> Doors:
        """Return the doors as pages find them: the API says where signaling is. Raises `DoorError`."""
        base = api_url.rstrip("/")
        installation = await _answer(http.get(f"{base}/v1/installation"))
        return cls(base, installation["signaling_url"])

    async def try_socket(self) -> None:
        """Open a socket and close it again. Raises `DoorError`."""
        try:
            async with asyncio.timeout(ANSWER_SECONDS_MAX), _socket(self.socket_url):
                return
        except (InvalidURI, InvalidHandshake, OSError, EOFError) as error:
            raise DoorError(f"no socket at {self.socket_url}: {error or type(error).__name__}") from error


@dataclass
class Person:
    """Somebody with an account, logged in."""

    doors: Doors
    http: httpx.AsyncClient
    id: UUID
    user_name: str
    access_token: str

    @classmethod
    async def register(cls, doors: Doors, http: httpx.AsyncClient, user_name: str, password: str) -> Person:
        """Make an account and log in. Raises `DoorError`."""
        account = {"email": f"{user_name}@example.com", "user_name": user_name, "password": password}
        await _answer(http.post(f"{doors.api_url}/v1/accounts", json=account))
        return await cls.log_in(doors, http, user_name, password)

    @classmethod
    async def log_in(cls, doors: Doors, http: httpx.AsyncClient, user_name: str, password: str) -> Person:
        """Log in. Raises `DoorError`."""
        login = {"login": user_name, "password": password}
        session = await _answer(http.post(f"{doors.api_url}/v1/sessions", json=login))
        return cls(doors, http, UUID(session["account"]["id"]), user_name, session["access_token"])

    async def get(self, path: str, **query: Any) -> Any:
        """Return what the API answers. Raises `DoorError`."""
        url = f"{self.doors.api_url}/v1/{path}"
        return await _answer(self.http.get(url, params=query, headers=self._headers))

    async def top_up(self, amount_minor: int) -> None:
        """Pay at the sandbox provider's checkout and wait until the money is in the wallet."""
        url = f"{self.doors.api_url}/v1/payments"
        payment = await _answer(self.http.post(url, json={"amount_minor": amount_minor}, headers=self._headers))
        await _answer(self.http.post(payment["checkout_url"] + "/pay"))
        async with asyncio.timeout(ANSWER_SECONDS_MAX):
            # REST has nothing to await; a device would hear of it.
            while (await self.get(f"payments/{payment['id']}"))["status"] != "settled":  # noqa: ASYNC110
                await asyncio.sleep(SETTLED_POLL_SECONDS)

    async def wallet(self) -> Any:
        """Return the wallet as the API shows it."""
        return await self.get("wallet")

    @contextlib.asynccontextmanager
    async def device(self, resume_token: str | None = None) -> AsyncIterator[Device]:
        """Connect a device and say hello; the socket is closed at the end of the block."""
        async with _socket(self.doors.socket_url) as socket:
            device = Device(socket)
            reader = asyncio.create_task(device.read(), name=f"device of {self.user_name}")
            try:
                await device.send(Hello(token=self.access_token, resume_token=resume_token))
                device.welcome = await device.expect(Welcome)
                yield device
            finally:
                reader.cancel()
                with contextlib.suppress(asyncio.CancelledError):
                    await reader

    @property
    def _headers(self) -> dict[str, str]:
        return {"authorization": f"Bearer {self.access_token}"}


@dataclass
class Device:
    """One connected socket. Pings are answered; everything else waits until it is expected."""

    socket: ClientConnection
    seen: list[ToClient] = field(default_factory=list)
    """Everything received, in order, pings left out."""
    waiting: list[ToClient] = field(default_factory=list)
    closed: tuple[int, str] | None = None
    _news: asyncio.Condition = field(default_factory=asyncio.Condition)
    welcome: Welcome | None = None

    async def send(self, message: Message) -> None:
        """Send a message."""
        await self.socket.send(msgspec.json.encode(message).decode())

    async def expect(self, kind: type[M], *, seconds_max: float = ANSWER_SECONDS_MAX) -> M:
        """Return the next message of this kind; those before it stay for other expectations.

        Raises `TimeoutError`, or `DoorError` where the socket closes first.
        """
        async with asyncio.timeout(seconds_max), self._news:
            while True:
                for message in self.waiting:
                    if isinstance(message, kind):
                        self.waiting.remove(message)
                        return message
                if self.closed:
                    raise DoorError(f"the socket was closed with {self.closed} before a {kind.__name__}")
                await self._news.wait()

    async def gone(self, *, seconds_max: float = ANSWER_SECONDS_MAX) -> None:
        """Return once the server has closed the socket; `closed` says how. Raises `TimeoutError`."""
        async with asyncio.timeout(seconds_max), self._news:
            await self._news.wait_for(lambda: self.closed is not None)

    async def read(self) -> None:
        """Receive until the socket closes."""
        with contextlib.suppress(ConnectionClosed):
            async for frame in self.socket:
                message = _to_client.decode(frame)
                if isinstance(message, Ping):
                    await self.send(Pong())
                    continue
                async with self._news:
                    self.seen.append(message)
                    self.waiting.append(message)
                    self._news.notify_all()
        async with self._news:
            self.closed = (self.socket.close_code or 0, self.socket.close_reason or "")
            self._news.notify_all()


def money_of(wallet: WalletState) -> str:
    """Return a wallet in a few words."""
    minutes = "any number of" if wallet.minutes_affordable is None else wallet.minutes_affordable
    return f"{wallet.available_minor} {wallet.currency} minor units available, enough for {minutes} minutes"


def _socket(url: str) -> connect:
    return connect(url, proxy=None, compression=None)


async def _answer(asked: Any) -> Any:
    try:
        response: httpx.Response = await asked
    except httpx.HTTPError as error:
        raise DoorError(f"no answer from {error.request.url}: {error or type(error).__name__}") from error
    if not response.is_success:
        kind = AlreadyTakenError if response.status_code == httpx.codes.CONFLICT else DoorError
        raise kind(f"{response.request.method} {response.request.url.path}: {response.text}")
    try:
        return response.json() if response.content else None
    except ValueError as error:
        raise DoorError(f"{response.request.url} is answered by something else than Talktime") from error
