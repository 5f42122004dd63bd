"""uvicorn's WebSocket protocol with two more limits."""

from __future__ import annotations

from uvicorn._types import ASGIReceiveEvent
from uvicorn.protocols.websockets.websockets_sansio_impl import WebSocketsSansIOProtocol
from websockets.frames import CloseCode, Frame

FRAGMENTS_MAX = 256
"""Fragments of one message; empty ones would count nothing towards its size."""


class BoundedWebSocketProtocol(WebSocketsSansIOProtocol):
    """A peer that does not read is not read either, so that the pongs to its pings cannot pile up."""

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
