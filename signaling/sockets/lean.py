"""Quart's WebSocket without a task, a queue and signals for every message.

A handler that does not receive stops its peer by TCP's own back-pressure, so nothing piles up here.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING, Any, cast

from quart.asgi import ASGIWebsocketConnection
from quart.wrappers import Websocket

from signaling.sockets.wire import SEND_NOW

if TYPE_CHECKING:
    from hypercorn.typing import ASGIReceiveCallable, ASGISendCallable

Frame = str | bytes
"""A text frame as str, a binary frame as bytes."""


BROKEN = frozenset({1005, 1006})
"""No close frame came (RFC 6455, section 7.4.1), or none that the server tells from that."""


class SocketClosedError(Exception):
    """The socket is closed, by whichever side, or broken: then there is no more `in_order` to it."""

    def __init__(self, code: int) -> None:
        super().__init__(code)
        self.in_order = code not in BROKEN


class LeanWebsocket(Websocket):
    """Set as `app.websocket_class`; the handler accepts by itself, once, before the first receive."""

    send_now: Callable[[bytes], bool]
    """Send a text frame without waiting and return True, or False where the server cannot."""
    abandon: Callable[[], None]
    """Have no close frame sent at the end: the peer does not read it."""

    async def receive(self) -> Frame:
        """Return the next frame. Raises `SocketClosedError`."""
        frame: Frame = await self._receive()
        return frame

    async def send(self, data: Frame) -> None:
        """Send a frame; waits while the peer does not read. Raises `OSError` where it is gone."""
        await self._send(data)


class LeanConnection(ASGIWebsocketConnection):
    """Set as `app.asgi_websocket_class`."""

    async def __call__(self, receive: ASGIReceiveCallable, send: ASGISendCallable) -> None:
        """Run the handler in the server's own task."""
        websocket = cast(LeanWebsocket, self._create_websocket_from_scope(send))
        websocket._receive = partial(self._next_frame, receive)
        websocket.abandon = self._abandon
        websocket.send_now = cast(dict[str, Any], self.scope["extensions"]).get(SEND_NOW, _never)
        await self.handle_websocket(websocket, send)

    async def send_data(self, send: ASGISendCallable, data: Frame) -> None:
        """Send a frame, and no signal about it."""
        text = isinstance(data, str)
        event: Any = {"type": "websocket.send", "text" if text else "bytes": data}
        await send(event)

    def _abandon(self) -> None:
        self._closed = True

    async def _next_frame(self, receive: ASGIReceiveCallable) -> Frame:
        while True:
            event = await receive()
            if event["type"] == "websocket.receive":
                text = event.get("text")
                return event["bytes"] or b"" if text is None else text
            if event["type"] == "websocket.disconnect":
                # Quart would answer with a close frame, and wait for a peer that does not read.
                self._closed = True
                raise SocketClosedError(event.get("code") or 1006)


def _never(text: bytes) -> bool:
    """Another server than ours has no such extension."""
    del text
    return False
