"""One node of a cluster dies as by a power cut, under load: the one that everybody is connected to."""

import asyncio
import random
import time
from collections.abc import Sequence
from functools import partial

import pytest

from billing_worker.app import BillingWorker
from shared.clock import SystemClock
from shared.settings import Settings
from tests.billing_worker.books import audit
from tests.billing_worker.town import Town
from tests.cluster.traffic import Signaling, connected, going_on, until, until_so
from tests.harness.rabbitmq_cluster import RabbitCluster
from tests.harness.vhosts import virtual_hosts

NODE = "node-1"
VHOST = "talktime"
CALLS = 300
BEFORE_THE_KILL = 150
"""Events that are confirmed by then; others are on their way."""
BACK_SECONDS_MAX = 30
LED = ("billing.calls", "billing.calls.dead", "billing.requests.v2", f"signaling.{NODE}")


async def test_a_node_killed_under_load_loses_nothing(
    cluster: RabbitCluster, town: Town, monkeypatch: pytest.MonkeyPatch
) -> None:
    """F2, F3, F4, C9: confirmed events are settled once each, requests answered, notices told, within 30 s."""
    victim, survivor = cluster.nodes[1], cluster.nodes[2]
    monkeypatch.setattr(random, "sample", _as_they_come)
    await virtual_hosts(victim.address).change(create=[VHOST])
    urls = cluster.urls(VHOST, first=victim)
    calls = await town.many_calls(CALLS)
    await town.asks(*(call.renewal(2) for call in calls))
    async with connected(urls) as workers_bus, connected(urls, node=NODE) as bus:
        worker = BillingWorker(Settings(), engine=town.engine, bus=workers_bus, clock=SystemClock())
        await worker.start()
        signaling = Signaling(bus, town)
        mailbox = await bus.open_mailbox(NODE, signaling.take)
        for call in calls:
            await mailbox.bind(call.caller.id)
        for queue in LED:
            await until_so(partial(_is_led_by, cluster, queue, victim.node))
            assert len(await cluster.members(VHOST, queue, asked=survivor)) == len(cluster.nodes)
        async with going_on(signaling.ask_on_and_on(calls[0].caller)), going_on(signaling.tell_ends(calls)) as told:
            await until(lambda: signaling.confirmed >= BEFORE_THE_KILL and bool(signaling.notices))
            await victim.kill()
            killed_at = time.monotonic()
            assert signaling.confirmed < 2 * CALLS
            await signaling.answered_since(killed_at)
            async with asyncio.timeout(BACK_SECONDS_MAX):
                await asyncio.wait({told})
            await until(lambda: len(signaling.charged) == CALLS, seconds_max=BACK_SECONDS_MAX)
            assert time.monotonic() - killed_at < BACK_SECONDS_MAX
        assert bus.connected
        assert workers_bus.connected
        assert await cluster.running(survivor) == {node.node for node in cluster.nodes if node is not victim}
        await worker.stop()
    assert [(await town.wallet(call.caller)).balance_minor for call in calls] == [80] * CALLS
    assert all([(await call.record()).settled_at for call in calls])
    await audit(town.engine)


async def _is_led_by(cluster: RabbitCluster, queue: str, node: str) -> bool:
    return await cluster.leader(VHOST, queue, asked=cluster.nodes[2]) == node


def _as_they_come(urls: Sequence[str], _: int) -> Sequence[str]:
    """Have everybody begin with the first URL."""
    return urls
