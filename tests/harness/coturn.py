"""A real coturn of the tests' own."""

import asyncio
import contextlib
import os
import shutil
import socket
from asyncio.subprocess import STDOUT, Process
from collections.abc import AsyncIterator, Iterator, Mapping, Sequence
from pathlib import Path

from msgspec import Struct

from talktime.child import end_child, start_child
from tests.harness.errors import TookTooLongError
from tests.harness.installed import installed_program
from tests.harness.leftovers import make_folder
from tests.harness.ports import free_port

PROGRAM_VARIABLE = "TEST_TURNSERVER"
PACKAGE = "coturn"
REALM = "talktime.test"
SECRETS = ("the-secret-that-signs", "the-secret-that-signed-before")
RELAY_PORTS = (6_000, 9_999)
"""Where nothing else of the tests is; coturn takes the next one where a port is taken."""
READY_SECONDS_MAX = 20
ANSWER_SECONDS_MAX = 0.2
POLL_SECONDS = 0.02
LOG_TAIL_CHARACTERS = 2_000
BINDING_REQUEST = bytes.fromhex("000100002112a442") + b"are you up?!"
"""RFC 8489: method, length, magic cookie, and a transaction id."""


class TurnAddress(Struct, frozen=True, kw_only=True):
    """Where a coturn listens, over UDP and TCP, and which secrets it honours; it relays to 127.0.0.1 too."""

    host: str = "127.0.0.1"
    port: int
    realm: str
    secrets: tuple[str, ...]

    @property
    def turn_url(self) -> str:
        """Return the address as `RTCIceServer` and `turn_urls` take it."""
        return f"turn:{self.host}:{self.port}?transport=udp"

    @property
    def stun_url(self) -> str:
        """Return the same server's address for those who ask where they are seen."""
        return f"stun:{self.host}:{self.port}"


class Coturns(contextlib.AsyncExitStack):
    """Starts servers for a test, which all end with it."""

    def __init__(self, environ: Mapping[str, str]) -> None:
        super().__init__()
        self._environ = environ

    async def start(self, *secrets: str) -> TurnAddress:
        """Start one that honours these secrets."""
        return await self.enter_async_context(coturn_service(self._environ, *secrets))


@contextlib.asynccontextmanager
async def coturn_service(environ: Mapping[str, str], *secrets: str) -> AsyncIterator[TurnAddress]:
    """Give a coturn for as long as the context lasts. Raises `UnavailableServiceError`."""
    address = TurnAddress(port=free_port(), realm=REALM, secrets=secrets or SECRETS)
    options = (
        "-n",
        f"--listening-ip={address.host}",
        f"--relay-ip={address.host}",
        f"--listening-port={address.port}",
        f"--realm={address.realm}",
        "--use-auth-secret",
        *(f"--static-auth-secret={secret}" for secret in address.secrets),
        *("--no-tls", "--no-dtls", "--no-cli", "--fingerprint", "--allow-loopback-peers"),
        f"--min-port={RELAY_PORTS[0]}",
        f"--max-port={RELAY_PORTS[1]}",
    )
    async with running_turnserver(await turnserver_program(environ), options, address.port):
        yield address


@contextlib.asynccontextmanager
async def running_turnserver(program: Path, options: Sequence[str], port: int) -> AsyncIterator[Path]:
    """Run the program with these options, `port` being where it listens; the block begins when it answers.

    It gets its log.
    """
    folder = make_folder()
    # Nothing of this machine's own coturn is read or written.
    own = [f"--pidfile={folder / 'pid'}", f"--userdb={folder / 'users'}", "--log-file=stdout"]
    log = folder / "server.log"
    try:
        with log.open("wb") as output:
            process = await start_child(
                [program, *own, *options],
                env={"PATH": os.defpath},
                cwd=folder,
                stdout=output,
                stderr=STDOUT,
            )
        try:
            await _until_it_answers(process, port, log)
            yield log
        finally:
            await end_child(process)
    finally:
        shutil.rmtree(folder, ignore_errors=True)


async def turnserver_program(environ: Mapping[str, str]) -> Path:
    """Return where coturn's program is. Raises `UnavailableServiceError`."""
    return await installed_program(environ, "turnserver", package=PACKAGE, variable=PROGRAM_VARIABLE)


async def _until_it_answers(process: Process, port: int, log: Path) -> None:
    try:
        async with asyncio.timeout(READY_SECONDS_MAX):
            with _udp_socket(port) as asking:
                while not await _answers(asking):
                    if process.returncode is not None:
                        raise TookTooLongError(f"coturn ended as it was starting:\n{_tail(log)}")
                    await asyncio.sleep(POLL_SECONDS)
    except TimeoutError:
        raise TookTooLongError(f"coturn not ready in {READY_SECONDS_MAX} s:\n{_tail(log)}") from None


@contextlib.contextmanager
def _udp_socket(port: int) -> Iterator[socket.socket]:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as asking:
        asking.setblocking(False)
        asking.connect(("127.0.0.1", port))
        yield asking


async def _answers(asking: socket.socket) -> bool:
    """Ask one STUN question; while nobody listens the kernel refuses it."""
    loop = asyncio.get_running_loop()
    with contextlib.suppress(ConnectionRefusedError, TimeoutError):
        async with asyncio.timeout(ANSWER_SECONDS_MAX):
            await loop.sock_sendall(asking, BINDING_REQUEST)
            return bool(await loop.sock_recv(asking, 1_500))
    return False


def _tail(log: Path) -> str:
    return log.read_text(errors="replace")[-LOG_TAIL_CHARACTERS:]
