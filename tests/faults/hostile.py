"""Clients that mean harm: they flood, read nothing, send what is no message, or open sockets and say nothing."""

from __future__ import annotations

import asyncio
import contextlib
import json
import random
from collections.abc import Awaitable, Callable
from uuid import uuid4

import httpx
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import WebSocketException

from tests.faults.people import Account
from tests.faults.stage import Stage

CLIENTS_EACH = 4
SECONDS = 3.0
FRAMES = 3_000


async def attack(stage: Stage, chance: random.Random) -> None:
    """Let all of them loose for a while."""
    async with httpx.AsyncClient(trust_env=False, timeout=10) as http:
        account = await Account.register(http, stage.api_url)
        ways: tuple[Callable[[ClientConnection], Awaitable[None]], ...] = (_flood, _garbage, _silence, _deafness)
        attacks = [
            _one(chance.choice(stage.socket_urls), account.token, way) for way in ways for _ in range(CLIENTS_EACH)
        ]
        await asyncio.gather(*attacks, *(_guess(http, stage.api_url) for _ in range(CLIENTS_EACH)))


async def _one(url: str, token: str, way: Callable[[ClientConnection], Awaitable[None]]) -> None:
    with contextlib.suppress(WebSocketException, OSError, TimeoutError, EOFError):
        async with asyncio.timeout(SECONDS), connect(url, proxy=None, close_timeout=0.2) as socket:
            if way is not _silence:
                await socket.send(json.dumps({"type": "hello", "token": token}))
            await way(socket)


async def _flood(socket: ClientConnection) -> None:
    for _ in range(FRAMES):
        await socket.send(json.dumps({"type": "call.invite", "callee_id": str(uuid4())}))


async def _garbage(socket: ClientConnection) -> None:
    for frame in ("{", "[]", '{"type": "call.accept"}', b"\x00" * 100, "x" * 70_000, "[" * 30_000):
        await socket.send(frame)
        await asyncio.sleep(0.05)


async def _silence(socket: ClientConnection) -> None:
    await asyncio.sleep(SECONDS)


async def _deafness(socket: ClientConnection) -> None:
    socket.transport.pause_reading()
    for _ in range(FRAMES):
        await socket.send(json.dumps({"type": "call.hang_up", "call_id": str(uuid4())}))


async def _guess(http: httpx.AsyncClient, api_url: str) -> None:
    for number in range(30):
        with contextlib.suppress(httpx.HTTPError):
            login = {"login": f"nobody-{number}", "password": "x" * 100}
            await http.post(f"{api_url}/v1/sessions", json=login)
            await http.post(f"{api_url}/v1/webhooks/sandbox", content=b"{" * 1_000)
