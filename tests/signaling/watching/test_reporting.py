"""D15: what billing is told of who is here, also where a report and an admission cross."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from typing import cast
from uuid import UUID

import pytest

from shared.bus.interface import Bus, NoReplyError
from shared.ids import new_id
from shared.messages.requests import PresenceReported, Reply, ReportPresence, Request
from shared.settings import Settings
from shared.settings_loading import with_changes
from signaling.background import Background
from signaling.watching.attendance import Attendance
from signaling.watching.hints import Hints
from signaling.watching.reporting import LATE_ADMISSION_MS, Reporter
from tests.signaling.manual_time import ManualTime

REPORT_MS = 2_000
ANN, BEN = sorted([new_id(), new_id()])


@dataclass(eq=False)
class Scene:
    """A reporter, with the node around it and billing as the test has them."""

    time: ManualTime = field(default_factory=ManualTime)
    ringing: dict[UUID, int] = field(default_factory=dict)
    arriving: set[UUID] = field(default_factory=set)
    hinted: list[UUID] = field(default_factory=list)
    reports: list[ReportPresence] = field(default_factory=list)
    reply: PresenceReported | None = field(default_factory=PresenceReported)
    """None for none."""
    answering: asyncio.Event = field(default_factory=asyncio.Event)

    def all(self) -> set[UUID]:
        return {*self.ringing, *self.arriving}

    def that_ring(self, account_id: UUID) -> int:
        return self.ringing.get(account_id, 0)

    def is_arriving(self, account_id: UUID) -> bool:
        return account_id in self.arriving

    def tell(self, account_id: UUID) -> None:
        self.hinted.append(account_id)

    async def ask(self, request: Request, *, timeout_ms: int) -> Reply:
        assert isinstance(request, ReportPresence)
        self.reports.append(request)
        await self.answering.wait()
        if self.reply is None:
            raise NoReplyError("nobody is there")
        return self.reply

    async def last(self, *, after_ms: int = REPORT_MS) -> tuple[list[UUID], list[UUID], bool]:
        """Return what the report says that is sent within this time."""
        await self.time.pass_ms(after_ms)
        report = self.reports[-1]
        return report.left, report.here, report.starting


@pytest.fixture
async def scene(anyio_backend: str) -> Scene:
    """Billing answers."""
    scene = Scene()
    scene.answering.set()
    return scene


@pytest.fixture
async def reporter(scene: Scene) -> AsyncIterator[Reporter]:
    """Not started."""
    background = Background()
    reporter = Reporter(
        cast("Bus", scene),
        attendance=cast("Attendance", scene),
        hints=cast("Hints", scene),
        background=background,
        settings=with_changes(Settings(), presence_report_ms=REPORT_MS, node="node-1"),
        clock=scene.time,
        scheduler=scene.time,
    )
    yield reporter
    reporter.stop()
    await background.stop()


async def test_a_node_begins_with_nobody_and_says_that_it_lives(scene: Scene, reporter: Reporter) -> None:
    """Its numbers grow, and begin above those of an earlier process."""
    reporter.start()
    assert await scene.last(after_ms=0) == ([], [], True)
    assert await scene.last() == ([], [], False)
    numbers = [report.number for report in scene.reports]
    assert numbers == sorted(set(numbers))
    assert numbers[0] >= int(scene.time.now().timestamp() * 1_000) - REPORT_MS


async def test_who_has_left_is_told_once_it_is_taken(scene: Scene, reporter: Reporter) -> None:
    """And only then hinted at; who is back before the report never left."""
    reporter.start()
    await scene.last()
    for account_id in (ANN, BEN):
        reporter.turned_away(account_id)
    scene.ringing[BEN] = 1
    scene.reply = None
    assert await scene.last() == ([ANN], [BEN], False)
    assert await scene.last() == ([ANN], [BEN], False)
    assert not scene.hinted
    scene.reply = PresenceReported()
    assert await scene.last() == ([ANN], [BEN], False)
    assert scene.hinted == [ANN, BEN]
    assert await scene.last() == ([], [], False)


async def test_who_is_let_in_while_a_report_is_under_way_is_reported_again(
    scene: Scene, reporter: Reporter
) -> None:
    """Which of the two billing has noted last, nobody knows."""
    reporter.start()
    await scene.last()
    reporter.turned_away(ANN)
    scene.answering.clear()
    assert await scene.last() == ([ANN], [], False)
    scene.arriving.add(ANN)
    scene.answering.set()
    assert await scene.last() == ([], [], False)
    scene.arriving.clear()
    scene.ringing[ANN] = 1
    assert await scene.last() == ([], [ANN], False)
    assert await scene.last() == ([], [], False)


async def test_one_report_at_a_time(scene: Scene, reporter: Reporter) -> None:
    """However slow billing is."""
    scene.answering.clear()
    reporter.start()
    await scene.time.pass_ms(10 * REPORT_MS)
    assert len(scene.reports) == 1


async def test_an_admission_that_had_no_answer_is_looked_after(scene: Scene, reporter: Reporter) -> None:
    """Billing may have noted it long after the node gave up."""
    reporter.start()
    reporter.turned_away(ANN)
    await scene.last(after_ms=LATE_ADMISSION_MS - 1)
    before = sum(ANN in report.left for report in scene.reports)
    await scene.last(after_ms=REPORT_MS + 1)
    assert sum(ANN in report.left for report in scene.reports) == before + 1


async def test_a_node_that_billing_has_forgotten_tells_all(scene: Scene, reporter: Reporter) -> None:
    """Those who are on their way in with the next report."""
    reporter.start()
    await scene.last()
    scene.ringing[ANN] = 1
    scene.arriving.add(BEN)
    scene.reply = PresenceReported(unknown_node=True)
    await scene.last()
    scene.reply = PresenceReported()
    assert await scene.last() == ([], [ANN], True)
    scene.arriving.clear()
    scene.ringing[BEN] = 1
    assert await scene.last() == ([], [BEN], False)


async def test_a_node_that_stops_says_goodbye(scene: Scene, reporter: Reporter) -> None:
    """Unless billing has never heard of it."""
    await reporter.say_goodbye()
    assert not scene.reports
    reporter.start()
    await scene.last()
    await reporter.say_goodbye()
    assert (scene.reports[-1].starting, scene.reports[-1].here) == (True, [])
