"""Books that were kept before entries were chained are in order after the migration."""

from collections.abc import AsyncIterator
from datetime import timedelta

import pytest
from alembic import command
from sqlalchemy import Connection, text
from sqlalchemy.ext.asyncio import AsyncEngine

from shared.database import create_engine, transaction
from shared.ids import new_id
from talktime.migrate import alembic_config
from tests.billing_worker.audit.firm import OVERDUE, look
from tests.harness.clock import START, ManualClock
from tests.harness.databases import Database

OLD = "0005"


@pytest.fixture
async def old(empty_database: Database) -> AsyncIterator[AsyncEngine]:
    """A database at the schema before the chain."""
    engine = create_engine(empty_database.owner_url, connections_max=2)
    await to(engine, OLD)
    yield engine
    await engine.dispose()


async def to(engine: AsyncEngine, revision: str) -> None:
    def upgrade(connection: Connection) -> None:
        command.upgrade(alembic_config(connection), revision)

    async with transaction(engine) as connection:
        await connection.run_sync(upgrade)


ANN, BOB, OLGA = (new_id() for _ in range(3))
PAYMENT, LONG, SHORT, LIVE, GIFT, TAKEN = (new_id() for _ in range(6))
REASON = 'ein Geschenk: „für dich“ \\ "\t/ \x7f 🎁 \u2028'
BOOKED = (
    (f"top_up:{PAYMENT}", ANN, 1_000, 1_000, "provider"),
    (f"charge:{LONG}", ANN, -30, 970, "revenue"),
    (f"adjustment:{GIFT}", BOB, 15, 15, "adjustments"),
    (f"refund:{LONG}:1", ANN, 20, 990, "refunds"),
    (f"adjustment:{TAKEN}", ANN, -5, 985, "adjustments"),
    (f"forfeit:{BOB}", BOB, -15, 0, "forfeits"),
    (f"charge:{SHORT}", ANN, -10, 975, "revenue"),
)


async def keep_old_books(engine: AsyncEngine) -> None:
    """Write what the product of that day wrote."""
    async with transaction(engine) as connection:

        async def say(statement: str, **values: object) -> None:
            await connection.execute(text(statement), values)

        for number, account in enumerate((ANN, BOB, OLGA)):
            await say(
                "INSERT INTO accounts (id, email, user_name, password_hash) VALUES (:id, :email, :name, '-')",
                id=account, email=f"{number}@example.org", name=f"user{number}",
            )  # fmt: skip
        for account, balance, held, call in ((ANN, 975, 10, LIVE), (BOB, 0, 0, LIVE), (OLGA, 0, 0, None)):
            await say(
                "INSERT INTO wallets (account_id, balance_minor, held_minor, price_minor, in_call_id)"
                " VALUES (:id, :balance, :held, 10, :call)",
                id=account, balance=balance, held=held, call=call,
            )  # fmt: skip
        await say(
            "INSERT INTO payments (id, account_id, amount_minor, currency, provider, provider_ref, status,"
            " settled_at) VALUES (:id, :account, 1000, 'EUR', 'sandbox', 'x', 'settled', now())",
            id=PAYMENT, account=ANN,
        )  # fmt: skip
        for call, talk_ms, minutes in ((LONG, 59_999, 1), (SHORT, 1, 1)):
            await say(
                "INSERT INTO calls (id, caller_id, callee_id, node, price_minor, minutes_held, lease_ends_at,"
                " talk_ms, minutes, charge_minor, reason, ended_at, settled_at)"
                " VALUES (:id, :caller, :callee, 'n', 10, 3, :at, :talk_ms, :minutes, :charge, 'lost', :at, :at)",
                id=call, caller=ANN, callee=BOB, at=START, talk_ms=talk_ms, minutes=minutes, charge=10 * minutes,
            )  # fmt: skip
        await say(
            "INSERT INTO calls (id, caller_id, callee_id, node, price_minor, minutes_held, lease_ends_at)"
            " VALUES (:id, :caller, :callee, 'n', 10, 1, :at)",
            id=LIVE, caller=ANN, callee=BOB, at=START,
        )  # fmt: skip
        await say(
            "INSERT INTO audit_log (actor_id, actor_name, action, account_id, reason, details)"
            " VALUES (:actor, 'olga', 'balance.adjusted', :account, :reason,"
            " jsonb_build_object('adjustment_id', CAST(:adjustment AS text)))",
            actor=OLGA, account=BOB, reason=REASON, adjustment=str(GIFT),
        )  # fmt: skip
        for number, (operation, wallet, amount, after, house) in enumerate(BOOKED):
            await say(
                "INSERT INTO ledger_entries (operation, wallet_id, amount_minor, balance_after_minor, created_at)"
                " VALUES (:operation, :wallet, :amount, :after, :at)",
                operation=operation, wallet=wallet, amount=amount, after=after,
                at=START + timedelta(seconds=number, microseconds=number),
            )  # fmt: skip
            await say(
                "INSERT INTO ledger_entries (operation, house, amount_minor, created_at)"
                " VALUES (:operation, :house, :amount, :at)",
                operation=operation, house=house, amount=-amount,
                at=START + timedelta(seconds=number, microseconds=number),
            )  # fmt: skip


async def test_the_migration_chains_as_the_ledger_does(old: AsyncEngine) -> None:
    """Each hash of 0006 is that of `shared.ledger.chain`, and everything else fits as well."""
    await keep_old_books(old)
    await to(old, "head")

    report = await look(old, ManualClock(START + timedelta(minutes=30)))

    assert [each.line for each in report.found] == []
    assert (report.entries, report.wallets, report.calls) == (14, 3, 3)
    async with transaction(old) as connection:
        query = "SELECT reason, actor_id FROM ledger_entries WHERE operation = :gift AND wallet_id IS NOT NULL"
        assert (await connection.execute(text(query), {"gift": f"adjustment:{GIFT}"})).one() == (REASON, OLGA)


async def test_damage_of_those_days_is_found_too(old: AsyncEngine) -> None:
    """What was wrong before is wrong after: a chain over it proves nothing but that it was so already."""
    await keep_old_books(old)
    async with transaction(old) as connection:
        await connection.execute(text("UPDATE wallets SET balance_minor = 976 WHERE account_id = :id"), {"id": ANN})
    await to(old, "head")

    report = await look(old, ManualClock(START + OVERDUE))

    assert [each.check for each in report.found] == ["wallet.balance", "books.sum"]
