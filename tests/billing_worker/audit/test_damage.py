"""Each kind of damage is told, by its name, and nothing else is."""

import pytest
from sqlalchemy.ext.asyncio import AsyncEngine

from billing_worker.audit.auditing import look_through
from billing_worker.audit.seals import Sealing
from billing_worker.audit.snapshot import Snapshot
from tests.billing_worker.audit.damage import OF_ENTRIES, OF_ROWS, Damage, do
from tests.billing_worker.audit.firm import OVERDUE, Names
from tests.harness.clock import ManualClock

ALL = {f"entries: {name}": damage for name, damage in OF_ENTRIES.items()} | {
    f"rows: {name}": damage for name, damage in OF_ROWS.items()
}


@pytest.mark.parametrize("damage", ALL.values(), ids=ALL)
async def test_damage_is_told_by_its_name(
    owner: AsyncEngine, clock: ManualClock, names: Names, damage: Damage
) -> None:
    """C14: the first difference is the damage itself, and none is about anything that it does not touch."""
    async with owner.connect() as connection:
        await do(connection, names, damage.statements)
        report = await look_through(Snapshot(connection), Sealing(clock.now()), clock=clock, overdue=OVERDUE)
        await connection.rollback()

    told = [each.check for each in report.found]
    assert told[: len(damage.checks) if damage.more else None] == list(damage.checks), report.found
    assert damage.said in report.found[0].message
    assert report.differences == len(told)
