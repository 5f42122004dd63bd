"""A bare relay on the server and library of signaling: whoever is second at an address hears the first, and back.

python -m bench.floors.relay <port>
"""

from __future__ import annotations

import asyncio
import sys
from typing import cast

import uvloop
from quart import Quart
from quart.globals import websocket_ctx

from shared.settings import Settings
from signaling.server import calm_garbage_collector, server_config
from signaling.sockets.lean import LeanConnection, LeanWebsocket, SocketClosedError
from talktime.serving import Server, listen


class Relay(Quart):
    """Signaling's own connection classes, and nothing of what it does with them."""

    asgi_websocket_class = LeanConnection
    websocket_class = LeanWebsocket

    def __init__(self) -> None:
        super().__init__("relay", static_folder=None)
        self._sides: dict[tuple[str, str], LeanWebsocket] = {}
        self.add_websocket("/<pair>/<side>", view_func=self._serve)

    async def _serve(self, pair: str, side: str) -> None:
        websocket = cast(LeanWebsocket, websocket_ctx.websocket)
        await websocket.accept()
        self._sides[pair, side] = websocket
        other = pair, "b" if side == "a" else "a"
        try:
            while True:
                frame = await websocket.receive()
                await self._sides[other].send(frame)
        except (SocketClosedError, OSError):
            websocket.abandon()


async def main(port: int) -> None:
    """Serve until killed."""
    listening = listen("127.0.0.1", port)
    server = Server(server_config(Relay(), Settings()))
    task = asyncio.create_task(server.serve(sockets=[listening]))
    await server.up.wait()
    calm_garbage_collector()
    print("the bare relay is ready", flush=True)
    await task


if __name__ == "__main__":
    uvloop.run(main(int(sys.argv[1])))
