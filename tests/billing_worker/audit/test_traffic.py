"""Looking at books while they are written: one moment is seen, in which all fits."""

import asyncio
import random

from sqlalchemy.ext.asyncio import AsyncEngine

from shared.messages.requests import Authorized
from tests.billing_worker.audit.firm import Names, look
from tests.billing_worker.town import MINUTE_MS, Resident, Town
from tests.harness.clock import ManualClock

AUDITS = 12


async def test_books_in_the_middle_of_traffic_are_in_order(
    engine: AsyncEngine, clock: ManualClock, names: Names
) -> None:
    """C14: calls are authorized, renewed, ended and paid for all the while; no look finds anything."""
    town = Town(engine, clock, audited=False)
    people = [await town.moves_in(0, name=f"p{number}") for number in range(6)]
    over = asyncio.Event()
    tasks = [asyncio.create_task(_calls_and_pays(town, people, over, seed)) for seed in range(3)]
    entries = []
    for _ in range(AUDITS):
        report = await look(engine, clock)
        entries.append(report.entries)
        assert [each.line for each in report.found] == []
    over.set()
    made = sum(await asyncio.gather(*tasks))

    assert len(set(entries)) > AUDITS / 2, "nothing was written meanwhile"
    assert made > 0
    assert (await look(engine, clock)).differences == 0


async def _calls_and_pays(town: Town, people: list[Resident], over: asyncio.Event, seed: int) -> int:
    chance, calls = random.Random(seed), 0
    while not over.is_set():
        caller, callee = chance.sample(people, 2)
        await town.tops_up(caller, 40)
        call = town.conversation(caller, callee)
        (reply,) = await town.admission.handle([town.invitation(caller, callee, call.id)])
        if not isinstance(reply, Authorized):
            continue
        await town.admission.handle([call.renewal(2)])
        await town.hears(call.started(), call.ended(chance.choice((0, 1, MINUTE_MS + 1))))
        await town.hears(call.ended(chance.choice((0, 1))))
        calls += 1
    return calls
