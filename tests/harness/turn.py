"""A TURN client for tests: asks a real server for a relayed address, and sends and receives through it."""

import asyncio
import base64
import contextlib
import hmac
from collections.abc import AsyncIterator, Iterator
from datetime import datetime
from urllib.parse import urlsplit

from aioice.stun import TransactionFailed
from aioice.turn import TurnClientProtocol, TurnClientTcpProtocol, TurnClientUdpProtocol

SECONDS_MAX = 10
LIFE_SECONDS = 600
UNUSED_CHANNEL_SECONDS = 500


class RefusedError(Exception):
    """The server said no; `code` is 401 for credentials and 403 for a peer it does not relay to."""

    def __init__(self, error: TransactionFailed) -> None:
        super().__init__(str(error))
        self.code = error.response.error_code


class Relayed(asyncio.DatagramProtocol):
    """A relayed address of one's own."""

    def __init__(self, client: TurnClientProtocol) -> None:
        self._client = client
        self._heard: asyncio.Queue[bytes] = asyncio.Queue()
        client.receiver = self

    @property
    def address(self) -> tuple[str, int]:
        """Return where others reach it."""
        assert self._client.relayed_address
        return self._client.relayed_address

    async def send(self, data: bytes, peer: tuple[str, int]) -> None:
        """Send through the server, which lets the peer answer from then on. Raises `RefusedError`."""
        with _refusals():
            await self._client.send_data(data, peer)

    async def receive(self) -> bytes:
        """Return what comes next."""
        async with asyncio.timeout(SECONDS_MAX):
            return await self._heard.get()

    def datagram_received(self, data: bytes, addr: tuple[str, int]) -> None:
        self._heard.put_nowait(data)


@contextlib.asynccontextmanager
async def relayed(turn_url: str, username: str, credential: str) -> AsyncIterator[Relayed]:
    """Hold a relayed address while the block runs. Raises `RefusedError`."""
    client = await _client(turn_url, username, credential)
    try:
        with _refusals():
            async with asyncio.timeout(SECONDS_MAX):
                await client.connect()
        yield Relayed(client)
        await client.delete()
    finally:
        client.transport.close()


def credentials(secret: str, *, expires_at: datetime, name: str = "somebody") -> tuple[str, str]:
    """Return user name and credential as coturn's documentation of `use-auth-secret` has them."""
    username = f"{int(expires_at.timestamp())}:{name}"
    return username, base64.b64encode(hmac.digest(secret.encode(), username.encode(), "sha1")).decode()


async def _client(turn_url: str, username: str, credential: str) -> TurnClientProtocol:
    server = urlsplit(f"//{turn_url.removeprefix('turn:')}")
    assert server.hostname
    assert server.port
    at, words = (server.hostname, server.port), (username, credential, LIFE_SECONDS, UNUSED_CHANNEL_SECONDS)
    loop = asyncio.get_running_loop()
    if server.query == "transport=tcp":
        return (await loop.create_connection(lambda: TurnClientTcpProtocol(at, *words), *at))[1]
    return (await loop.create_datagram_endpoint(lambda: TurnClientUdpProtocol(at, *words), remote_addr=at))[1]


@contextlib.contextmanager
def _refusals() -> Iterator[None]:
    try:
        yield
    except TransactionFailed as error:
        raise RefusedError(error) from error
