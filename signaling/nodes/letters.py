"""A node's mailbox: notices for its accounts, and what other nodes have to say."""

from __future__ import annotations

import logging
from typing import assert_never

import msgspec

from shared.bus.interface import Delivery
from shared.messages.nodes import (
    BROADCASTS,
    NODE_MESSAGES,
    AcceptByInvite,
    Attach,
    Attached,
    Beat,
    BeatHeard,
    CalleeFound,
    CallMoved,
    DeviceMoved,
    DeviceStatus,
    FindCallee,
    FromDevice,
    GlareAnswer,
    HandedOver,
    LaneBroken,
    NodeMessage,
    NotMine,
    PresenceHint,
    ToDevice,
)
from shared.messages.registry import decode_node_message, type_of
from signaling.devices.notices import Notices
from signaling.nodes.beats import Beats
from signaling.nodes.glare import GlareOwner
from signaling.nodes.home import Home
from signaling.nodes.lanes import Lanes
from signaling.nodes.owner import Owner
from signaling.nodes.owners import Owners

LETTERS = frozenset(type_of(kind) for kind in (*NODE_MESSAGES, *BROADCASTS)) - {type_of(PresenceHint)}

log = logging.getLogger(__name__)


class Letters:
    """Hands each message to whom it concerns."""

    def __init__(
        self,
        *,
        notices: Notices,
        lanes: Lanes,
        home: Home,
        owners: Owners,
        owner: Owner,
        glare: GlareOwner,
        beats: Beats,
    ) -> None:
        self._notices = notices
        self._lanes = lanes
        self._home = home
        self._owners = owners
        self._owner = owner
        self._glare = glare
        self._beats = beats
        lanes.use(self)

    async def handle(self, delivery: Delivery) -> None:
        """Take one message. What cannot be read is dropped: its lane is found broken by both ends."""
        if delivery.type not in LETTERS:
            await self._notices.handle(delivery)
            return
        try:
            message = decode_node_message(delivery.body)
        except msgspec.DecodeError as error:
            log.warning("Node message %s %s cannot be read: %s", delivery.type, delivery.message_id, error)
            return
        match message:
            case FindCallee():
                self._home.find_callee(message)
            case PresenceHint():
                await self._notices.handle(delivery)
            case _:
                self._lanes.receive(message)

    def heard(self, message: NodeMessage) -> None:  # noqa: C901 - one line a message
        """A node says this, and nobody waits for it."""
        match message:
            case ToDevice():
                self._home.to_device(message)
            case FromDevice():
                self._owner.from_device(message)
            case Beat():
                self._owners.beat(message)
            case BeatHeard():
                self._beats.answered(message)
            case DeviceStatus():
                self._owner.device_status(message)
            case CalleeFound():
                self._owner.callee_found(message)
            case Attach():
                self._owner.attach(message)
            case AcceptByInvite():
                self._glare.accept_by_invite(message)
            case CallMoved():
                self._owner.call_moved(message)
                self._home.call_moved(message)
            case DeviceMoved():
                self._home.device_moved(message)
                self._owner.device_moved(message)
            case Attached() | NotMine() | GlareAnswer() | HandedOver():
                self._home.answered_late(message)
            case LaneBroken():
                # The lanes' own business.
                pass
            case _ as never:
                assert_never(never)

    def lane_broken(self, node: str) -> None:
        """Something that was said to or by this node is lost."""
        self._owner.lane_broken(node)
        self._home.lane_broken(node)

    def node_gone(self, node: str) -> None:
        """This node has no mailbox any more."""
        self._owner.node_gone(node)
        self._owners.gone(node)
