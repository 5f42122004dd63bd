"""A signaling node is killed while the broker is away: the next one tells what it had to tell of ended calls."""

import asyncio
from contextlib import AsyncExitStack
from pathlib import Path

import httpx

from shared.messages import from_client
from tests.harness.databases import Database
from tests.harness.fixtures import PrivateRabbit
from tests.harness.programs import Programs
from tests.journeys.installation import PRICE_MINOR, Separate
from tests.journeys.talk import answer, over, ring

PAIRS = 3
RECOVERY_SECONDS_MAX = 60
LONG_MINUTE = {"TALKTIME_MINUTE_MS": "60000", "TALKTIME_RENEW_LEAD_MS": "1500"}
UNSETTLED = "SELECT count(*) AS left FROM calls WHERE settled_at IS NULL"
CHARGES = """
    SELECT count(*) AS charges, coalesce(sum(amount_minor), 0) AS sum FROM ledger_entries
     WHERE operation LIKE 'charge:%' AND wallet_id IS NOT NULL AND purse = 'credit' AND amount_minor < 0
"""


async def test_ended_calls_in_the_journal_of_a_killed_node_are_charged_once(
    programs: Programs, database: Database, private_rabbitmq: PrivateRabbit, http: httpx.AsyncClient, tmp_path: Path
) -> None:
    """C12: calls end without a broker, the node is killed with -9, and comes back under another name."""
    folder = tmp_path / "journal"
    changes = {**LONG_MINUTE, "TALKTIME_JOURNAL_FOLDER": str(folder)}
    own = await Separate.start(programs, database, private_rabbitmq.vhost_url, http, changes=changes)
    async with AsyncExitStack() as connected:
        talking = []
        for _ in range(PAIRS):
            caller, callee = await own.person(money_minor=100), await own.person()
            calling = await connected.enter_async_context(caller.device())
            called = await connected.enter_async_context(callee.device())
            call_id = await ring(calling, callee, called)
            await answer(call_id, calling, called)
            talking.append((call_id, calling, called))
        await private_rabbitmq.stop()
        for call_id, calling, called in talking:
            await calling.send(from_client.HangUp(call_id=call_id))
            assert (await over(calling, called)).talk_ms > 0
        await own.running["signaling"].kill()
    (left,) = list(folder.glob("*.journal"))
    assert all(str(call_id).encode() in left.read_bytes() for call_id, _, _ in talking)
    assert (await own.fetch(CHARGES))[0]["charges"] == 0

    own.environments["signaling"] = {**own.environments["signaling"], "TALKTIME_NODE": "another-name"}
    await private_rabbitmq.start()
    await own.launch("signaling")
    async with asyncio.timeout(RECOVERY_SECONDS_MAX):
        while (await own.fetch(UNSETTLED))[0]["left"]:  # noqa: ASYNC110 - the database tells nobody
            await asyncio.sleep(0.05)
    (charged,) = await own.fetch(CHARGES)
    assert (charged["charges"], charged["sum"]) == (PAIRS, -PAIRS * PRICE_MINOR)
    await own.books_are_right()
    await own.running["signaling"].stop()
    assert not left.exists()
    assert not list(folder.glob("*.journal"))
