"""Sockets whose other end is gone without a word: frozen, half-open, or with a window that stays shut."""

from __future__ import annotations

import asyncio
import contextlib
from typing import Any

import pytest
from websockets.exceptions import ConnectionClosed

from shared.messages.base import EndReason
from shared.messages.from_client import Offer
from shared.messages.to_client import CallOver, PeerLost
from tests.signaling.device import Device
from tests.signaling.stage import Stage, staged, talks

STEP_MS = 500
NOTICED_MS_MAX = 10_000
FREED_SECONDS_MAX = 5
PINGED: dict[str, Any] = {"ping_ms": 4_000, "silence_ms_max": 9_000}


async def _until_lost(stage: Stage, witness: Device) -> int:
    """Return after how many milliseconds the other party is told."""
    for passed_ms in range(STEP_MS, 2 * NOTICED_MS_MAX, STEP_MS):
        await stage.time.pass_ms(STEP_MS)
        if any(isinstance(message, PeerLost) for message in await witness.hears_no_more_than()):
            return passed_ms
    raise AssertionError("never told")


async def _is_freed(device: Device) -> None:
    """Return once the server has ended the connection, whatever the device does."""
    async with asyncio.timeout(FREED_SECONDS_MAX):
        device.connection.transport.resume_reading()
        with contextlib.suppress(ConnectionClosed, OSError):
            while True:
                await device.connection.recv()


@pytest.mark.parametrize("floods", [False, True], ids=["frozen", "zero window"])
async def test_a_frozen_device_is_noticed_and_freed_within_ten_seconds(floods: bool) -> None:
    """D8: nothing comes and nothing is read; also where so much waits for it that TCP takes no more."""
    async with staged(**PINGED, messages_burst_max=1_000) as stage:
        ann, ben = await stage.pair()
        call_id = await talks(ann, ben)
        await stage.time.pass_ms(6_000)
        await ann.hears_nothing()
        await ben.hears_nothing()
        ben.connection.transport.pause_reading()
        if floods:
            for _ in range(250):
                await ann.say(Offer(call_id=call_id, sdp="v" * 30_000))
        assert await _until_lost(stage, ann) <= NOTICED_MS_MAX
        await _is_freed(ben)
        for _ in range(45):
            await stage.time.pass_ms(STEP_MS)
            for message in await ann.hears_no_more_than():
                if isinstance(message, CallOver):
                    assert (message.reason, message.talk_ms) == (EndReason.LOST, 6_000)
                    return
        raise AssertionError("the call goes on")
