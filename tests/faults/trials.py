"""Each failpoint, each way to fail: in the real process that passes it, which is started again where it died."""

from __future__ import annotations

import asyncio
import random
import re
import signal
import sys
import time
from collections.abc import Awaitable, Callable, Iterable
from contextlib import AsyncExitStack
from typing import NamedTuple

import httpx

from shared.failpoints import Failpoint, Way
from tests.faults.books import Books, read_books
from tests.faults.checking import Damage, at_any_moment, at_rest, promised, since
from tests.faults.office import Office
from tests.faults.people import Pair, until_done
from tests.faults.phone import Phone
from tests.faults.promises import Promises
from tests.faults.stage import Stage
from tests.faults.table import RECOVERY_SECONDS_MAX, Row

STALL_MS = 700
LANE_SECONDS = 1.2
"""A node that lacks something of what another one said notices it with what comes a second later."""
LONG_AGO = "2020-01-01T00:00:00Z"
FIRED_SECONDS_MAX = 60
"""Until a failpoint was passed, and who died of it is there again."""

Drive = Callable[["Trials"], Awaitable[None]]


class Trial(NamedTuple):
    """Which program passes a failpoint, and what has to be done for that."""

    program: str
    drive: Drive


async def _call(trials: Trials) -> None:
    seconds, why = await until_done(trials.pair, seconds_max=RECOVERY_SECONDS_MAX)
    assert seconds <= RECOVERY_SECONDS_MAX, why


async def _replay(trials: Trials) -> None:
    """A replay that fails half-way is begun again, and ends well."""
    armed = trials.stage.failpoints["worker"].read_text(encoding="utf-8")
    first = await trials.stage.run("replay", "--since", LONG_AGO, failpoints=armed)
    trials.heard += first.lines
    again = await trials.stage.run("replay", "--since", LONG_AGO)
    assert again.exit_status == 0, again.output


async def _take_over(trials: Trials) -> None:
    """The owner of a call dies in the middle of it, and the other node goes on with it."""
    first, second = trials.stage.nodes
    call_id = await trials.placed_at(first)
    await trials.stage.running[first].kill()
    await trials.moved_on(call_id, to=second)
    await trials.stage.launch(first)
    await trials.connect_to(first)


async def _hand_over(trials: Trials) -> None:
    """The owner of a call is told to end, and gives it to the other node."""
    first, second = trials.stage.nodes
    # The nodes may know one another from before a restart: a call between them has them find out.
    await trials.call_between(first, second)
    call_id = await trials.placed_at(first)
    ending = asyncio.create_task(trials.stage.running[first].ends())
    trials.stage.running[first].send(signal.SIGTERM)
    await trials.moved_on(call_id, to=second)
    await ending
    if trials.stage.running[first].exit_status is not None and trials.way is not Way.KILL:
        trials.heard += trials.stage.running[first].lines
        await trials.stage.launch(first)
    await trials.connect_to(first)


def _in_office(name: str) -> Drive:
    async def drive(trials: Trials) -> None:
        await getattr(trials.office, name)()

    return drive


CALL = Trial("worker", _call)
SIGNALED = Trial("signaling-1", _call)
PAID = Trial("api", _in_office("pay"))
REPLAYED = Trial("", _replay)
TRIALS: dict[Failpoint, Trial] = {
    Failpoint.LEDGER_WALLETS_SAVED: CALL,
    Failpoint.OUTBOX_REACHED: CALL,
    Failpoint.OUTBOX_STORED: CALL,
    Failpoint.CALLS_UPDATED: CALL,
    Failpoint.ADMISSION_CALLS_SAVED: CALL,
    Failpoint.ADMISSION_LEDGER_SAVED: CALL,
    Failpoint.ADMISSION_TOLD: CALL,
    Failpoint.ADMISSION_COMMITTED: CALL,
    Failpoint.SETTLE_LEDGER_SAVED: CALL,
    Failpoint.SETTLE_TOLD: CALL,
    Failpoint.SETTLE_CALLS_SAVED: CALL,
    Failpoint.SETTLE_COMMITTED: CALL,
    Failpoint.RELAY_PUBLISHED: CALL,
    Failpoint.REPLAY_APPLIED: REPLAYED,
    Failpoint.REPLAY_COMMITTED: REPLAYED,
    Failpoint.ACCOUNT_STORED: Trial("api", _in_office("register")),
    Failpoint.ONCE_CLAIMED: PAID,
    Failpoint.ONCE_ASKED: PAID,
    Failpoint.ONCE_EFFECTED: PAID,
    Failpoint.ONCE_COMMITTED: PAID,
    Failpoint.PAYMENT_SETTLED: PAID,
    Failpoint.PAYMENT_CREDITED: PAID,
    Failpoint.PAYMENT_CARRIED_OUT: PAID,
    Failpoint.PAYMENT_COMMITTED: PAID,
    Failpoint.AUDIT_REACHED: Trial("api", _in_office("adjust")),
    Failpoint.ADJUSTMENT_BOOKED: Trial("api", _in_office("adjust")),
    Failpoint.ADJUSTMENT_TOLD: Trial("api", _in_office("adjust")),
    Failpoint.PAYOUT_BOOKED: Trial("api", _in_office("pay_out")),
    Failpoint.PAYOUT_TOLD: Trial("api", _in_office("pay_out")),
    Failpoint.CALL_REFUND_BOOKED: Trial("api", _in_office("refund_call")),
    Failpoint.CALL_REFUND_COUNTED: Trial("api", _in_office("refund_call")),
    Failpoint.PAYMENT_REFUND_BOOKED: Trial("api", _in_office("refund_payment")),
    Failpoint.PAYMENT_REFUND_TAKEN: Trial("api", _in_office("refund_payment")),
    Failpoint.PAYMENT_REFUND_ASKED: Trial("api", _in_office("refund_payment")),
    Failpoint.TAKE_OVER_GRANTED: Trial("signaling-2", _take_over),
    Failpoint.CALL_HANDED_OVER: Trial("signaling-1", _hand_over),
    Failpoint.ANNOUNCER_KEPT: SIGNALED,
    Failpoint.ANNOUNCER_CONFIRMED: SIGNALED,
    Failpoint.CALL_ENDING: SIGNALED,
}
"""Every failpoint has a trial: a test holds this to the list of all there are."""


class Trials:
    """One stage on which failpoints are tried, one after another."""

    def __init__(self, stage: Stage) -> None:
        self.stage = stage
        self.promises = Promises()
        self.way = Way.KILL
        """How the failpoint at hand fails."""
        self.rows: dict[str, Row] = {}
        self.heard: list[str] = []
        """What programs said that are over."""
        self._mended_at = 0.0
        self._before: Books | None = None
        self._leaving = AsyncExitStack()

    async def begin(self) -> None:
        """Make two people and an operator, and see that all is well."""
        http = await self._leaving.enter_async_context(httpx.AsyncClient(trust_env=False, timeout=10))
        chance = random.Random(0)
        stage = self.stage
        self.pair = await Pair.meet(http, stage.api_url, stage.socket_urls[:1], self.promises, chance)
        self._leaving.push_async_callback(self.pair.close)
        self.office = await Office.open(stage, http, self.pair, self.promises)
        await _call(self)

    async def try_all(self, points: Iterable[Failpoint], ways: Iterable[Way] = tuple(Way)) -> None:
        """Try each of these failpoints in each of these ways."""
        for point in points:
            for way in ways:
                row = self.rows.setdefault(f"failpoint {point}", Row(f"failpoint {point}"))
                await self._try(point, way, row)

    async def end(self) -> None:
        """See that nothing is left over and every promise was kept."""
        row = self.rows.setdefault("failpoints, at the end", Row("failpoints, at the end", times=1))
        await self.pair.hang_up_all()
        until = time.monotonic() + RECOVERY_SECONDS_MAX
        while (left := list(at_rest(await self._read()))) and time.monotonic() < until:
            await self.stage.pause()
        row.damage += [*left, *promised(await self._read(), self.promises)]
        audit = await self.stage.run("audit")
        row.failure = "" if audit.exit_status == 0 else f"talktime audit:\n{audit.output}"

    async def close(self) -> None:
        """Send everybody home."""
        await self._leaving.aclose()

    async def call_between(self, first: str, second: str) -> None:
        """Have calls succeed whose devices are at different nodes, until these lack nothing of one another."""
        await self._connect(self.pair.calling, first)
        await self._connect(self.pair.called, second)
        await _call(self)
        await asyncio.sleep(LANE_SECONDS)
        await _call(self)

    async def placed_at(self, node: str) -> str:
        """Return the id of a call of two people who are both connected to this node."""
        await self.connect_to(node)
        await _call(self)
        call_id, failure = await self.pair.place()
        assert call_id is not None, failure
        return call_id

    async def moved_on(self, call_id: str, *, to: str) -> None:
        """Let both come to this node, hang up there, and be charged, then or later; then all is as it was."""
        phones = (self.pair.calling, self.pair.called)
        for phone in phones:
            phone.urls = (self._url_of(to),)
        while any(phone.at != self._url_of(to) for phone in phones):
            await self.stage.pause()
        await self.pair.hang_up(call_id)
        await _call(self)

    async def connect_to(self, node: str) -> None:
        """Have both connected to this node."""
        for phone in (self.pair.calling, self.pair.called):
            await self._connect(phone, node)

    async def _connect(self, phone: Phone, node: str) -> None:
        phone.urls = (self._url_of(node),)
        if phone.at != phone.urls[0]:
            phone.drop()
        while phone.at != phone.urls[0]:
            await self.stage.pause()

    def _url_of(self, node: str) -> str:
        return self.stage.socket_urls[self.stage.nodes.index(node)]

    async def _try(self, point: Failpoint, way: Way, row: Row) -> None:
        program, drive = TRIALS[point]
        file = self.stage.failpoints[program or "worker"]
        file.write_text(f"{point}={way}" + (f":{STALL_MS}" if way is Way.STALL else ""), encoding="utf-8")
        row.times, self.way = row.times + 1, way
        events, self.heard, self._mended_at = self.promises.events, [], time.monotonic()
        driving = asyncio.ensure_future(drive(self))
        try:
            if program:
                await asyncio.wait_for(self._mend(point, way, program), FIRED_SECONDS_MAX)
            await asyncio.wait_for(driving, 2 * RECOVERY_SECONDS_MAX)
        except Exception as error:  # noqa: BLE001 - whatever it is, the row tells it and the next one is tried
            row.failure += f"{way}: {error!r}; "
            driving.cancel()
            await asyncio.wait({driving})
        file.write_text("", encoding="utf-8")
        if not self._fired(point, way, program):
            row.failure += f"{way}: it was never passed; "
        row.worst_seconds = max(row.worst_seconds, time.monotonic() - self._mended_at)
        row.damage += await self._look()
        row.events += self.promises.events - events
        print(f"{time.strftime('%H:%M:%S')} {point} {way} {row.failure}", file=sys.stderr, flush=True)

    async def _mend(self, point: Failpoint, way: Way, program: str) -> None:
        """Return once it has happened, and the program that died of it is there again."""
        running = self.stage.running[program]
        if way is not Way.KILL:
            await running.says(f"Failpoint {re.escape(point)}: {way}")
        else:
            await running.ends(seconds_max=FIRED_SECONDS_MAX)
            self.stage.failpoints[program].write_text("", encoding="utf-8")
            self.heard += running.lines
            await self.stage.launch(program)
        self._mended_at = time.monotonic()

    def _fired(self, point: Failpoint, way: Way, program: str) -> bool:
        said = [*self.heard, *(self.stage.running[program].lines if program else [])]
        return any(f"Failpoint {point}: {way}" in line for line in said)

    async def _look(self) -> list[Damage]:
        now = await self._read()
        found = [*at_any_moment(now), *(since(self._before, now) if self._before else ())]
        self._before = now
        return found

    async def _read(self) -> Books:
        connection = await self.stage.connect()
        try:
            return await read_books(connection)
        finally:
            await connection.close()
