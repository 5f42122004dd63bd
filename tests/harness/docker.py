"""A private RabbitMQ in a container, where only a Docker engine can give one."""

import asyncio
import contextlib
import shutil
from asyncio.subprocess import DEVNULL, PIPE, STDOUT

import httpx

from tests.harness.broker import BrokerAddress
from tests.harness.errors import TookTooLongError, UnavailableServiceError
from tests.harness.leftovers import session_prefix
from tests.harness.ports import free_port

IMAGE = "rabbitmq:4-management"
COMMAND_SECONDS_MAX = 300
"""Long enough to fetch the image."""
ANSWER_SECONDS_MAX = 10
READY_SECONDS_MAX = 90
POLL_SECONDS = 0.1


class DockerRabbit:
    """One container; implements `Broker`."""

    def __init__(self) -> None:
        self._port, self._management_port = free_port(), free_port()
        self._name = f"{session_prefix()}{self._port}"
        self._exists = False

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
        if self._exists:
            await docker("start", self._name)
        else:
            ports = (f"127.0.0.1:{self._port}:5672", f"127.0.0.1:{self._management_port}:15672")
            published = [word for port in ports for word in ("--publish", port)]
            await docker("run", "--detach", "--hostname", "broker", "--name", self._name, *published, IMAGE)
            self._exists = True
        await self._until_ready()

    async def stop(self) -> None:
        """Stop in good order, as a service would."""
        await self.thaw()
        await docker("stop", self._name)

    async def kill(self) -> None:
        """End it as a power cut would."""
        with contextlib.suppress(UnavailableServiceError):
            await docker("kill", self._name)

    async def freeze(self) -> None:
        """Stop it in its tracks: connections stay open and nobody answers."""
        await docker("pause", self._name)

    async def thaw(self) -> None:
        """Let a frozen one go on."""
        with contextlib.suppress(UnavailableServiceError):
            await docker("unpause", self._name)

    async def control(self, *arguments: str) -> None:
        """Run `rabbitmqctl` on it. Raises `UnavailableServiceError`."""
        await docker("exec", self._name, "rabbitmqctl", *arguments)

    async def remove(self) -> None:
        """End it and delete all it had."""
        if self._exists:
            await docker("rm", "--force", "--volumes", self._name)
            self._exists = False

    async def _until_ready(self) -> None:
        """The management interface answers once all of the broker has started."""
        try:
            async with asyncio.timeout(READY_SECONDS_MAX), httpx.AsyncClient(trust_env=False) as client:
                while True:
                    with contextlib.suppress(httpx.HTTPError):
                        answer = await client.get(f"{self.address.management_url}/api/health/checks/virtual-hosts")
                        if answer.status_code == httpx.codes.OK:
                            return
                    await asyncio.sleep(POLL_SECONDS)
        except TimeoutError:
            raise TookTooLongError(f"RabbitMQ not ready in {READY_SECONDS_MAX} s in {self._name}") from None


async def docker_answers() -> bool:
    """Tell whether there is a Docker engine to ask."""
    try:
        await docker("version", "--format", "{{.Server.Version}}", seconds_max=ANSWER_SECONDS_MAX)
    except UnavailableServiceError:
        return False
    return True


async def docker(*arguments: str, seconds_max: float = COMMAND_SECONDS_MAX) -> str:
    """Run a docker command and return its output. Raises `UnavailableServiceError`."""
    program = shutil.which("docker")
    if program is None:
        raise UnavailableServiceError("there is no docker")
    process = await asyncio.create_subprocess_exec(program, *arguments, stdin=DEVNULL, stdout=PIPE, stderr=STDOUT)
    try:
        said, _ = await asyncio.wait_for(process.communicate(), seconds_max)
    except TimeoutError:
        raise UnavailableServiceError(f"docker {arguments[0]} took longer than {seconds_max} s") from None
    finally:
        if process.returncode is None:
            process.kill()
            await process.wait()
    if process.returncode != 0:
        raise UnavailableServiceError(f"docker {arguments[0]}: {said.decode(errors='replace').strip()}")
    return said.decode(errors="replace").strip()
