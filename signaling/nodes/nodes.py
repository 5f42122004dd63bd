"""The parts by which this node works together with others, put together."""

from __future__ import annotations

from shared.bus.interface import Bus
from shared.clock import Clock
from shared.settings import Settings
from signaling.background import Background
from signaling.devices.notices import Notices
from signaling.devices.post import Post
from signaling.devices.presence import Presence
from signaling.devices.registry import Devices
from signaling.live.calls import LiveCalls
from signaling.live.money_questions import MoneyQuestions
from signaling.live.running import Runner
from signaling.nodes.beats import Beats
from signaling.nodes.far import FarCalls
from signaling.nodes.finding import Finder
from signaling.nodes.glare import Glare, GlareOwner
from signaling.nodes.home import Home
from signaling.nodes.lanes import Lanes
from signaling.nodes.leaving import Leaving
from signaling.nodes.letters import Letters
from signaling.nodes.owner import Owner
from signaling.nodes.owners import Owners
from signaling.nodes.reach import Reach
from signaling.timers import Scheduler


class Nodes:
    """First what calls need to run, then, by `join`, what needs the calls."""

    beats: Beats
    owner: Owner

    def __init__(
        self,
        bus: Bus,
        *,
        devices: Devices,
        post: Post,
        background: Background,
        settings: Settings,
        clock: Clock,
        scheduler: Scheduler,
    ) -> None:
        self._devices = devices
        self._post = post
        self._background = background
        self._settings = settings
        self._clock = clock
        self._scheduler = scheduler
        self.lanes = Lanes(
            bus, node=settings.node, clock=clock, scheduler=scheduler, patience_ms=settings.resume_ms_max
        )
        far = FarCalls()
        self.owners = Owners(
            lanes=self.lanes,
            far=far,
            devices=devices,
            beat_ms=settings.beat_ms,
            silence_ms_max=settings.owner_silence_ms_max,
            clock=clock,
            scheduler=scheduler,
        )
        self.home = Home(
            node=settings.node,
            lanes=self.lanes,
            far=far,
            owners=self.owners,
            devices=devices,
            post=post,
            background=background,
            attach_ms_max=settings.attach_ms_max,
            clock=clock,
        )
        self.reach = Reach(post, self.lanes)
        self.finder = Finder(
            bus,
            node=settings.node,
            devices=devices,
            background=background,
            find_ms_max=settings.find_ms_max,
            clock=clock,
            scheduler=scheduler,
        )

    def join(
        self,
        *,
        calls: LiveCalls,
        runner: Runner,
        presence: Presence,
        questions: MoneyQuestions,
        notices: Notices,
    ) -> Letters:
        """Return what takes the node's mailbox."""
        self.home.know_own_calls(calls.epoch_of)
        self.beats = Beats(
            lanes=self.lanes,
            calls=calls,
            runner=runner,
            beat_ms=self._settings.beat_ms,
            silence_ms_max=self._settings.silence_ms_max,
            clock=self._clock,
            scheduler=self._scheduler,
        )
        leaving = Leaving(
            home=self.home,
            owners=self.owners,
            devices=self._devices,
            presence=presence,
            runner=runner,
            post=self._post,
            background=self._background,
        )
        self.owner = Owner(
            lanes=self.lanes,
            calls=calls,
            devices=self._devices,
            presence=presence,
            runner=runner,
            beats=self.beats,
            leaving=leaving,
            clock=self._clock,
        )
        glare = Glare(lanes=self.lanes, home=self.home, ask_ms_max=self._settings.attach_ms_max)
        questions.use_nodes(accept_elsewhere=glare.accept_elsewhere, when_taken_over=leaving.let_go)
        return Letters(
            notices=notices,
            lanes=self.lanes,
            home=self.home,
            owners=self.owners,
            owner=self.owner,
            glare=GlareOwner(lanes=self.lanes, calls=calls, runner=runner, owner=self.owner),
            beats=self.beats,
        )

    async def stop(self) -> None:
        """Say and ask no more."""
        self.beats.stop()
        self.owners.stop()
        await self.lanes.stop()
