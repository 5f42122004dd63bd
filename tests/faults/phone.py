"""A device as a careful client runs it: it comes back by itself, and says nothing twice."""

from __future__ import annotations

import asyncio
import contextlib
import json
import random
from collections.abc import Callable, Sequence
from typing import Any
from uuid import UUID

from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import InvalidHandshake, WebSocketException

from tests.faults.promises import Promises, now_ms

Message = dict[str, Any]
HELLO_SECONDS_MAX = 6
BACK_OFF_SECONDS = (0.1, 0.6)
SILENCE_SECONDS_MAX = 4
"""The server pings every second: who hears nothing for so long opens another socket, as a good client would."""
UNCOUNTED = frozenset({"hello", "pong"})


class Phone:
    """One device; `told` are the messages it has not been asked about yet."""

    def __init__(self, urls: Sequence[str], token: str, promises: Promises, *, chance: random.Random) -> None:
        self.token = token
        self.call_id: str | None = None
        self.role: str = ""
        self.told: list[Message] = []
        self.at = ""
        """Where it is connected, and let in."""
        self.connections = 0
        self.repeated = 0
        """Messages that came twice with the same number: none may."""
        self.urls = urls
        """Where it connects, the next time."""
        self._chance = chance
        self._promises = promises
        self._news = asyncio.Condition()
        self._socket: ClientConnection | None = None
        self._resume_token: str | None = None
        self._ticket: str | None = None
        self._received = 0
        self._sent: list[Message] = []
        self._seq = 0
        self._task = asyncio.create_task(self._stay_connected())

    async def close(self) -> None:
        """Disconnect for good."""
        self._task.cancel()
        await asyncio.wait({self._task})

    def drop(self) -> None:
        """Lose the socket without a word, as on a train."""
        if self._socket is not None:
            self._socket.transport.abort()

    async def send(self, kind: str, **fields: Any) -> None:
        """Send a message, now or after the return; numbered, so that it is done once."""
        self._seq += 1
        message = {"type": kind, "seq": self._seq, **fields}
        self._sent.append(message)
        await self._write(message)

    async def hears(self, wanted: Callable[[Message], bool], *, seconds_max: float) -> Message | None:
        """Return the first message that is wanted and was not asked about; None where none comes in time."""
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(seconds_max), self._news:
                while True:
                    for message in self.told:
                        if wanted(message):
                            self.told.remove(message)
                            return message
                    await self._news.wait()
        return None

    async def _write(self, message: Message) -> None:
        if self._socket is None:
            return
        with contextlib.suppress(WebSocketException, OSError):
            await self._socket.send(json.dumps(message))
            self._is_there()

    def _is_there(self) -> None:
        """Note that the device was there: it said or heard something."""
        if self.call_id is not None:
            self._promises.of(UUID(self.call_id)).last_word_ms[self.role] = now_ms()

    async def _stay_connected(self) -> None:
        while True:
            url = self._chance.choice(self.urls)
            with contextlib.suppress(WebSocketException, InvalidHandshake, OSError, TimeoutError, EOFError):
                async with connect(url, proxy=None, open_timeout=HELLO_SECONDS_MAX, close_timeout=1) as socket:
                    await self._live(socket, url)
            self.at, self._socket = "", None
            await asyncio.sleep(self._chance.uniform(*BACK_OFF_SECONDS))

    async def _live(self, socket: ClientConnection, url: str) -> None:
        hello: Message = {"type": "hello", "token": self.token}
        if self._resume_token is not None:
            hello |= {"resume_token": self._resume_token, "received": self._received}
        if self._ticket is not None:
            hello["ticket"] = self._ticket
        await socket.send(json.dumps(hello))
        welcome = json.loads(await asyncio.wait_for(socket.recv(), HELLO_SECONDS_MAX))
        if welcome["type"] != "welcome":
            return
        self.connections += 1
        self.at, self._socket = url, socket
        await self._resume(welcome)
        while True:
            message = json.loads(await asyncio.wait_for(socket.recv(), SILENCE_SECONDS_MAX))
            self._is_there()
            if message["type"] == "ping":
                await self._write({"type": "pong", "received": self._received})
            elif self._is_new(message):
                await self._take(message)

    async def _resume(self, welcome: Message) -> None:
        """Say again what did not arrive, or begin anew with what the server knows."""
        self._resume_token = welcome["resume_token"]
        if welcome.get("resumed"):
            self._sent = [message for message in self._sent if message["seq"] > welcome.get("received", 0)]
            for message in self._sent:
                await self._write(message)
            return
        self._received, self._seq, self._sent = 0, 0, []
        await self._stand(welcome["call"])

    async def _stand(self, call: Message | None) -> None:
        """Go on with the call as the server says that it stands."""
        if call is None:
            self.call_id, self._ticket = None, None
            return
        self._begin(call["call_id"], call["role"])
        if call["state"] == "ringing" and call["role"] == "callee":
            await self.send("call.accept", call_id=call["call_id"])
        elif call["state"] == "connecting":
            await self._connected(call["call_id"])

    def _is_new(self, message: Message) -> bool:
        number = message.get("seq")
        if number is None:
            return True
        self.repeated += number <= self._received
        is_new: bool = number > self._received
        self._received = max(self._received, number)
        return is_new

    async def _take(self, message: Message) -> None:
        kind, call_id = message["type"], str(message.get("call_id"))
        match kind:
            case "call.incoming":
                self._begin(call_id, "callee")
                await self.send("call.accept", call_id=call_id)
            case "call.ringing":
                self._begin(call_id, "caller")
            case "call.accepted":
                await self._connected(call_id)
            case "call.snapshot":
                await self._stand(message["call"])
            case "call.ticket":
                self._ticket = message["ticket"]
            case "call.ended":
                self._over(message)
            case "server.moving":
                asyncio.get_running_loop().call_later(message["delay_ms"] / 1_000, self.drop)
            case "call.charged":
                heard = self._promises.of(UUID(call_id))
                heard.charges.append((message["talk_ms"], message["charge_minor"]))
                heard.charged_at_ms = heard.charged_at_ms or now_ms()
        async with self._news:
            self.told.append(message)
            self._news.notify_all()

    def _begin(self, call_id: str, role: str) -> None:
        self.call_id, self.role = call_id, role
        self._promises.of(UUID(call_id))

    async def _connected(self, call_id: str) -> None:
        self._promises.of(UUID(call_id)).connected_said.setdefault(self.role, now_ms())
        await self.send("call.connected", call_id=call_id)

    def _over(self, message: Message) -> None:
        call_id = message["call_id"]
        heard = self._promises.of(UUID(call_id))
        role = self.role if self.call_id == call_id else ""
        if role:
            heard.over[role] = (message["reason"], message["talk_ms"])
        heard.over_at_ms = heard.over_at_ms or now_ms()
        if self.call_id == call_id:
            self.call_id, self._ticket = None, None
