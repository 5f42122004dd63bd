"""B4: the API is killed in the middle of a request that moves money; the client asks again under the same key."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine
from typing import Any
from uuid import uuid4

import asyncpg
import httpx
import pytest

from tests.harness.databases import Database
from tests.harness.programs import Programs
from tests.journeys.installation import Separate
from tests.journeys.office import REASON, Operator

SECONDS_MAX = 30
WAITING = "SELECT FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'"
IN_USE = 409

Asking = Callable[[], Coroutine[Any, Any, httpx.Response]]


@pytest.fixture
async def own(programs: Programs, database: Database, vhost_url: str, http: httpx.AsyncClient) -> Separate:
    """An API that the test may kill."""
    return await Separate.start(programs, database, vhost_url, http, names=("api",))


async def kill_while(own: Separate, asking: Asking, *, behind: str) -> None:
    """Have the API killed while the request waits for what this statement locks, and launch it again."""
    assert own.database is not None
    holder = await asyncpg.connect(own.database.owner_url)
    lock = holder.transaction()
    await lock.start()
    await holder.execute(behind)
    lost = asyncio.create_task(asking())
    async with asyncio.timeout(SECONDS_MAX):
        while not await own.fetch(WAITING):
            assert not lost.done()
    await own.running["api"].kill()
    with pytest.raises(httpx.TransportError):
        await lost
    await lock.rollback()
    await holder.close()
    await own.launch("api")


async def answered(asking: Asking) -> httpx.Response:
    """Ask until it is not in use any more: what the database was told lives a moment longer than who told it."""
    async with asyncio.timeout(SECONDS_MAX):
        while (answer := await asking()).status_code == IN_USE:
            assert answer.json()["type"] == "urn:talktime:problem:idempotency-key-in-use"
    return answer


async def test_killed_before_the_commit(programs: Programs, own: Separate) -> None:
    """B4, F1: nothing was done, so that the same request does it; once more, it is answered again."""
    operator, person = await Operator.hired(programs, own), await own.person()
    key, body = str(uuid4()), {"amount_minor": 25, **REASON}

    async def adjust() -> httpx.Response:
        return await operator.asks("POST", f"accounts/{person.id}/adjustments", body, key=key)

    locked = f"SELECT FROM wallets WHERE account_id = '{person.id}' FOR UPDATE"
    await kill_while(own, adjust, behind=locked)
    first, again = await answered(adjust), await adjust()
    assert (first.status_code, "idempotent-replayed" in first.headers) == (200, False)
    assert (again.content, again.headers["idempotent-replayed"]) == (first.content, "true")
    assert (await person.wallet())["balance_minor"] == 25
    assert len(await own.fetch("SELECT FROM audit_log WHERE action = 'balance.adjusted'")) == 1
    assert len(await own.fetch("SELECT FROM outbox WHERE type = 'balance.adjusted'")) == 1
    await own.books_are_right()


async def test_killed_after_the_provider_was_asked(own: Separate) -> None:
    """B4: in use until the claim ends; then the payment has the id under which the provider was asked before."""
    person = await own.person()

    async def pay() -> httpx.Response:
        headers = {"authorization": f"Bearer {person.access_token}", "idempotency-key": "one"}
        return await own.http.post(f"{own.doors.api_url}/v1/payments", json={"amount_minor": 500}, headers=headers)

    await kill_while(own, pay, behind="LOCK TABLE payments IN SHARE MODE")
    assert (await pay()).status_code == IN_USE
    await own.execute("UPDATE idempotency_keys SET locked_until = now()")
    made = await pay()
    assert made.status_code == 201
    [claim] = await own.fetch("SELECT subject_id FROM idempotency_keys")
    assert [row["id"] for row in await own.fetch("SELECT id FROM payments")] == [claim["subject_id"]]
    assert made.json()["id"] == str(claim["subject_id"])
    assert (await pay()).content == made.content
