"""C14: the database is lost; an old backup and the log of all events bring back all money that was moved since."""

from __future__ import annotations

import asyncio
import signal
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import uuid4

import asyncpg
import httpx
import msgspec
import pytest

from shared.bus.rabbit import RabbitBus
from shared.database import create_engine
from shared.ids import new_id
from shared.messages import from_client, to_client
from shared.messages.base import EndReason
from shared.messages.events import PaymentSettled
from shared.messages.registry import envelope_of
from talktime.person import Person
from tests.billing_worker.books import audit
from tests.billing_worker.replay.sameness import differences, state
from tests.harness.databases import Database, make_database
from tests.harness.postgres import PostgresAddress
from tests.harness.programs import Program, Programs
from tests.harness.sql import drop_database
from tests.journeys.installation import MINUTE_MS, PASSWORD, Separate
from tests.journeys.office import Operator
from tests.journeys.talk import answer, over, ring, talk_for_a_moment

SWEPT_SOON = {"TALKTIME_SWEEP_MS": "200", "TALKTIME_SWEEP_GRACE_MS": "1000"}
SWEPT_SECONDS_MAX = 60


@pytest.fixture
async def backup_name(database: Database, postgres_server: PostgresAddress) -> AsyncIterator[str]:
    """The name of a copy of the test's database, to be made."""
    name = f"{database.name}_backup"
    yield name
    await drop_database(postgres_server.owner_url, name)


async def talk(caller: Person, callee: Person, *, charge_minor: int) -> str:
    """Have the two talk for a moment, until the call is paid; return its id."""
    async with caller.device() as calling, callee.device() as called:
        call_id = await ring(calling, callee, called)
        await answer(call_id, calling, called)
        await talk_for_a_moment(calling)
        await calling.send(from_client.HangUp(call_id=call_id))
        await over(calling, called)
        assert (await calling.expect(to_client.Charged)).charge_minor == charge_minor
    return str(call_id)


async def talk_beyond_a_minute(caller: Person, callee: Person) -> None:
    """Have the two talk until a second minute has begun."""
    async with caller.device() as calling, callee.device() as called:
        call_id = await ring(calling, callee, called)
        await answer(call_id, calling, called)
        for minutes in (2, 3):
            # The third is bought while the second is talked.
            assert (await calling.expect(to_client.CallLease)).paid_ms == minutes * MINUTE_MS
        await called.send(from_client.HangUp(call_id=call_id))
        await over(calling, called)
        assert (await calling.expect(to_client.Charged)).charge_minor == 2 * 9


async def call_in_vain(own: Separate, caller: Person, busy: Person, callee: Person) -> None:
    """Leave a call that was declined, one to somebody busy, and one to somebody who is not there."""
    async with busy.device() as talking, callee.device() as called, caller.device() as calling:
        declined = await ring(calling, callee, called)
        await called.send(from_client.Decline(call_id=declined))
        await over(calling, called)
        # The callee is in that call until billing has settled it.
        await calling.expect(to_client.Charged)
        running = await ring(talking, callee, called)
        await answer(running, talking, called)
        await calling.send(from_client.Invite(callee_id=callee.id))
        await calling.expect(to_client.CallRefused)
        await talking.send(from_client.HangUp(call_id=running))
        await over(talking, called)
    async with caller.device() as calling:
        await calling.send(from_client.Invite(callee_id=busy.id))
        await calling.expect(to_client.CallRefused)


async def lose_signaling(own: Separate, caller: Person, callee: Person) -> None:
    """Have a call whose end never comes: billing closes it at its last proof."""
    async with caller.device() as calling, callee.device() as called:
        call_id = await ring(calling, callee, called)
        await answer(call_id, calling, called)
        await calling.expect(to_client.CallLease)
        await own.running["signaling"].kill()
    async with asyncio.timeout(SWEPT_SECONDS_MAX):
        while (await _reason(own, str(call_id))) != EndReason.LOST:  # noqa: ASYNC110 - REST has nothing to await
            await asyncio.sleep(0.1)
    await own.launch("signaling")


async def work_as_an_operator(operator: Operator, payer: Person, earner: Person, call_id: str) -> None:
    """Adjust, give back a call and a payment, pay earnings out."""
    why = {"reason": "a customer asked for it"}
    await operator.does("POST", f"accounts/{payer.id}/adjustments", {"amount_minor": 33, **why}, key=str(uuid4()))
    await operator.does("POST", f"accounts/{payer.id}/adjustments", {"amount_minor": -3, **why}, key=str(uuid4()))
    await operator.does("POST", f"calls/{call_id}/refunds", {"amount_minor": 4, **why}, key=str(uuid4()))
    payment = (await payer.get("payments"))["items"][0]["id"]
    await operator.does("POST", f"payments/{payment}/refunds", {"amount_minor": 15, **why}, key=str(uuid4()))
    payout = {"amount_minor": 2, "reference": "bank transfer 4711"}
    await operator.does("POST", f"accounts/{earner.id}/payouts", payout, key=str(uuid4()))


async def leave(own: Separate, person: Person, *, forfeits_minor: int) -> None:
    """Have somebody delete the account, and leave money behind."""
    answered = await own.http.post(
        f"{own.doors.api_url}/v1/me/deletion",
        json={"password": PASSWORD, "forfeits_minor": forfeits_minor},
        headers={"authorization": f"Bearer {person.access_token}"},
    )
    assert answered.status_code == 204, answered.text


async def audited(programs: Programs, own: Separate, database: Database) -> None:
    """Have the product look through its books, too: sums, each call anew, chains, houses."""
    env = {**own.environments["worker"], "TALKTIME_DATABASE_URL": database.app_url}
    program = await programs.talktime("audit", env=env)
    assert await program.ends() == 0, program.output


async def replayed(programs: Programs, own: Separate, database: Database, *arguments: str, status: int = 0) -> Any:
    """Run the command against a database; return its JSON."""
    program = await replaying(programs, own, database, *arguments)
    assert await program.ends(seconds_max=60) == status, program.output
    return msgspec.json.decode(program.output)


async def replaying(programs: Programs, own: Separate, database: Database, *arguments: str) -> Program:
    """Start the command against a database."""
    env = {**own.environments["worker"], "TALKTIME_DATABASE_URL": database.app_url, "TALKTIME_LOG_LEVEL": "ERROR"}
    return await programs.talktime("replay", "--json", *arguments, env=env)


async def test_a_restored_backup_gets_back_all_that_was_lost(
    programs: Programs,
    database: Database,
    backup_name: str,
    postgres_server: PostgresAddress,
    vhost_url: str,
    http: httpx.AsyncClient,
) -> None:
    """Every wallet, call, entry, payment and refund is as it was on the day of the loss."""
    own = await Separate.start(programs, database, vhost_url, http, changes=SWEPT_SOON)
    operator = await Operator.hired(programs, own)
    ann, ben = await own.person("ann", money_minor=100), await own.person("ben", money_minor=50)
    expert = await own.person("expert", money_minor=10)
    leaver = await own.person("leaver", money_minor=40)
    await talk(ann, ben, charge_minor=10)

    for name in ("api", "worker"):
        await own.running[name].stop()
    backup = await make_database(postgres_server, backup_name, template=database.name)
    backed_up_at = datetime.now(UTC)
    for name in ("api", "worker"):
        await own.launch(name)

    asking = {"price_minor": 14, "earning_share_bp": 5_000, "reason": "an expert"}
    await operator.does("PUT", f"accounts/{expert.id}/asking-price", asking)
    await operator.does("PUT", f"accounts/{ben.id}/price", {"price_minor": 9, "reason": "a friend"})
    paid = await talk(ann, expert, charge_minor=14)
    await ben.top_up(70)
    await talk_beyond_a_minute(ben, ann)
    await call_in_vain(own, ann, ben, expert)
    await lose_signaling(own, ann, ben)
    await work_as_an_operator(operator, ben, expert, paid)
    await leave(own, leaver, forfeits_minor=40)
    await talk(expert, ann, charge_minor=10)
    await own.books_are_right()
    for program in own.running.values():
        await program.stop()
    await _all_published(own)

    lost, restored = (create_engine(one.owner_url, connections_max=2) for one in (database, backup))
    try:
        before = await state(lost)
        assert before != await state(restored)
        span = ("--since", (backed_up_at - timedelta(minutes=1)).isoformat())
        dry = await replayed(programs, own, backup, *span, "--dry-run")
        assert dry["total"]["newly_applied"] > 10
        done = await replayed(programs, own, backup, *span)
        assert (done["total"], done["types"]) == (dry["total"], dry["types"])
        assert done["refused"] == []
        assert set(done["types"]) >= {
            "call.started", "call.ended", "call.refunded", "sweep.due", "payment.settled", "payment.refunded",
            "balance.adjusted", "balance.forfeited", "payout.recorded", "price.set",
        }  # fmt: skip
        assert differences(before, await state(restored)) == []
        await audit(restored)
        await audited(programs, own, backup)
        again = await replayed(programs, own, backup, "--from-offset", "0")
        assert (again["total"]["newly_applied"], again["total"]["refused"]) == (0, 0)
        assert await state(restored) == before
    finally:
        await lost.dispose()
        await restored.dispose()


async def test_a_replay_killed_in_the_middle_is_run_again(
    programs: Programs, database: Database, vhost_url: str, http: httpx.AsyncClient
) -> None:
    """kill -9 between two of its transactions, and then all of it once more: each payment is there once."""
    count = 400
    own = await Separate.start(programs, database, vhost_url, http, names=("api",))
    ann = await own.person("ann")
    bus = RabbitBus(vhost_url, publish_timeout_ms=10_000)
    await bus.start()
    settled = [_settled(ann, number) for number in range(1, count + 1)]
    await bus.publish([envelope_of(event) for event in settled])
    await bus.close()
    own.environments["worker"] = {**own.environments["worker"], "TALKTIME_SETTLE_BATCH_MAX": "1"}
    doomed = await replaying(programs, own, database, "--from-offset", "0")
    connection = await asyncpg.connect(database.owner_url)
    try:
        while not await connection.fetchval("SELECT count(*) FROM payments"):  # noqa: ASYNC110 - it tells nobody
            await asyncio.sleep(0.005)
        assert await doomed.kill() == -signal.SIGKILL
        half = await connection.fetchval("SELECT count(*) FROM payments")
        assert 0 < half < count
        done = await replayed(programs, own, database, "--from-offset", "0")
        assert done["total"] == {
            "seen": count,
            "already_applied": half,
            "newly_applied": count - half,
            "refused": 0,
        }
        assert await connection.fetchval("SELECT sum(amount_minor) FROM payments") == sum(range(1, count + 1))
    finally:
        await connection.close()
    assert (await ann.wallet())["balance_minor"] == sum(range(1, count + 1))
    await own.books_are_right()


def _settled(payer: Person, amount_minor: int) -> PaymentSettled:
    return PaymentSettled(
        event_id=new_id(),
        payment_id=new_id(),
        account_id=payer.id,
        amount_minor=amount_minor,
        currency="EUR",
        provider="sandbox",
        provider_ref=f"ref-{amount_minor}",
        settled_at=datetime(2030, 1, 1, tzinfo=UTC),
    )


async def _reason(own: Separate, call_id: str) -> str | None:
    (row,) = await own.fetch("SELECT reason FROM calls WHERE id = $1::text::uuid", call_id)
    reason: str | None = row["reason"]
    return reason


async def _all_published(own: Separate) -> None:
    """Make sure that nothing is left to publish: programs that stop in order leave nothing."""
    (row,) = await own.fetch("SELECT count(*) AS waiting FROM outbox")
    assert row["waiting"] == 0
