"""The life of the signaling service, from start to stop."""

from __future__ import annotations

import asyncio
import logging

from shared.bus.interface import Bus, Mailbox
from signaling.background import Background
from signaling.billing.announcing import Announcer
from signaling.devices.bindings import Bindings
from signaling.devices.liveness import Liveness
from signaling.devices.resync import Resync
from signaling.door.open_sockets import OpenSockets
from signaling.live.switchboard import Switchboard
from signaling.nodes.letters import Letters
from signaling.nodes.nodes import Nodes
from signaling.takeover.moving_out import MovingOut
from signaling.watching.lookout import Lookout

SOCKETS_SHARE = 4
"""A quarter of the time to drain is for closing sockets, the rest for publishing events."""
MOVING_SHARE = 2
"""Half of the time to drain, before all that, is for devices and calls that go to other nodes."""
PROOFS_SHARE = 8
"""An eighth is for the last proofs of calls that did not."""

log = logging.getLogger(__name__)


class Service:
    """`start` once the bus is started, `drain` when the process shall stop, `stop` in the end, before the bus."""

    def __init__(
        self,
        *,
        bus: Bus,
        node: str,
        drain_ms_max: int,
        announcer: Announcer,
        background: Background,
        bindings: Bindings,
        liveness: Liveness,
        lookout: Lookout,
        letters: Letters,
        nodes: Nodes,
        resync: Resync,
        sockets: OpenSockets,
        switchboard: Switchboard,
        moving_out: MovingOut | None,
    ) -> None:
        self._bus = bus
        self._node = node
        self._drain_ms_max = drain_ms_max
        self._announcer = announcer
        self._background = background
        self._bindings = bindings
        self._liveness = liveness
        self._lookout = lookout
        self._letters = letters
        self._nodes = nodes
        self._resync = resync
        self._sockets = sockets
        self._switchboard = switchboard
        self._moving_out = moving_out
        self._mailbox: Mailbox | None = None

    @property
    def calls_live(self) -> int:
        """How many calls this node owns."""
        return self._switchboard.calls_live

    @property
    def sockets_open(self) -> int:
        """How many sockets are served, or about to be."""
        return len(self._sockets)

    async def start(self) -> None:
        """Open the node's mailbox and begin to watch devices and to publish events."""
        self._mailbox = await self._bus.open_mailbox(self._node, self._letters.handle, on_return=self._resync.begin)
        self._bindings.open(self._mailbox)
        self._announcer.start()
        self._liveness.start()
        self._lookout.start(self._mailbox)
        self._sockets.closed = False

    async def drain(self) -> None:
        """Take no new sockets and calls, part with those there are, and publish what is left to say; idempotent.

        Where other nodes may go on with them, devices and calls go there; else the calls end. Returns within
        `drain_ms_max`, whatever could not be done.
        """
        if self._sockets.closed:
            return
        self._sockets.closed = True
        log.info("Draining: %d calls, %d sockets", self._switchboard.calls_live, len(self._sockets))
        left_ms = self._drain_ms_max
        if self._moving_out is None:
            self._switchboard.end_all()
        else:
            left_ms -= await self._move(self._moving_out)
        self._sockets.close_all()
        for_sockets_ms = left_ms // SOCKETS_SHARE
        await self._sockets.wait_for_none(timeout_ms=for_sockets_ms)
        self._sockets.abort_all()
        await asyncio.gather(
            self._announcer.drain(timeout_ms=left_ms - for_sockets_ms), self._lookout.say_goodbye()
        )

    async def _move(self, moving_out: MovingOut) -> int:
        """Have devices and calls go elsewhere; return how many milliseconds that may have taken."""
        for_moving_ms, for_proofs_ms = self._drain_ms_max // MOVING_SHARE, self._drain_ms_max // PROOFS_SHARE
        self._sockets.turn_away()
        moving_out.begin()
        await asyncio.gather(
            self._sockets.wait_for_none(timeout_ms=for_moving_ms),
            moving_out.wait_for_calls(timeout_ms=for_moving_ms),
        )
        await moving_out.leave_the_rest(timeout_ms=for_proofs_ms)
        return for_moving_ms + for_proofs_ms

    async def stop(self) -> None:
        """Leave nothing running; idempotent."""
        self._liveness.stop()
        self._lookout.stop()
        await self._announcer.stop()
        if self._mailbox is not None:
            await self._mailbox.stop()
            self._mailbox = None
        await self._nodes.stop()
        await self._background.stop()
