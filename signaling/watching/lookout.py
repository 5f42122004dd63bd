"""Puts together what this node has to do with presence."""

from __future__ import annotations

from shared.bus.interface import Bus, Mailbox
from shared.bus.topology import PRESENCE
from shared.clock import Clock
from shared.settings import Settings
from signaling.background import Background
from signaling.devices.bindings import Bindings
from signaling.devices.post import Post
from signaling.devices.registry import Devices
from signaling.timers import Scheduler
from signaling.watching.asking import Asking
from signaling.watching.attendance import Attendance, Onlookers
from signaling.watching.hearing import Hearing
from signaling.watching.hints import Hints
from signaling.watching.reporting import Reporter
from signaling.watching.watching import Watching

BINDINGS_AT_ONCE = 4


class Lookout:
    """Says who is here, and looks after those who are watched from here."""

    def __init__(
        self,
        bus: Bus,
        *,
        devices: Devices,
        bindings: Bindings,
        post: Post,
        background: Background,
        settings: Settings,
        clock: Clock,
        scheduler: Scheduler,
    ) -> None:
        self._watched = Bindings(background, exchange=PRESENCE, at_once=BINDINGS_AT_ONCE)
        self.hints = Hints(bus, background)
        timeout_ms = settings.authorize_ms_max
        self.watching = Watching(
            asking=Asking(bus, timeout_ms=timeout_ms),
            hearing=Hearing(self._watched, background, timeout_ms=timeout_ms),
            post=post,
            background=background,
            settings=settings,
            clock=clock,
            scheduler=scheduler,
        )
        self._reporter = Reporter(
            bus,
            attendance=Attendance(devices, bindings),
            hints=self.hints,
            background=background,
            settings=settings,
            clock=clock,
            scheduler=scheduler,
        )
        self.onlooker = Onlookers(self._reporter, self.watching)

    def start(self, mailbox: Mailbox) -> None:
        """Report and look, until `stop`; hints come by this mailbox."""
        self._watched.open(mailbox)
        self._reporter.start()
        self.watching.start()

    async def say_goodbye(self) -> None:
        """Say that nobody is here any more, as far as that can be done quickly."""
        await self._reporter.say_goodbye()

    def stop(self) -> None:
        """Report and look no more."""
        self._reporter.stop()
        self.watching.stop()
