"""Twenty times without a broker, under load: four restarts of it, and sixteen times all its connections are cut.

A restart takes RabbitMQ five to ten seconds; what a program sees of it is its connections, cut all at once. So in
the rounds between the restarts a network in the middle cuts them. `TEST_RESTART_EVERY=1` makes twenty restarts.
"""

import asyncio
import os
import time

from billing_worker.app import BillingWorker
from shared.clock import SystemClock
from shared.settings import Settings
from tests.billing_worker.books import audit
from tests.billing_worker.town import Town
from tests.cluster.traffic import Signaling, connected, going_on, until
from tests.harness.fixtures import PrivateRabbit
from tests.shared.bus.proxy import Proxy, proxied

ROUNDS = 20
RESTART_EVERY = int(os.environ.get("TEST_RESTART_EVERY", "5"))
NODE = "node-1"
CALLS = 500
BACK_SECONDS_MAX = 60
REMEMBERED_SECONDS = 2
"""RabbitMQ 3.10 writes down half a second late which quorum queues it has; killed before, it loses their use."""


async def test_twenty_restarts_under_load(private_rabbitmq: PrivateRabbit, town: Town) -> None:
    """F4: consumers come back, the backlog drains, nothing confirmed is lost, nobody is charged twice."""
    calls = await town.many_calls(CALLS)
    await town.asks(*(call.renewal(2) for call in calls))
    async with (
        proxied(private_rabbitmq.vhost_url) as network,
        connected(network.url) as workers_bus,
        connected(network.url, node=NODE) as bus,
    ):
        worker = BillingWorker(Settings(), engine=town.engine, bus=workers_bus, clock=SystemClock())
        await worker.start()
        signaling = Signaling(bus, town)
        mailbox = await bus.open_mailbox(NODE, signaling.take)
        for call in calls:
            await mailbox.bind(call.caller.id)
        await asyncio.sleep(REMEMBERED_SECONDS)
        async with going_on(signaling.ask_on_and_on(calls[0].caller)):
            for number in range(ROUNDS):
                some = calls[number * CALLS // ROUNDS : (number + 1) * CALLS // ROUNDS]
                async with going_on(signaling.tell_ends(some)) as told:
                    await signaling.confirmed_more()
                    await _without_a_broker(number, private_rabbitmq, network)
                    back_at = time.monotonic()
                    await signaling.answered_since(back_at)
                    await asyncio.wait_for(told, BACK_SECONDS_MAX)
        await until(lambda: len(signaling.charged) == CALLS, seconds_max=BACK_SECONDS_MAX)
        assert signaling.confirmed == 2 * CALLS
        assert bus.connected
        assert workers_bus.connected
        await worker.stop()
    assert [(await town.wallet(call.caller)).balance_minor for call in calls] == [80] * CALLS
    assert all([(await call.record()).settled_at for call in calls])
    await audit(town.engine)


async def _without_a_broker(number: int, broker: PrivateRabbit, network: Proxy) -> None:
    """Cut all connections or, every so often, restart the broker: killed and stopped in turn."""
    if number % RESTART_EVERY:
        await network.stop()
        return
    await (broker.kill() if number % (2 * RESTART_EVERY) else broker.stop())
    await network.stop()
    await broker.start()
