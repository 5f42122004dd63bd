"""The server under the application, in a process of its own."""

import asyncio
import signal
import sys

import pytest
from websockets.asyncio.client import connect
from websockets.exceptions import ConnectionClosed

from shared.messages.to_client import CloseCode

PROGRAM = """
import asyncio
from shared.bus.memory import MemoryBus
from shared.clock import SystemClock
from shared.settings import Settings
from shared.tokens import TokenVerifier
from signaling.app import create_app
from signaling.server import server_config
from talktime.programs import live
from talktime.serving import forever, listen, serving, until_told

async def main():
    clock, settings, bus = SystemClock(), Settings(node="node-1"), MemoryBus()
    verifier = TokenVerifier([], issuer="i", audience="a", clock=clock)
    app = create_app(settings, bus=bus, verifier=verifier, clock=clock)
    listener = listen("127.0.0.1", 0)
    await bus.start()
    async with serving(server_config(app, settings), listener), live(app.service):
        print(listener.getsockname()[1], flush=True)
        await forever()

asyncio.run(until_told(main()))
print("stopped", flush=True)
"""


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
async def test_a_signal_closes_sockets_with_a_reason_and_the_process_ends_well(number: signal.Signals) -> None:
    """D16, G5."""
    process = await asyncio.create_subprocess_exec(sys.executable, "-c", PROGRAM, stdout=asyncio.subprocess.PIPE)
    assert process.stdout is not None
    async with asyncio.timeout(20):
        port = int(await process.stdout.readline())
        connection = await connect(f"ws://127.0.0.1:{port}/ws", proxy=None)
        process.send_signal(number)
        with pytest.raises(ConnectionClosed):
            await connection.recv()
        assert connection.close_code == CloseCode.GOING_AWAY
        assert (await process.stdout.read()).split() == [b"stopped"]
        assert await process.wait() == 0
