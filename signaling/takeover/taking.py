"""Making this node the owner of a call."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable
from uuid import UUID

from shared.clock import Clock
from shared.failpoints import Failpoint, failpoint
from shared.messages.from_client import Invite
from shared.messages.nodes import CallState
from shared.messages.requests import NotTakenOver, TakenOver
from signaling.billing.client import Billing
from signaling.call.moving import restore
from signaling.call.states import CallTimes
from signaling.live.calls import LiveCall, LiveCalls
from signaling.live.running import Runner
from signaling.live.terms import terms_of
from signaling.nodes.home import Home
from signaling.nodes.owner import Owner

log = logging.getLogger(__name__)


class Takeovers:
    """Each call once: whoever else wants it here meanwhile gets the same."""

    def __init__(
        self,
        *,
        billing: Billing,
        calls: LiveCalls,
        runner: Runner,
        home: Home,
        owner: Owner,
        may_take: Callable[[], bool],
        times: CallTimes,
        relay_only: bool,
        node: str,
        clock: Clock,
    ) -> None:
        self._billing = billing
        self._calls = calls
        self._runner = runner
        self._home = home
        self._owner = owner
        self._may_take = may_take
        self._times = times
        self._relay_only = relay_only
        self._node = node
        self._clock = clock
        self._locks: dict[UUID, asyncio.Lock] = {}

    async def take(
        self, call_id: UUID, *, epoch: int, state: CallState, former: str
    ) -> LiveCall | NotTakenOver | None:
        """Own the call that stood like this when its `epoch`-th owner, the `former`, was last heard; return it.

        Returns no where it is over or another node's, and None where billing cannot say, or this node is about to
        stop itself. Of what ended here, billing may not have heard yet.
        """
        lock = self._locks.setdefault(call_id, asyncio.Lock())
        try:
            async with lock:
                if live := self._calls.get(call_id):
                    return live
                if self._calls.is_over(call_id, epoch=epoch):
                    return NotTakenOver(call_id=call_id, reason="over")
                if not self._may_take():
                    return None
                return await self._ask(call_id, epoch=epoch, state=state, former=former)
        finally:
            if not lock.locked():
                self._locks.pop(call_id, None)

    async def _ask(
        self, call_id: UUID, *, epoch: int, state: CallState, former: str
    ) -> LiveCall | NotTakenOver | None:
        answer = await self._billing.take_over(call_id, epoch=epoch, talk_ms=state.talk_ms)
        if not isinstance(answer, TakenOver):
            log.info("Call %s: not taken over, %s", call_id, answer.reason if answer else "billing does not answer")
            return answer
        await failpoint(Failpoint.TAKE_OVER_GRANTED)
        # Two that wait for the same lock may ask one after the other's failure: both get the call, and one owns it.
        return self._calls.get(call_id) or self._own(answer, state, former=former)

    def _own(self, taken: TakenOver, state: CallState, *, former: str) -> LiveCall:
        terms = terms_of(taken, all_relay_only=self._relay_only)
        call, effects = restore(taken, state, terms=terms, times=self._times, now_ms=self._clock.monotonic_ms())
        live = LiveCall(
            call=call,
            caller_id=taken.caller.account_id,
            invite=Invite(callee_id=taken.callee.account_id),
            started_at=taken.started_at,
        )
        talk_ms = call.restored_talk_ms or 0
        log.info("Call %s: taken over at %d ms of talk, as owner number %d", call.call_id, talk_ms, taken.epoch)
        self._home.forget_call(call.call_id)
        self._runner.adopt(live, effects, callee_id=taken.callee.account_id)
        places = [state.caller, *([state.callee] if state.callee else []), *state.ringing]
        elsewhere = {place.device_id: place.node for place in places if place.node not in {None, self._node}}
        self._owner.devices_at(live, {device_id: node for device_id, node in elsewhere.items() if node})
        if former != self._node and former not in elsewhere.values():
            self._owner.tell_moved(live, former)
        return live
