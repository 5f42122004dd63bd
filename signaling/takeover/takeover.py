"""The parts that take calls over, put together."""

from __future__ import annotations

from collections.abc import Callable

from shared.clock import Clock
from shared.settings import Settings
from signaling.background import Background
from signaling.billing.client import Billing
from signaling.call.states import CallTimes
from signaling.devices.post import Post
from signaling.devices.registry import Devices
from signaling.live.calls import LiveCalls
from signaling.live.running import Runner
from signaling.nodes.nodes import Nodes
from signaling.takeover.arriving import Arrivals
from signaling.takeover.silence import SilentOwners
from signaling.takeover.taking import Takeovers
from signaling.tickets.ticket import Tickets


def arrivals_of(
    nodes: Nodes,
    *,
    billing: Billing,
    tickets: Tickets,
    calls: LiveCalls,
    devices: Devices,
    runner: Runner,
    post: Post,
    background: Background,
    may_take: Callable[[], bool],
    settings: Settings,
    clock: Clock,
) -> Arrivals:
    """Return what devices are asked for that come back; owners that fall silent are looked after from now on."""
    takeovers = Takeovers(
        billing=billing,
        calls=calls,
        runner=runner,
        home=nodes.home,
        owner=nodes.owner,
        may_take=may_take,
        times=CallTimes.of(settings),
        relay_only=settings.relay_only,
        node=settings.node,
        clock=clock,
    )
    silent = SilentOwners(
        tickets=tickets,
        takeovers=takeovers,
        home=nodes.home,
        devices=devices,
        runner=runner,
        post=post,
        background=background,
        patience_ms=settings.resume_ms_max,
        clock=clock,
    )
    nodes.owners.when_silent(silent.notice)
    nodes.home.when_handed_over_late(silent.handed_over_late)
    return Arrivals(
        tickets=tickets,
        takeovers=takeovers,
        home=nodes.home,
        owner=nodes.owner,
        calls=calls,
        devices=devices,
        runner=runner,
        node=settings.node,
    )
