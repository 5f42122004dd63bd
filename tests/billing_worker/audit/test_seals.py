"""A seal kept elsewhere proves what the books alone cannot: that nothing was changed by somebody who knows how."""

import contextlib
import hashlib
from pathlib import Path

import msgspec
import pytest
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from billing_worker.audit.auditing import Report, TooEarlyToSealError, audit, look_through
from billing_worker.audit.chain_files import ChainWriter, EarlierFileError, earlier_file
from billing_worker.audit.seals import SEAL_AGE
from billing_worker.audit.snapshot import Snapshot
from shared.ids import new_id
from shared.ledger import Ledger
from tests.billing_worker.audit.firm import OVERDUE, Names
from tests.billing_worker.audit.forgery import forge
from tests.harness.clock import ManualClock

FORGERIES = {
    "an adjustment that never was": ["DELETE FROM ledger_entries WHERE operation = 'adjustment:{adjustment}'"],
    "an adjustment of more": [
        "UPDATE ledger_entries SET amount_minor = amount_minor * 2 WHERE operation = 'adjustment:{adjustment}'"
    ],
    "another reason": [
        "UPDATE ledger_entries SET reason = 'she said so' WHERE operation = 'adjustment:{adjustment}'"
    ],
    "another month": [
        "UPDATE ledger_entries SET occurred_at = occurred_at - interval '1 month'"
        " WHERE operation = 'adjustment:{adjustment}'"
    ],
    "a booking date after the seal": [
        "UPDATE ledger_entries SET created_at = created_at + interval '1 year'"
        " WHERE operation = 'adjustment:{adjustment}'"
    ],
}


async def sealed(
    connection: AsyncConnection, clock: ManualClock, folder: Path, *, against: Path | None = None
) -> Report:
    """Audit, leave a file of each kind, named after the folder, and compare with an earlier one."""
    # What was read by cursors is done with at the end of it, or no table could be altered any more.
    async with connection.begin_nested() as reading:
        with contextlib.ExitStack() as files:
            chains = ChainWriter(files.enter_context(folder.with_suffix(".chains").open("wb")), clock.now())
            earlier = [files.enter_context(earlier_file(against))] if against else []
            books = Snapshot(connection)
            report = await look_through(books, chains.sealing, clock=clock, overdue=OVERDUE, earlier=earlier)
            chains.finish()
        await reading.rollback()
    folder.with_suffix(".json").write_bytes(msgspec.json.format(msgspec.json.encode(report), indent=2))
    return report


@pytest.mark.parametrize("forgery", FORGERIES.values(), ids=FORGERIES)
async def test_a_perfect_forgery_is_found_by_the_seal_alone(
    owner: AsyncEngine, clock: ManualClock, names: Names, tmp_path: Path, forgery: list[str]
) -> None:
    """Every sum is right and every hash made anew: the seal tells that, the file of chains whose wallet it was."""
    async with owner.connect() as connection:
        await sealed(connection, clock, tmp_path / "then")
        await forge(connection, names, *forgery)

        alone = await sealed(connection, clock, tmp_path / "now")
        by_seal = await sealed(connection, clock, tmp_path / "now", against=tmp_path / "then.json")
        by_chains = await sealed(connection, clock, tmp_path / "now", against=tmp_path / "then.chains")
        await connection.rollback()

    assert [each.line for each in alone.found] == []
    assert [each.check for each in by_seal.found] == ["seal"]
    assert [(each.check, each.account) for each in by_chains.found] == [("seal.chain", names.ann)]


async def test_an_operation_of_houses_alone_is_sealed(
    owner: AsyncEngine, clock: ManualClock, names: Names, tmp_path: Path
) -> None:
    """Money that a bank took back and nobody had any more is in no wallet's chain."""
    payment = names.returned_payment
    lost = text(
        f"INSERT INTO ledger_entries (operation, leg, house, amount_minor, occurred_at, created_at) VALUES"
        f" ('payment_refund:{payment}:2', 0, 'uncollected', -7, '2029-12-30Z', '2029-12-31Z'),"
        f" ('payment_refund:{payment}:2', 1, 'provider', 7, '2029-12-30Z', '2029-12-31Z')"
    )
    async with owner.connect() as connection:
        await connection.execute(lost)
        await sealed(connection, clock, tmp_path / "then")
        await forge(
            connection,
            names,
            "UPDATE ledger_entries SET amount_minor = amount_minor * 2"
            " WHERE operation = 'payment_refund:{returned_payment}:2'",
        )
        for file in ("then.json", "then.chains"):
            report = await sealed(connection, clock, tmp_path / "now", against=tmp_path / file)
            assert [each.check for each in report.found if each.check.startswith("seal")] == ["seal"]
        await connection.rollback()


async def test_what_is_booked_later_leaves_the_seal_as_it_is(
    owner: AsyncEngine, clock: ManualClock, names: Names, tmp_path: Path
) -> None:
    """The books go on: the seal of then is made again from them, on every later day."""
    async with owner.connect() as connection:
        then = await sealed(connection, clock, tmp_path / "then")
        clock.advance(86_400_000)
        ledger = await Ledger.open(connection, [names.ann, names.eve], now=clock.now())
        ledger.adjust(names.ann, 5, adjustment_id=new_id())
        ledger.adjust(names.eve, 5, adjustment_id=new_id())
        await ledger.save()
        clock.advance(1)

        for file in ("then.json", "then.chains"):
            now = await sealed(connection, clock, tmp_path / "now", against=tmp_path / file)
            assert [each.check for each in now.found if each.check.startswith("seal")] == []
        await connection.rollback()
    assert now.seal != then.seal


async def test_the_seal_is_what_is_written_of_it(engine: AsyncEngine, clock: ManualClock, tmp_path: Path) -> None:
    """Anybody can make it from the lines of the file, where no operation is of houses alone."""
    clock.advance(int(SEAL_AGE.total_seconds() * 1_000))
    with (tmp_path / "chains").open("wb") as file:
        chains = ChainWriter(file, clock.now() - SEAL_AGE)
        report = await audit(engine, clock=clock, overdue=OVERDUE, chains=chains)
    first, *ends, last = map(msgspec.json.decode, (tmp_path / "chains").read_bytes().splitlines())
    digest = hashlib.sha256()
    for account, seq, entry_hash in ends:
        digest.update(bytes.fromhex(account.replace("-", "")) + seq.to_bytes(8) + bytes.fromhex(entry_hash))
    assert report.seal == digest.hexdigest() == last["seal"]
    assert first["sealed_until"] == last["sealed_until"]
    assert [end[0] for end in ends] == sorted(end[0] for end in ends)


async def test_what_may_still_be_on_its_way_is_not_sealed(engine: AsyncEngine, clock: ManualClock) -> None:
    """A transaction that is under way could be of any of the last minutes."""
    with pytest.raises(TooEarlyToSealError):
        await audit(engine, clock=clock, overdue=OVERDUE, sealed_until=clock.now())


async def test_no_other_file_is_taken_for_an_earlier_one(
    engine: AsyncEngine, clock: ManualClock, tmp_path: Path
) -> None:
    """Nor a part of one."""
    clock.advance(int(SEAL_AGE.total_seconds() * 1_000))
    path = tmp_path / "file"
    with path.open("wb") as file:
        await audit(engine, clock=clock, overdue=OVERDUE, chains=ChainWriter(file, clock.now() - SEAL_AGE))
    whole = path.read_bytes().splitlines(keepends=True)
    for content in (b"", b"{}", b"[]", b'{"sealed_until": "today"}', *(b"".join(whole[:n]) for n in (1, 3))):
        path.write_bytes(content)
        with pytest.raises(EarlierFileError), earlier_file(path) as earlier:
            await audit(engine, clock=clock, overdue=OVERDUE, earlier=[earlier])
