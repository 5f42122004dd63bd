"""F3: a call event that could not be processed, its cause mended, is sent again and charged."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime
from typing import Any

import msgspec

from shared.bus.interface import Outcome
from shared.bus.rabbit import RabbitBus
from shared.ids import new_id
from shared.messages.base import EndReason
from shared.messages.events import CallEnded
from shared.messages.registry import envelope_of
from shared.messages.requests import Authorize, Authorized
from tests.harness.programs import Programs
from tests.journeys.installation import PRICE_MINOR, Separate

WAIT_SECONDS_MAX = 30


async def dead_letters(programs: Programs, own: Separate, *arguments: str) -> str:
    """Type the command and return what it says."""
    env = {**own.environments["worker"], "TALKTIME_LOG_LEVEL": "ERROR"}
    program = await programs.talktime("dead-letters", *arguments, env=env)
    assert await program.ends() == 0, program.output
    return program.output


async def listed(programs: Programs, own: Separate) -> list[dict[str, Any]]:
    """Return the dead letters, as a machine reads them."""
    found: list[dict[str, Any]] = msgspec.json.decode(await dead_letters(programs, own, "list", "--json"))
    return found


async def test_requeue_after_a_fix_charges(programs: Programs, own_separate: Separate) -> None:
    """The call was unknown; now it is not. Until then a requeue brings the letter back, counted."""
    own, call_id = own_separate, new_id()
    caller, callee = await own.person(money_minor=100), await own.person()
    ended = CallEnded(
        event_id=new_id(),
        call_id=call_id,
        caller_id=caller.id,
        callee_id=callee.id,
        node="elsewhere",
        reason=EndReason.HUNG_UP,
        talk_ms=1_000,
        price_minor=None,
        started_at=datetime.now(UTC),
        ended_at=datetime.now(UTC),
    )
    bus = RabbitBus(
        own.environments["worker"]["TALKTIME_RABBITMQ_URL"], publish_timeout_ms=10_000, node="elsewhere"
    )
    await bus.start()
    try:
        assert await bus.publish([envelope_of(ended)]) == [Outcome.CONFIRMED]
        (letter,) = await _parked(programs, own, times=1)
        assert (letter["id"], letter["type"], letter["call_id"]) == (
            str(ended.event_id),
            "call.ended",
            str(call_id),
        )
        assert letter["reason"].startswith("unknown_call")
        assert await dead_letters(programs, own, "requeue", "--all") == "1 sent again."
        await _parked(programs, own, times=2)
        asked = Authorize(
            call_id=call_id, caller_id=caller.id, callee_id=callee.id, callee_reachable=True, node="elsewhere"
        )
        assert isinstance(await bus.ask(asked, timeout_ms=10_000), Authorized)
        assert await dead_letters(programs, own, "requeue", str(ended.event_id)) == "1 sent again."
        async with asyncio.timeout(WAIT_SECONDS_MAX):
            while (await caller.wallet())["balance_minor"] != 100 - PRICE_MINOR:  # noqa: ASYNC110 - REST has nothing to await
                await asyncio.sleep(0.05)
    finally:
        await bus.close()
    assert await listed(programs, own) == []
    await own.books_are_right()


async def _parked(programs: Programs, own: Separate, *, times: int) -> list[dict[str, Any]]:
    """Return the dead letters once there is one that was parked so often."""
    async with asyncio.timeout(WAIT_SECONDS_MAX):
        while True:
            letters = await listed(programs, own)
            if any(letter["times"] == times for letter in letters):
                return letters
