"""A worker takes an end from the queue, settles it, and dies before the commit: the end must not be lost."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence

from shared.bus.interface import Bus, Delivery, Rejected, UnavailableError
from shared.bus.memory import MemoryBus
from shared.bus.rabbit import RabbitBus
from shared.bus.topology import CALL_EVENTS
from shared.messages.registry import decode_call_event, envelope_of
from tests.proof.model import Model
from tests.proof.purses import Wallet
from tests.proof.registers import Event
from tests.proof.stage import Stage

REDELIVERED_SECONDS_MAX = {"memory": 1, "broker": 5}


async def an_end_survives_a_power_cut(stage: Stage, broker_url: str | None) -> None:
    """Fail where the end is not settled in the end; over the bus in memory where there is no broker."""
    bus: Bus = RabbitBus(broker_url, publish_timeout_ms=10_000) if broker_url else MemoryBus()
    await bus.start()
    try:
        await _play(stage, bus, REDELIVERED_SECONDS_MAX["broker" if broker_url else "memory"])
    finally:
        await bus.close()


async def _play(stage: Stage, bus: Bus, seconds_max: float) -> None:
    real, _, names = await stage.begin()
    now, model = real.clock.now(), Model(setup_ms=real.terms.setup_ms)
    await real.open_accounts(["ann", "bob"], price=10, credit=100, share_bp=0)
    for person in ("ann", "bob"):
        model.wallets[person] = Wallet(10)
        model.adjust(f"gift to {person}", person, 100, now)
    assert await real.invite("call", "ann", "bob") == model.invite("call", "ann", "bob", now)
    ended = Event("end", "call", "ann", "bob", now, 1, "hung_up")
    await bus.publish([envelope_of(decode_call_event(real.message(ended).body))])

    cut, settled = asyncio.Event(), asyncio.Event()

    async def dies(batch: Sequence[Delivery]) -> Sequence[Rejected]:
        await real.hear_in_vain(batch)
        cut.set()
        raise UnavailableError("no power")

    async def settles(batch: Sequence[Delivery]) -> Sequence[Rejected]:
        rejected = await real.settlement.handle(batch)
        settled.set()
        return rejected

    dying = await bus.consume(CALL_EVENTS.name, dies, batch_max=10)
    await cut.wait()
    await dying.stop()
    await stage.compare(model, names)
    successor = await bus.consume(CALL_EVENTS.name, settles, batch_max=10)
    try:
        async with asyncio.timeout(seconds_max):
            await settled.wait()
    except TimeoutError:
        raise AssertionError("the end is lost") from None
    finally:
        await successor.stop()
    model.hear([ended], now)
    await stage.compare(model, names)
