"""Three private RabbitMQs on this machine that are one cluster."""

import asyncio
import os
import secrets
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from typing import Any

import httpx

from tests.harness.errors import UnavailableServiceError
from tests.harness.packages import install_package
from tests.harness.rabbitmq_binaries import find_rabbitmq
from tests.harness.rabbitmq_process import RabbitProcess

NODES = 3
MANAGEMENT_SECONDS_MAX = 10


class RabbitCluster:
    """Its nodes; the first one was there before the others, and nothing else sets it apart."""

    def __init__(self, nodes: list[RabbitProcess]) -> None:
        self.nodes = nodes

    def urls(self, vhost: str, *, first: RabbitProcess) -> str:
        """Return the setting that names all nodes, this one first."""
        ordered = [first, *(node for node in self.nodes if node is not first)]
        return ",".join(node.address.vhost_url(vhost) for node in ordered)

    async def running(self, asked: RabbitProcess) -> set[str]:
        """Return the names of the nodes that run, as far as this one knows."""
        found: list[dict[str, object]] = await self._get(asked, "nodes")
        return {str(node["name"]) for node in found if node["running"]}

    async def leader(self, vhost: str, queue: str, *, asked: RabbitProcess) -> str | None:
        """Return the name of the node that leads a quorum queue, None where nobody does at the moment."""
        found: dict[str, object] = await self._get(asked, f"queues/{vhost}/{queue}")
        leader = found.get("leader")
        return str(leader) if leader else None

    async def members(self, vhost: str, queue: str, *, asked: RabbitProcess) -> set[str]:
        """Return the names of the nodes that have a copy of a quorum queue."""
        found: dict[str, list[str]] = await self._get(asked, f"queues/{vhost}/{queue}")
        return set(found["members"])

    async def _get(self, asked: RabbitProcess, path: str) -> Any:
        url = f"{asked.address.management_url}/api/{path}"
        async with httpx.AsyncClient(trust_env=False, timeout=MANAGEMENT_SECONDS_MAX) as client:
            answer = await client.get(url)
            answer.raise_for_status()
            return answer.json()


@asynccontextmanager
async def rabbitmq_cluster(environ: Mapping[str, str] = os.environ) -> AsyncIterator[RabbitCluster]:
    """Hold a cluster of this machine's binaries. Raises `UnavailableServiceError` where there are none."""
    binaries = find_rabbitmq(environ)
    if binaries is None:
        refusal = await install_package("rabbitmq-server")
        binaries = find_rabbitmq(environ)
    if binaries is None:
        raise UnavailableServiceError(
            "A cluster of private RabbitMQs needs the programs of RabbitMQ 3.10 or newer on this machine; "
            f"a container has only one. To install them: {refusal}"
        )
    cookie = secrets.token_hex(16)
    seed = RabbitProcess(binaries, cookie=cookie)
    others = [RabbitProcess(binaries, cookie=cookie, seed=seed) for _ in range(NODES - 1)]
    try:
        await seed.start()
        await asyncio.gather(*(node.start() for node in others))
        yield RabbitCluster([seed, *others])
    finally:
        # The first one has the port mapper of all.
        for node in [*others, seed]:
            await node.remove()
