"""Tasks of all kinds on few wallets at once, while somebody looks at the books all the time."""

from __future__ import annotations

import asyncio
import os
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import asyncpg

from shared.database import create_engine
from tests.harness.clock import ManualClock
from tests.proof.books import Books
from tests.proof.mixing import Mix
from tests.proof.names import Names
from tests.proof.stage import Stage

SEED = int(os.environ.get("PROOF_SEED", "5"))
ROUNDS = int(os.environ.get("PROOF_ROUNDS", "30"))
WORKERS = 3
ROUND_SECONDS_MAX = 30


def test_everything_at_once(stage: Stage) -> None:
    """B8, B9, C8: nothing is stuck, the books are sound at every look, and in the end all is where it belongs."""
    stage.run(everything_at_once(stage, seed=SEED, rounds=ROUNDS))


async def everything_at_once(stage: Stage, *, seed: int, rounds: int) -> None:
    """Play so many rounds and look at the books meanwhile. Raises `AssertionError` and whatever goes wrong."""
    async with mixed(stage, seed=seed) as mix, watched(stage) as looks:
        for number in range(rounds):
            async with asyncio.timeout(ROUND_SECONDS_MAX):
                await mix.play(number)
        await mix.finish()
    books = await stage.look()
    told = f"{len(mix.talks)} calls, {len(books.entries)} entries, {mix.retries} tries again, {looks[0]} looks"
    sys.stdout.write(f"{told}\n")
    found = {
        mix.names.word(row["account_id"]): (row["balance_minor"], row["earned_minor"]) for row in books.wallets
    }
    assert found == mix.expected(), f"PROOF_SEED={seed} PROOF_ROUNDS={rounds}"
    assert not books.running, "a call was never settled"
    assert looks[0] > rounds


@asynccontextmanager
async def mixed(stage: Stage, *, seed: int) -> AsyncIterator[Mix]:
    """Yield a mix over an empty database, with a few workers."""
    await stage.empty()
    clock = ManualClock()
    engines = [create_engine(stage.app_url, connections_max=8) for _ in range(WORKERS)]
    try:
        mix = Mix(engines, clock, Names(clock), seed)
        await mix.open()
        yield mix
    finally:
        for engine in engines:
            await engine.dispose()


@asynccontextmanager
async def watched(stage: Stage) -> AsyncIterator[list[int]]:
    """Look at the books of one moment after the other for as long as the context lasts; count the looks."""
    looks, over = [0], asyncio.Event()

    async def watch(reader: asyncpg.Connection[Any]) -> None:
        while not over.is_set():
            async with reader.transaction(isolation="repeatable_read", readonly=True):
                books = await Books.read(reader)
            books.check()
            looks[0] += 1

    reader = await asyncpg.connect(stage.app_url)
    watching = asyncio.create_task(watch(reader))
    try:
        yield looks
    finally:
        over.set()
        await watching
        await reader.close()
