"""The server under the application, in a process of its own."""

import asyncio
import signal
import socket
import sys

import pytest
from websockets.asyncio.client import connect
from websockets.exceptions import ConnectionClosed

from signaling.server import TCP_USER_TIMEOUT_MS, listening_socket

PROGRAM = """
import asyncio
from shared.bus.memory import MemoryBus
from shared.clock import SystemClock
from shared.settings import Settings
from shared.tokens import TokenVerifier
from signaling.app import create_app
from signaling.server import DrainingServer, listening_socket, server_config

async def main():
    clock, settings, bus = SystemClock(), Settings(), MemoryBus()
    verifier = TokenVerifier([], issuer="i", audience="a", clock=clock)
    app = create_app(settings, bus=bus, verifier=verifier, clock=clock)
    await bus.start()
    await app.service.start()
    listening = listening_socket(host="127.0.0.1", port=0)
    print(listening.getsockname()[1], flush=True)
    async def drain():
        print("draining", flush=True)
        await app.service.drain()
    await DrainingServer(server_config(app, settings), drain=drain).serve(sockets=[listening])
    await app.service.stop()
    await bus.close()
    print("stopped", flush=True)

asyncio.run(main())
"""


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
async def test_a_signal_drains_and_what_follows_the_server_runs(number: signal.Signals) -> None:
    """D16, G5: and the process ends as one that was asked to."""
    process = await asyncio.create_subprocess_exec(sys.executable, "-c", PROGRAM, stdout=asyncio.subprocess.PIPE)
    assert process.stdout is not None
    async with asyncio.timeout(20):
        port = int(await process.stdout.readline())
        connection = await connect(f"ws://127.0.0.1:{port}/ws", proxy=None)
        process.send_signal(number)
        with pytest.raises(ConnectionClosed):
            await connection.recv()
        assert (await process.stdout.read()).split() == [b"draining", b"stopped"]
        assert await process.wait() == 0


def test_connections_do_not_outlive_a_peer_that_went_without_a_word() -> None:
    """D11."""
    with (
        listening_socket(host="127.0.0.1", port=0) as listening,
        socket.create_connection(listening.getsockname()),
        listening.accept()[0] as accepted,
    ):
        given_up_ms = accepted.getsockopt(socket.IPPROTO_TCP, socket.TCP_USER_TIMEOUT)
    assert given_up_ms == TCP_USER_TIMEOUT_MS
