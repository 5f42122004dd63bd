"""A campaign: load, one fault after another, a look at the books after each, and a last one when all is quiet."""

from __future__ import annotations

import asyncio
import random
import sys
import time
from collections.abc import Sequence
from contextlib import AsyncExitStack

import httpx

from tests.faults.books import Books, read_books
from tests.faults.checking import Damage, Kind, at_any_moment, at_rest, promised, since
from tests.faults.injecting import Fault
from tests.faults.people import Pair, until_done
from tests.faults.promises import Promises
from tests.faults.stage import Stage
from tests.faults.table import RECOVERY_SECONDS_MAX, Row

LOOK_SECONDS = 0.25
LAST_CALLS = 3
GIVE_UP_SECONDS = 2 * RECOVERY_SECONDS_MAX
"""How long a recovery that takes too long is still watched, so that it is known how long it took."""


class Campaign:
    """One stage, its people, and what became of the faults so far."""

    def __init__(self, stage: Stage, *, seed: int, pairs: int) -> None:
        self.rows: dict[str, Row] = {}
        self._stage = stage
        self._chance = random.Random(seed)
        self._pairs_count = pairs
        self._promises = Promises()
        self._pairs: list[Pair] = []
        self._talking: list[asyncio.Task[None]] = []
        self._leaving = AsyncExitStack()
        self._before: Books | None = None

    async def begin(self) -> None:
        """Have people talk, and see that a call works before anything is broken."""
        http = await self._leaving.enter_async_context(httpx.AsyncClient(trust_env=False, timeout=10))
        stage = self._stage
        for _ in range(self._pairs_count + 1):
            chance = random.Random(self._chance.random())
            pair = await Pair.meet(http, stage.api_url, stage.socket_urls, self._promises, chance)
            self._leaving.push_async_callback(pair.close)
            pair.drops = len(self._pairs) % 3 == 2
            self._pairs.append(pair)
        seconds, why = await until_done(self._probe, seconds_max=RECOVERY_SECONDS_MAX)
        if seconds > RECOVERY_SECONDS_MAX:
            raise AssertionError(f"no call succeeds although nothing was broken: {why}")
        self._talking = [asyncio.create_task(pair.go_on()) for pair in self._pairs[1:]]

    async def suffer(self, faults: Sequence[Fault]) -> None:
        """Inject one fault after another, each followed by recovery and a look."""
        for fault in faults:
            row = self.rows.setdefault(fault.name, Row(fault.name))
            await self._one(fault, row)
            _say(f"{fault.name}: {row.worst_seconds:.1f} s, {len(row.damage)} damages {row.failure}")

    async def end(self) -> None:
        """Let everybody hang up; then nothing may be left over, and every promise must have been kept."""
        row = self.rows.setdefault("at the end", Row("at the end", times=1))
        began, events = time.monotonic(), self._promises.events
        for task in self._talking:
            task.cancel()
        await asyncio.wait(self._talking)
        row.failure += "".join(repr(task.exception()) for task in self._talking if not task.cancelled())
        left = await self._rest()
        row.worst_seconds = time.monotonic() - began
        row.damage += left
        for _ in range(LAST_CALLS):
            if (why := await self._probe.call(talk_seconds=0.1)) is not None:
                row.failure += f"a call in peace does not succeed: {why}; "
        row.damage += await self._rest()
        row.damage += await self._look()
        assert self._before is not None
        row.damage += promised(self._before, self._promises)
        row.damage += self._repeated()
        row.failure += await self._audit()
        row.events = self._promises.events - events

    async def close(self) -> None:
        """Send everybody home."""
        for task in self._talking:
            task.cancel()
        await self._leaving.aclose()

    @property
    def _probe(self) -> Pair:
        return self._pairs[0]

    async def _one(self, fault: Fault, row: Row) -> None:
        row.times += 1
        events = self._promises.events
        try:
            await fault.inject(self._stage, self._chance)
        except Exception as error:  # noqa: BLE001 - whatever it is, the row tells it and the campaign goes on
            row.failure += f"{error!r}; "
        seconds, why = await until_done(self._probe, seconds_max=GIVE_UP_SECONDS)
        row.worst_seconds = max(row.worst_seconds, seconds)
        if seconds > RECOVERY_SECONDS_MAX:
            row.failure += f"no call succeeded for {seconds:.0f} s, at last for: {why}; "
        row.damage += await self._look()
        row.events += self._promises.events - events

    async def _look(self) -> list[Damage]:
        now = await self._read()
        found = list(at_any_moment(now))
        if self._before is not None:
            found += since(self._before, now)
        self._before = now
        return found

    async def _read(self) -> Books:
        connection = await self._stage.connect()
        try:
            return await read_books(connection)
        finally:
            await connection.close()

    async def _rest(self) -> list[Damage]:
        """Wait until nothing is left over, for as long as a recovery may take; return what is."""
        until = time.monotonic() + RECOVERY_SECONDS_MAX
        while True:
            # Who had invited somebody just before may be in a call only now.
            for pair in self._pairs:
                await pair.hang_up_all()
            left = [*at_rest(await self._read()), *await self._queued()]
            if not left or time.monotonic() > until:
                return left
            await asyncio.sleep(LOOK_SECONDS)

    async def _queued(self) -> list[Damage]:
        queued = await self._stage.queued()
        expected = {"billing.calls": 0, "billing.calls.dead": self._stage.poison}
        return [
            Damage(Kind.LOST, f"{queued.get(name, 0)} messages are in {name}, not {count}")
            for name, count in expected.items()
            if queued.get(name, 0) != count
        ]

    def _repeated(self) -> list[Damage]:
        phones = [phone for pair in self._pairs for phone in (pair.calling, pair.called)]
        twice = sum(phone.repeated for phone in phones)
        return [Damage(Kind.DOUBLE, f"{twice} messages came twice with one number")] if twice else []

    async def _audit(self) -> str:
        audit = await self._stage.run("audit")
        return "" if audit.exit_status == 0 else f"talktime audit ended with {audit.exit_status}:\n{audit.output}; "


def _say(text: str) -> None:
    sys.stderr.write(f"{time.strftime('%H:%M:%S')} {text}\n")
    sys.stderr.flush()
