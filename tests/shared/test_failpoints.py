"""Failpoints: nothing unless armed, once where armed, each placed in the code, never in production."""

import ast
import asyncio
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from shared import failpoints
from shared.clock import system_clock
from shared.failpoints import Failpoint, FailpointError, failpoint, failpoint_now
from shared.settings_loading import SettingsError, load_settings

ROOT = Path(__file__).parents[2]
PROGRAMS = ("api", "billing_worker", "shared", "signaling")
POINT = Failpoint.SETTLE_COMMITTED
PASSAGES = 20_000
PASSAGE_US_MAX = 5
"""Far below what a statement costs; on a busy machine far above what a passage does (about 0.1)."""


@pytest.fixture(autouse=True)
def _disarmed() -> Iterator[None]:
    yield
    failpoints.arm("")


async def test_nothing_happens_where_nothing_is_armed() -> None:
    for point in Failpoint:
        await failpoint(point)
        failpoint_now(point)


async def test_an_armed_one_raises_once_at_its_passage() -> None:
    failpoints.arm(f"{POINT}=exception@3")
    await failpoint(POINT)
    await failpoint(POINT)
    with pytest.raises(FailpointError, match=POINT):
        await failpoint(POINT)
    await failpoint(POINT)
    await failpoint(Failpoint.RELAY_PUBLISHED)


async def test_a_stall_holds_up_its_task_alone() -> None:
    failpoints.arm(f"{POINT}=stall:50")
    stalled = asyncio.create_task(failpoint(POINT))
    await asyncio.sleep(0)
    assert not stalled.done()
    await stalled


def test_a_kill_is_the_kernels() -> None:
    code = f"from shared import failpoints as f; f.arm('{POINT}=kill'); f.failpoint_now(f.Failpoint('{POINT}'))"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == -signal.SIGKILL


def test_a_file_is_read_again_at_each_passage(tmp_path: Path) -> None:
    file = tmp_path / "armed"
    failpoints.arm(f"@{file}")
    failpoint_now(POINT)
    file.write_text(f"{POINT}=exception")
    for _ in range(2):
        with pytest.raises(FailpointError):
            failpoint_now(POINT)
        failpoint_now(POINT)
        file.write_text("")
        failpoint_now(POINT)
        file.write_text(f"{POINT}=exception")


@pytest.mark.parametrize("text", ["settle.committed", "nowhere=kill", f"{POINT}=stall", f"{POINT}=kill@0", "x"])
def test_what_arms_nothing_is_refused(text: str) -> None:
    with pytest.raises(SettingsError, match="TALKTIME_FAILPOINTS"):
        load_settings({"TALKTIME_FAILPOINTS": text})


@pytest.mark.parametrize("name", ["TALKTIME_FAILPOINTS", "TALKTIME_CLOCK_SHIFT_FILE"])
def test_production_has_none(name: str) -> None:
    """A13: whatever the program, and also where a file is named that is not there."""
    given = {"TALKTIME_MODE": "production", "TALKTIME_PAYMENT_PROVIDER": "none", name: "@nowhere"}
    with pytest.raises(SettingsError, match=name):
        load_settings(given)
    with pytest.raises(SettingsError, match=name):
        load_settings(given, "worker")


def test_each_has_its_place_in_the_code() -> None:
    """A name without a place would be tried in vain."""
    placed = [
        node.args[0].attr
        for package in PROGRAMS
        for path in (ROOT / package).rglob("*.py")
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name)
        if node.func.id in {"failpoint", "failpoint_now"} and isinstance(node.args[0], ast.Attribute)
    ]
    assert set(placed) == {point.name for point in Failpoint}


async def test_a_passage_costs_next_to_nothing() -> None:
    began = time.perf_counter()
    for _ in range(PASSAGES):
        await failpoint(POINT)
    assert (time.perf_counter() - began) / PASSAGES * 1_000_000 < PASSAGE_US_MAX


def test_a_clock_can_be_shifted(tmp_path: Path) -> None:
    file = tmp_path / "shift"
    clock, right = system_clock(str(file)), system_clock("")
    assert abs((clock.now() - right.now()).total_seconds()) < 60
    file.write_text("-3600000")
    assert 3_540 < (right.now() - clock.now()).total_seconds() < 3_660
    assert abs(clock.monotonic_ms() - right.monotonic_ms()) < 60_000
