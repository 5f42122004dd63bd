"""A private RabbitMQ from this machine's binaries, without root and without touching the machine's own broker."""

import asyncio
import contextlib
import os
import shutil
import signal
from asyncio.subprocess import PIPE, STDOUT, Process
from pathlib import Path

from talktime.child import end_child, send_signal, start_child
from tests.harness.broker import BrokerAddress
from tests.harness.errors import TookTooLongError, UnavailableServiceError
from tests.harness.leftovers import make_folder, session_prefix
from tests.harness.ports import free_port
from tests.harness.rabbitmq_binaries import RabbitBinaries

START_SECONDS_MAX = 90
STOP_SECONDS_MAX = 30
EPMD_SECONDS_MAX = 10
CONTROL_SECONDS_MAX = 30
POLL_SECONDS = 0.02
READY = b"Server startup complete"
LOG_TAIL_CHARACTERS = 2_000
CONFIG = """\
listeners.tcp.local = 127.0.0.1:{port}
management.tcp.ip = 127.0.0.1
management.tcp.port = {management_port}
loopback_users = none
log.console = true
log.console.level = info
log.file = false
disk_free_limit.absolute = 10MB
vm_memory_high_watermark.absolute = 1GB
raft.wal_max_size_bytes = 16777216
"""
CLUSTER_CONFIG = """\
cluster_formation.peer_discovery_backend = classic_config
cluster_formation.classic_config.nodes.1 = {seed}
"""
ERLANG_OPTIONS = "+S 2:2 +sbwt none -kernel inet_dist_use_interface {127,0,0,1}"
"""Two schedulers that do not spin, and no port open to other machines."""


class RabbitProcess:
    """One broker with its own Erlang port mapper, folders, cookie and ports; implements `Broker`."""

    def __init__(self, binaries: RabbitBinaries, *, cookie: str = "", seed: "RabbitProcess | None" = None) -> None:
        """With a `seed` it joins the cluster of that one, which runs and has the same `cookie`."""
        self._binaries = binaries
        self._folder = make_folder()
        self._port, self._management_port = free_port(), free_port()
        self._distribution_port = free_port()
        self._epmd_port: int = seed._epmd_port if seed else free_port()
        self._has_own_epmd = seed is None
        self._cookie, self._seed = cookie, seed
        self._epmd: Process | None = None
        self._server: Process | None = None
        self._configure()

    @property
    def node(self) -> str:
        """Return its name among Erlang's nodes."""
        return f"talktime-test-{self._port}@localhost"

    @property
    def address(self) -> BrokerAddress:
        """Return where it is, running or not."""
        return BrokerAddress(
            url=f"amqp://guest:guest@127.0.0.1:{self._port}",
            management_url=f"http://guest:guest@127.0.0.1:{self._management_port}",
            prefix=session_prefix(),
        )

    async def start(self) -> None:
        """Start and return when it takes connections."""
        if self._server is not None:
            return
        await self._start_epmd()
        with self._log.open("wb") as log:
            self._server = await start_child(
                [self._binaries.server], env=self._environment(), cwd=self._folder, stdout=log, stderr=STDOUT
            )
        try:
            async with asyncio.timeout(START_SECONDS_MAX):
                await self._until_ready(self._server)
        except TimeoutError:
            raise TookTooLongError(f"RabbitMQ not ready in {START_SECONDS_MAX} s:\n{self._log_tail()}") from None

    async def stop(self) -> None:
        """Stop in good order, as a service would."""
        if self._server is not None:
            await self.thaw()
            await end_child(self._server, (signal.SIGTERM, STOP_SECONDS_MAX))
            self._server = None

    async def kill(self) -> None:
        """End it as a power cut would."""
        if self._server is not None:
            await end_child(self._server)
            self._server = None

    async def freeze(self) -> None:
        """Stop it in its tracks: connections stay open and nobody answers."""
        if self._server is not None:
            send_signal(self._server, signal.SIGSTOP)
            await _all_stopped(self._server.pid)

    async def thaw(self) -> None:
        """Let a frozen one go on."""
        if self._server is not None:
            send_signal(self._server, signal.SIGCONT)

    async def control(self, *arguments: str) -> None:
        """Run `rabbitmqctl` on it. Raises `UnavailableServiceError`."""
        process = await start_child(
            [self._binaries.server.with_name("rabbitmqctl"), "--quiet", *arguments],
            env=self._environment(),
            cwd=self._folder,
            stdout=PIPE,
            stderr=STDOUT,
        )
        said, _ = await asyncio.wait_for(process.communicate(), CONTROL_SECONDS_MAX)
        if process.returncode != 0:
            raise UnavailableServiceError(f"rabbitmqctl {arguments[0]}: {said.decode(errors='replace').strip()}")

    async def remove(self) -> None:
        """End it, at once, and delete all it had."""
        await self.kill()
        if self._epmd is not None:
            await end_child(self._epmd)
            self._epmd = None
        shutil.rmtree(self._folder, ignore_errors=True)

    @property
    def _log(self) -> Path:
        return self._folder / "server.log"

    def _configure(self) -> None:
        config = CONFIG.format(port=self._port, management_port=self._management_port)
        if self._seed:
            config += CLUSTER_CONFIG.format(seed=self._seed.node)
        if self._cookie:
            cookie = self._folder / ".erlang.cookie"
            cookie.write_text(self._cookie)
            cookie.chmod(0o400)
        (self._folder / "rabbitmq.conf").write_text(config)
        (self._folder / "enabled_plugins").write_text("[rabbitmq_management].\n")

    def _environment(self) -> dict[str, str]:
        folder = self._folder
        return {
            "PATH": os.environ.get("PATH", os.defpath),
            "LANG": "C.UTF-8",
            "HOME": str(folder),
            "ERL_EPMD_ADDRESS": "127.0.0.1",
            "ERL_EPMD_PORT": str(self._epmd_port),
            "RABBITMQ_NODENAME": self.node,
            "RABBITMQ_NODE_PORT": str(self._port),
            "RABBITMQ_DIST_PORT": str(self._distribution_port),
            "RABBITMQ_MNESIA_BASE": str(folder / "data"),
            "RABBITMQ_LOG_BASE": str(folder / "log"),
            "RABBITMQ_PID_FILE": str(folder / "pid"),
            "RABBITMQ_ENABLED_PLUGINS_FILE": str(folder / "enabled_plugins"),
            "RABBITMQ_CONFIG_FILE": str(folder / "rabbitmq"),
            "RABBITMQ_ADVANCED_CONFIG_FILE": str(folder / "advanced"),
            # The machine's own settings must not reach us: this file does not exist.
            "RABBITMQ_CONF_ENV_FILE": str(folder / "rabbitmq-env.conf"),
            "RABBITMQ_SERVER_ADDITIONAL_ERL_ARGS": ERLANG_OPTIONS,
            # The script then turns into the server: signals sent to our child reach the server itself.
            "RUNNING_UNDER_SYSTEMD": "true",
        }

    async def _start_epmd(self) -> None:
        if self._has_own_epmd and (self._epmd is None or self._epmd.returncode is not None):
            command: list[str | Path] = [
                self._binaries.epmd,
                "-address",
                "127.0.0.1",
                "-port",
                str(self._epmd_port),
            ]
            self._epmd = await start_child(command, env=self._environment(), cwd=self._folder)
            await self._until_listening(self._epmd_port)

    async def _until_listening(self, port: int) -> None:
        """A node that finds no port mapper would start one that outlives it."""
        async with asyncio.timeout(EPMD_SECONDS_MAX):
            while True:
                with contextlib.suppress(OSError):
                    _, writer = await asyncio.open_connection("127.0.0.1", port)
                    writer.close()
                    await writer.wait_closed()
                    return
                await asyncio.sleep(POLL_SECONDS)

    async def _until_ready(self, server: Process) -> None:
        while READY not in self._log.read_bytes():
            if server.returncode is not None:
                raise TookTooLongError(f"RabbitMQ ended as it was starting:\n{self._log_tail()}")
            await asyncio.sleep(POLL_SECONDS)

    def _log_tail(self) -> str:
        with contextlib.suppress(OSError):
            return self._log.read_text(errors="replace")[-LOG_TAIL_CHARACTERS:]
        return ""


async def _all_stopped(pid: int) -> None:
    """Return once every thread of our child has stopped: on a busy machine some go on for a moment."""
    async with asyncio.timeout(STOP_SECONDS_MAX):
        while not _has_stopped(pid):  # noqa: ASYNC110 - the kernel tells by a signal that asyncio's children need
            await asyncio.sleep(POLL_SECONDS)


def _has_stopped(pid: int) -> bool:
    return os.waitid(os.P_PID, pid, os.WSTOPPED | os.WNOWAIT | os.WNOHANG) is not None
