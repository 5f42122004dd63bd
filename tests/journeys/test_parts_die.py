"""Parts die in the middle of calls: what was talked is charged once, and nothing else needs a restart."""

import os
import signal
import sys
from uuid import UUID

import httpx
import pytest

from shared.messages import from_client, to_client
from shared.messages.base import EndReason, RefusalReason
from tests.harness.databases import Database
from tests.harness.fixtures import PrivateRabbit
from tests.harness.programs import Programs
from tests.journeys.installation import MINUTE_MS, PRICE_MINOR, Separate
from tests.journeys.talk import answer, heard, over, ring, talk_for_a_moment

RECOVERY_SECONDS_MAX = 30
LONG_MINUTE_MS = 20_000
"""Long enough to start a worker in, on a slow machine."""


async def test_a_worker_killed_and_restarted_in_a_call_changes_nothing(
    programs: Programs, database: Database, vhost_url: str, http: httpx.AsyncClient
) -> None:
    """The lease outlives the worker; the next one renews and charges as if nothing had been."""
    changes = {"TALKTIME_MINUTE_MS": str(LONG_MINUTE_MS), "TALKTIME_RENEW_LEAD_MS": str(LONG_MINUTE_MS - 1_000)}
    own = await Separate.start(programs, database, vhost_url, http, changes=changes)
    caller, callee = await own.person(money_minor=100), await own.person()
    async with caller.device() as calling, callee.device() as called:
        call_id = await ring(calling, callee, called)
        await answer(call_id, calling, called)
        await own.running["worker"].kill()
        await own.launch("worker")
        lease = await calling.expect(to_client.CallLease, seconds_max=RECOVERY_SECONDS_MAX)
        assert lease.paid_ms == 2 * LONG_MINUTE_MS
        await calling.send(from_client.HangUp(call_id=call_id))
        end = await over(calling, called)
        charged = await calling.expect(to_client.Charged)
        assert end.talk_ms < LONG_MINUTE_MS
        assert charged.charge_minor == PRICE_MINOR
    await own.books_are_right()


async def test_calls_that_end_without_a_worker_are_charged_when_it_is_back(own_separate: Separate) -> None:
    """C12: the end waits in the queue; it is charged exactly once."""
    caller, callee = await own_separate.person(money_minor=100), await own_separate.person()
    async with caller.device() as calling, callee.device() as called:
        call_id = await ring(calling, callee, called)
        await answer(call_id, calling, called)
        await talk_for_a_moment(calling)
        await own_separate.running["worker"].kill()
        await calling.send(from_client.HangUp(call_id=call_id))
        await over(calling, called)
        await calling.send(from_client.Invite(callee_id=callee.id))
        refused = await calling.expect(to_client.CallRefused, seconds_max=4)
        assert refused.reason is RefusalReason.BILLING_UNAVAILABLE
        await own_separate.launch("worker")
        assert (await calling.expect(to_client.Charged)).charge_minor == PRICE_MINOR
    assert await _charges(own_separate, call_id) == [-PRICE_MINOR]
    await own_separate.books_are_right()


async def test_without_a_worker_the_call_ends_at_its_lease(own_separate: Separate) -> None:
    """C12: closed rather than free: no reply to the renewal, so the call ends when what is paid is over."""
    caller, callee = await own_separate.person(money_minor=100), await own_separate.person()
    async with caller.device() as calling, callee.device() as called:
        call_id = await ring(calling, callee, called)
        await answer(call_id, calling, called)
        await own_separate.running["worker"].kill()
        end = await over(calling, called)
        assert (end.reason, end.talk_ms) == (EndReason.BILLING_UNAVAILABLE, MINUTE_MS)
        await own_separate.launch("worker")
        assert (await calling.expect(to_client.Charged)).charge_minor == PRICE_MINOR
    await own_separate.books_are_right()


async def test_a_worker_killed_between_commit_and_acknowledgement_charges_once(
    programs: Programs, database: Database, vhost_url: str, http: httpx.AsyncClient
) -> None:
    """C9: the charge is committed, the process dies before it acknowledges, the message comes again."""
    own = await Separate.start(programs, database, vhost_url, http, names=("api", "signaling"))
    doomed = await programs.run(
        sys.executable, "-m", "tests.journeys.doomed_worker", env=dict(own.environments["worker"])
    )
    await doomed.says("is ready at")
    caller, callee = await own.person(money_minor=100), await own.person()
    async with caller.device() as calling, callee.device() as called:
        call_id = await ring(calling, callee, called)
        await answer(call_id, calling, called)
        await talk_for_a_moment(calling)
        await calling.send(from_client.HangUp(call_id=call_id))
        await over(calling, called)
        assert await doomed.ends() == -signal.SIGKILL
        assert await _charges(own, call_id) == [-PRICE_MINOR]
        await own.launch("worker")
        assert (await calling.expect(to_client.Charged)).charge_minor == PRICE_MINOR
        # One more call behind it in the same queue: when it is charged, the repetition has been processed.
        second = await ring(calling, callee, called)
        await calling.send(from_client.Cancel(call_id=second))
        await over(calling, called)
        assert (await calling.expect(to_client.Charged)).call_id == second
    assert await _charges(own, call_id) == [-PRICE_MINOR]
    await own.books_are_right()


@pytest.mark.parametrize("how", ["stop", "freeze"])
async def test_without_a_broker_the_rest_works_and_all_recovers_by_itself(
    programs: Programs, database: Database, private_rabbitmq: PrivateRabbit, http: httpx.AsyncClient, how: str
) -> None:
    """E7, F4: register, log in, pay and read go on; a call is refused in time; nobody restarts anything."""
    own = await Separate.start(programs, database, private_rabbitmq.vhost_url, http)
    caller, callee = await own.person(money_minor=100), await own.person()
    async with caller.device() as calling, callee.device() as called:
        call_id = await ring(calling, callee, called)
        await answer(call_id, calling, called)
        await (private_rabbitmq.stop() if how == "stop" else private_rabbitmq.freeze())

        newcomer = await own.person("newcomer", money_minor=50)
        assert (await newcomer.wallet())["balance_minor"] == 50
        await calling.send(from_client.HangUp(call_id=call_id))
        end = await over(calling, called)
        await calling.send(from_client.Invite(callee_id=callee.id))
        refused = await calling.expect(to_client.CallRefused, seconds_max=4)
        assert refused.reason is RefusalReason.BILLING_UNAVAILABLE

        await (private_rabbitmq.start() if how == "stop" else private_rabbitmq.thaw())
        charged = await calling.expect(to_client.Charged, seconds_max=RECOVERY_SECONDS_MAX)
        assert charged.call_id == call_id, "the refused call cost nothing, and nobody is told"
        assert charged.charge_minor == PRICE_MINOR * -(-end.talk_ms // MINUTE_MS)
        async with newcomer.device() as newcomers:
            later = await ring(newcomers, callee, called)
            await newcomers.send(from_client.Cancel(call_id=later))
            await over(newcomers, called)
    assert len(await _charges(own, call_id)) == 1


async def test_stopping_a_program_tells_its_sockets_and_ends_well(own_separate: Separate) -> None:
    """SIGTERM: sockets closed with a reason, exit status 0; running calls wait for another node (D16)."""
    caller, callee = await own_separate.person(money_minor=100), await own_separate.person()
    async with caller.device() as calling, callee.device() as called:
        call_id = await ring(calling, callee, called)
        await answer(call_id, calling, called)
        assert await own_separate.running["signaling"].stop() == os.EX_OK
        for device in (calling, called):
            await device.gone()
            assert device.closed is not None
            assert device.closed[0] == 1001
            assert device.closed[1]
        assert not heard(calling, to_client.CallOver)
    assert await own_separate.running["worker"].stop() == os.EX_OK
    assert await _charges(own_separate, call_id) == []
    assert await own_separate.running["api"].stop() == os.EX_OK
    await own_separate.books_are_right()


async def _charges(own: Separate, call_id: UUID) -> list[int]:
    rows = await own.fetch(
        "SELECT amount_minor FROM ledger_entries WHERE operation = $1 AND wallet_id IS NOT NULL",
        f"charge:{call_id}",
    )
    return [row["amount_minor"] for row in rows]
