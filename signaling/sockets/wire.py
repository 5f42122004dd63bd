"""uvicorn's WebSocket protocol with two more limits, and a way to send without waiting."""

from __future__ import annotations

from http import HTTPStatus
from typing import cast

from uvicorn._types import ASGIReceiveEvent
from uvicorn.protocols.websockets.websockets_sansio_impl import WebSocketsSansIOProtocol
from websockets.frames import CloseCode, Frame
from websockets.http11 import Request
from websockets.protocol import OPEN

SEND_NOW = "talktime.send_now"
"""The extension of the ASGI scope under which an application finds `send_now`."""
FRAGMENTS_MAX = 256
"""Fragments of one message; empty ones would count nothing towards its size."""


class BoundedWebSocketProtocol(WebSocketsSansIOProtocol):
    """A peer that does not read is not read either, so that the pongs to its pings cannot pile up."""

    def handle_connect(self, event: Request) -> None:
        """Take the handshake; the application's task runs afterwards."""
        super().handle_connect(event)
        if self.response.status_code == HTTPStatus.SWITCHING_PROTOCOLS:
            cast(dict[str, object], self.scope["extensions"])[SEND_NOW] = self.send_now

    def send_now(self, text: bytes) -> bool:
        """Send a text frame and return True, or False where that would have to wait or cannot be done."""
        if not self.writable.is_set() or self.close_sent or self.disconnected or self.conn.state is not OPEN:
            return False
        self.conn.send_text(text)
        self.transport.write(b"".join(self.conn.data_to_send()))
        return True

    def pause_writing(self) -> None:
        """The peer does not read."""
        super().pause_writing()
        if not self.read_paused:
            self.read_paused = True
            self.transport.pause_reading()

    def resume_writing(self) -> None:
        """It does again."""
        super().resume_writing()
        self._read_on()

    async def receive(self) -> ASGIReceiveEvent:
        """Return the next event; what comes after it is read once this one is taken."""
        event = await self.queue.get()
        self._read_on()
        return event

    def handle_cont(self, event: Frame) -> None:
        """Take one more fragment of a message, but not without end."""
        if len(self.frames) >= FRAGMENTS_MAX:
            self.conn.fail(CloseCode.MESSAGE_TOO_BIG, "too many fragments")
            self.handle_parser_exception()
            return
        super().handle_cont(event)

    def _read_on(self) -> None:
        if self.read_paused and self.queue.empty() and self.writable.is_set():
            self.read_paused = False
            self.transport.resume_reading()
