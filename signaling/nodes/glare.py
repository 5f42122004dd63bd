"""Two people who call each other at the same moment, at two nodes: one call, and which one billing says."""

from __future__ import annotations

import logging
from uuid import UUID

from shared.ids import new_id
from shared.messages.base import Role
from shared.messages.nodes import AcceptByInvite, GlareAnswer
from signaling.call import inputs
from signaling.call.states import State
from signaling.live.calls import LiveCall, LiveCalls
from signaling.live.running import Runner
from signaling.nodes.home import Home
from signaling.nodes.lanes import Lanes
from signaling.nodes.owner import Owner

log = logging.getLogger(__name__)


class Glare:
    """The device of the invite that was refused becomes the callee's device of the other call."""

    def __init__(self, *, lanes: Lanes, home: Home, ask_ms_max: int) -> None:
        self._lanes = lanes
        self._home = home
        self._ask_ms_max = ask_ms_max

    async def accept_elsewhere(self, live: LiveCall, call_id: UUID, node: str) -> bool:
        """Have the caller's device of this call accept the other party's call, at the node that owns it."""
        device_id = live.call.caller.device_id
        far = self._home.expect(
            node, call_id=call_id, device_id=device_id, account_id=live.caller_id, role=Role.CALLEE
        )
        asked = AcceptByInvite(request_id=new_id(), call_id=call_id, device_id=device_id, ref=live.call.invite_ref)
        answer = await self._lanes.ask(node, asked, timeout_ms=self._ask_ms_max)
        accepted = isinstance(answer, GlareAnswer) and answer.accepted
        if accepted:
            far.asking = False
            log.info("Call %s: is call %s of node %s instead", live.call_id, call_id, node)
        elif far.asking:
            self._home.forget(far)
        return accepted


class GlareOwner:
    """Answers on behalf of the calls of this node."""

    def __init__(self, *, lanes: Lanes, calls: LiveCalls, runner: Runner, owner: Owner) -> None:
        self._lanes = lanes
        self._calls = calls
        self._runner = runner
        self._owner = owner

    def accept_by_invite(self, asked: AcceptByInvite) -> None:
        """Say whether the call can still be accepted, and have it accepted."""
        live = self._calls.get(asked.call_id)
        accepted = live is not None and _can_be_accepted(live)
        self._lanes.send(
            asked.sender,
            GlareAnswer(request_id=asked.request_id, call_id=asked.call_id, accepted=accepted),
        )
        if live is not None and accepted:
            self._owner.place(live, asked.device_id, asked.sender)
            self._runner.feed(live, inputs.AcceptByInvite(asked.device_id, asked.ref))


def _can_be_accepted(live: LiveCall) -> bool:
    call = live.call
    if call.waits_for_billing:
        return call.callee is None
    return call.state is State.RINGING
