"""Tells billing that this node is alive, and who has left it.

Who comes is noted by billing when it lets them in. So an admission and a report may cross: whoever is let in while
a report that they have left is under way stays in doubt, and the next report says how it is.
"""

from __future__ import annotations

import logging
from uuid import UUID

from shared.bus.interface import Bus, NoReplyError
from shared.clock import Clock
from shared.messages.requests import REPORTED_MAX, PresenceReported, ReportPresence
from shared.settings import Settings
from signaling.background import Background
from signaling.devices.registry import ConnectedDevice
from signaling.timers import Scheduler, Timer
from signaling.watching.attendance import Attendance
from signaling.watching.hints import Hints

GOODBYE_MS_MAX = 1_000
LATE_ADMISSION_MS = 30_000
"""An admission that had no answer may still be noted: who it was for is reported once more after so long."""

log = logging.getLogger(__name__)


class Reporter:
    """One report at a time, one each `presence_report_ms`, until billing has taken it."""

    def __init__(
        self,
        bus: Bus,
        *,
        attendance: Attendance,
        hints: Hints,
        background: Background,
        settings: Settings,
        clock: Clock,
        scheduler: Scheduler,
    ) -> None:
        self._bus = bus
        self._attendance = attendance
        self._hints = hints
        self._background = background
        self._settings = settings
        self._clock = clock
        self._scheduler = scheduler
        self._doubtful: set[UUID] = set()
        self._starting = True
        self._reporting = False
        self._number = 0
        self._timer: Timer | None = None

    def start(self) -> None:
        """Report now, and again and again until `stop`."""
        self._timer = self._scheduler.call_at(
            self._clock.monotonic_ms() + self._settings.presence_report_ms, self.start
        )
        if not self._reporting:
            self._reporting = True
            self._background.start(self._report())

    def stop(self) -> None:
        """Report no more."""
        if self._timer is not None:
            self._timer.cancel()

    async def say_goodbye(self) -> None:
        """Say that nobody is here any more, as far as that can be done quickly; idempotent."""
        self.stop()
        if not self._starting:
            await self._told(left=[], here=[], starting=True, timeout_ms=GOODBYE_MS_MAX)

    def came(self, device: ConnectedDevice) -> None:
        """Whoever watches the account may see it now, unless another device of it was here before."""
        if self._attendance.that_ring(device.account.account_id) == 1:
            self._hints.tell(device.account.account_id)

    def went(self, device: ConnectedDevice) -> None:
        """The account may have no other device here."""
        self._doubtful.add(device.account.account_id)

    left = went

    def turned_away(self, account_id: UUID) -> None:
        """Billing may have noted the account, or may be about to."""
        self._doubtful.add(account_id)
        at_ms = self._clock.monotonic_ms() + LATE_ADMISSION_MS
        self._scheduler.call_at(at_ms, lambda: self._doubtful.add(account_id))

    async def _report(self) -> None:
        try:
            if self._starting:
                self._doubtful = self._attendance.all()
            arriving = {each for each in self._doubtful if self._attendance.is_arriving(each)}
            asked = sorted(self._doubtful - arriving)[:REPORTED_MAX]
            self._doubtful -= set(asked)
            ringing = {account_id: bool(self._attendance.that_ring(account_id)) for account_id in asked}
            left = [account_id for account_id, rings in ringing.items() if not rings]
            here = [account_id for account_id, rings in ringing.items() if rings]
            if await self._told(
                left=left, here=here, starting=self._starting, timeout_ms=self._settings.authorize_ms_max
            ):
                self._doubtful.update(each for each in asked if self._is_other(each, rang=ringing[each]))
                for account_id in asked:
                    self._hints.tell(account_id)
            else:
                self._doubtful.update(asked)
        finally:
            self._reporting = False

    def _is_other(self, account_id: UUID, *, rang: bool) -> bool:
        return self._attendance.is_arriving(account_id) or bool(self._attendance.that_ring(account_id)) is not rang

    async def _told(self, *, left: list[UUID], here: list[UUID], starting: bool, timeout_ms: int) -> bool:
        # Greater than those of an earlier process of this name, as long as the machine's clock is not put back.
        self._number = max(self._number + 1, int(self._clock.now().timestamp() * 1_000))
        report = ReportPresence(
            node=self._settings.node, left=left, here=here, number=self._number, starting=starting
        )
        try:
            reply = await self._bus.ask(report, timeout_ms=timeout_ms)
        except NoReplyError as error:
            log.warning("Billing does not know who is here: %s", error)
            return False
        # Billing has forgotten this node, which was silent for too long.
        self._starting = isinstance(reply, PresenceReported) and reply.unknown_node
        return True
