"""Reliable words between nodes: each once and in order, or else both ends know that something is missing."""

from __future__ import annotations

import asyncio
import logging
from typing import Protocol
from uuid import UUID

from shared.bus.interface import Bus
from shared.clock import Clock
from shared.ids import new_id
from shared.messages.nodes import (
    AcceptByInvite,
    Attach,
    Attached,
    GlareAnswer,
    HandedOver,
    LaneBroken,
    NodeMessage,
    NotMine,
)
from signaling.nodes.incoming import IncomingLanes, Verdict
from signaling.nodes.outgoing import OutgoingLane
from signaling.timers import Scheduler, time_limit

Answer = Attached | HandedOver | NotMine | GlareAnswer

log = logging.getLogger(__name__)


class LaneUser(Protocol):
    """Who hears what other nodes say."""

    def heard(self, message: NodeMessage) -> None:
        """A node says this; answers that nobody waits for any more come here as well."""

    def lane_broken(self, node: str) -> None:
        """Something that was said to this node, or by it, is lost: tell it how the common calls stand."""

    def node_gone(self, node: str) -> None:
        """This node has no mailbox any more: nothing that was or will be said to it arrives."""


class Lanes:
    """A lane for each node that was spoken to; they come and go with what is sent."""

    def __init__(self, bus: Bus, *, node: str, clock: Clock, scheduler: Scheduler, patience_ms: int) -> None:
        self._bus = bus
        self._node = node
        self._life = new_id()
        self._clock = clock
        self._scheduler = scheduler
        self._patience_ms = patience_ms
        self._outgoing: dict[str, OutgoingLane] = {}
        self._incoming = IncomingLanes()
        self._asked: dict[UUID, tuple[str, asyncio.Future[Answer | None]]] = {}
        self._user: LaneUser | None = None

    def use(self, user: LaneUser) -> None:
        """Have this one hear what comes."""
        self._user = user

    def send(self, node: str, message: NodeMessage) -> None:
        """Have the message delivered to this node; returns at once. Sender, lane and number are filled in."""
        self._lane_to(node).put(message)

    async def ask(self, node: str, message: Attach | AcceptByInvite, *, timeout_ms: int) -> Answer | None:
        """Return the node's answer; None where none came in time, or the node cannot be reached."""
        answer: asyncio.Future[Answer | None] = asyncio.get_running_loop().create_future()
        self._asked[message.request_id] = (node, answer)
        try:
            async with time_limit(self._scheduler, at_ms=self._clock.monotonic_ms() + timeout_ms):
                self.send(node, message)
                return await answer
        except TimeoutError:
            return None
        finally:
            del self._asked[message.request_id]

    def crowded(self, node: str) -> OutgoingLane | None:
        """Return the lane to this node if so much waits in it that its causer should wait for its `room`."""
        lane = self._outgoing.get(node)
        return lane if lane is not None and lane.crowded else None

    def receive(self, message: NodeMessage) -> None:
        """Take what another node has sent."""
        match self._incoming.judge(message, self._clock.monotonic_ms()):
            case Verdict.TAKE:
                self._take(message)
            case Verdict.TAKE_OF_NEW_LIFE:
                if lane := self._outgoing.get(message.sender):
                    # Before it is answered: what goes on from a number that it never saw, it cannot take.
                    lane.give_up("the node has started again")
                else:
                    self._tell_user(message.sender, node_gone=False)
                self._take(message)
            case Verdict.TAKE_ANEW:
                log.warning("Node %s began a new lane: something of the one before may be missing", message.sender)
                self._tell_user(message.sender, node_gone=False)
                self._take(message)
            case Verdict.BROKEN:
                log.warning("A lane of node %s lacks something", message.sender)
                self.send(message.sender, LaneBroken(broken=message.lane))
            case Verdict.DROP:
                pass

    async def stop(self) -> None:
        """Send no more."""
        lanes, self._outgoing = list(self._outgoing.values()), {}
        for lane in lanes:
            await lane.stop()

    def _take(self, message: NodeMessage) -> None:
        if isinstance(message, LaneBroken):
            lane = self._outgoing.get(message.sender)
            if lane is not None and lane.lane_id == message.broken:
                lane.give_up("the other end misses something")
            return
        if isinstance(message, Answer) and (asked := self._asked.get(message.request_id)) and not asked[1].done():
            asked[1].set_result(message)
        elif self._user is not None:
            try:
                self._user.heard(message)
            except Exception:
                # The next message may be about another call.
                log.exception("A message of node %s could not be taken", message.sender)

    def _lane_to(self, node: str) -> OutgoingLane:
        lane = self._outgoing.get(node)
        if lane is None:
            lane = self._outgoing[node] = OutgoingLane(
                node,
                sender=self._node,
                life=self._life,
                bus=self._bus,
                clock=self._clock,
                scheduler=self._scheduler,
                patience_ms=self._patience_ms,
                on_given_up=self._given_up,
            )
        return lane

    def _given_up(self, lane: OutgoingLane) -> None:
        if self._outgoing.get(lane.node) is lane:
            del self._outgoing[lane.node]
        for node, answer in self._asked.values():
            if node == lane.node and not answer.done():
                answer.set_result(None)
        self._tell_user(lane.node, node_gone=lane.node_gone)

    def _tell_user(self, node: str, *, node_gone: bool) -> None:
        if self._user is None:
            return
        try:
            if node_gone:
                self._user.node_gone(node)
            else:
                self._user.lane_broken(node)
        except Exception:
            log.exception("The calls shared with node %s could not be told that something is missing", node)
