"""Finding RabbitMQ's and Erlang's programs on this machine."""

import shutil
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

MACHINE_PATTERNS = (
    "usr/lib/rabbitmq/lib/rabbitmq_server-*/sbin/rabbitmq-server",
    "usr/local/lib/rabbitmq/lib/rabbitmq_server-*/sbin/rabbitmq-server",
    "opt/rabbitmq/sbin/rabbitmq-server",
    "opt/rabbitmq_server-*/sbin/rabbitmq-server",
    "opt/homebrew/opt/rabbitmq/sbin/rabbitmq-server",
    "usr/local/opt/rabbitmq/sbin/rabbitmq-server",
)


@dataclass(frozen=True, slots=True)
class RabbitBinaries:
    """The server's own start script (not the packages' wrapper, which insists on a service user) and epmd."""

    server: Path
    epmd: Path


def find_rabbitmq(environ: Mapping[str, str]) -> RabbitBinaries | None:
    """Return the programs of this machine's RabbitMQ, the newest of several, or None."""
    epmd = shutil.which("epmd", path=environ.get("PATH"))
    if epmd is None or shutil.which("erl", path=environ.get("PATH")) is None:
        return None
    for server in _servers(environ):
        return RabbitBinaries(server, Path(epmd))
    return None


def _servers(environ: Mapping[str, str]) -> Iterator[Path]:
    for pattern in MACHINE_PATTERNS:
        yield from sorted(Path("/").glob(pattern), reverse=True)
    on_path = shutil.which("rabbitmq-server", path=environ.get("PATH"))
    if on_path is not None and "sbin" in (real := Path(on_path).resolve()).parts and "rabbitmq" in str(real.parent):
        yield real
