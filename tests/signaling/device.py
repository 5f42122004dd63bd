"""A device of the tests: a real WebSocket client."""

import asyncio
import contextlib
from itertools import count
from types import TracebackType
from typing import TypeVar
from uuid import UUID

import msgspec
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed

from shared.messages.from_client import ClientMessage, Hello, Pong
from shared.messages.registry import encode
from shared.messages.to_client import CallTicket, Error, Ping, ToClient, Welcome

WAIT_SECONDS_MAX = 5
Expected = TypeVar("Expected", bound=msgspec.Struct)

_decoder: msgspec.json.Decoder[ToClient] = msgspec.json.Decoder(ToClient)


class Device:
    """Answers pings by itself; everything else is read in order, one by one."""

    def __init__(self, connection: ClientConnection) -> None:
        self.connection = connection
        self.answers_pings = True
        self.pings = 0
        self.received = 0
        """The number of the last message that came."""
        self.ticket: str | None = None
        """The newest; they come in between, and are no part of a story."""
        self._marks = count()
        self.welcome: Welcome

    async def __aenter__(self) -> "Device":
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.connection.close()

    @property
    def account_id(self) -> UUID:
        return self.welcome.account.account_id

    async def say(self, message: ClientMessage) -> None:
        """Send a message."""
        await self.connection.send(encode(message).decode())

    async def say_raw(self, frame: str | bytes) -> None:
        """Send a frame as it is."""
        await self.connection.send(frame)

    async def greet(
        self,
        token: str,
        *,
        resume_token: str | None = None,
        received: int | None = None,
        ticket: str | None = None,
    ) -> "Device":
        """Say hello and be welcome."""
        await self.say(Hello(token=token, resume_token=resume_token, received=received, ticket=ticket))
        self.welcome = await self.expect(Welcome)
        self.received = received or 0 if self.welcome.resumed else 0
        return self

    async def hear(self) -> ToClient:
        """Return the next message that is no ping."""
        while True:
            async with asyncio.timeout(WAIT_SECONDS_MAX):
                message = _decoder.decode(await self.connection.recv())
            if isinstance(message, Ping):
                self.pings += 1
                if self.answers_pings:
                    await self.say(Pong(received=self.received))
            elif isinstance(message, Welcome):
                return message
            else:
                self.received += 1
                assert message.seq == self.received, "each message comes once, in order"
                if isinstance(message, CallTicket):
                    self.ticket = message.ticket
                    continue
                return msgspec.structs.replace(message, seq=msgspec.UNSET)

    async def expect(self, kind: type[Expected]) -> Expected:
        """Return the next message, which is of this kind."""
        message = await self.hear()
        assert isinstance(message, kind), message
        return message

    async def hears_no_more_than(self) -> list[ToClient]:
        """Return the messages that came before the answer to a question asked now."""
        mark = f"mark-{next(self._marks)}"
        await self.say_raw(f'{{"type":"nonsense","ref":"{mark}"}}')
        heard: list[ToClient] = []
        while not (isinstance(message := await self.hear(), Error) and message.ref == mark):
            heard.append(message)
        return heard

    async def hears_nothing(self) -> None:
        """Assert that no message waits."""
        assert await self.hears_no_more_than() == []

    async def closed_with(self) -> tuple[int, str]:
        """Return code and reason of the close, with whatever was said before it left unread."""
        async with asyncio.timeout(WAIT_SECONDS_MAX):
            with contextlib.suppress(ConnectionClosed):
                while True:
                    await self.connection.recv()
        code = self.connection.close_code
        assert code is not None
        return code, self.connection.close_reason or ""


async def open_device(url: str, *, origin: str | None = None, forwarded_for: str | None = None) -> Device:
    """Connect without saying hello."""
    given = {"Origin": origin, "X-Forwarded-For": forwarded_for}
    headers = {name: value for name, value in given.items() if value is not None}
    return Device(await connect(url, additional_headers=headers, compression=None, ping_interval=None, proxy=None))
