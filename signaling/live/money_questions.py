"""What a call asks billing, and what billing's answers mean to the call."""

from __future__ import annotations

import logging
from collections.abc import Awaitable, Callable
from uuid import UUID

from shared.messages import requests
from signaling.background import Background
from signaling.billing.client import Billing
from signaling.call import inputs
from signaling.call.effects import AskAuthorize, AskRenewal
from signaling.call.states import State
from signaling.devices.registry import Devices
from signaling.live.calls import LiveCall, LiveCalls
from signaling.live.terms import terms_of

log = logging.getLogger(__name__)

Feed = Callable[[LiveCall, inputs.Input], None]
AcceptElsewhere = Callable[[LiveCall, UUID, str], Awaitable[bool]]
"""Has the call of this id accepted by this one's caller, at the node that owns it; false where it is too late."""
WhenTakenOver = Callable[[LiveCall, str], None]
"""Lets the call go, since this other node owns it."""


class MoneyQuestions:
    """Each question is asked in a task of its own, whatever becomes of the socket that caused it."""

    def __init__(
        self,
        billing: Billing,
        calls: LiveCalls,
        devices: Devices,
        background: Background,
        *,
        node: str,
        relay_only: bool,
    ) -> None:
        self._billing = billing
        self._calls = calls
        self._devices = devices
        self._background = background
        self._relay_only = relay_only
        self._node = node
        self._accept_elsewhere: AcceptElsewhere = _nowhere
        self._when_taken_over: WhenTakenOver = _nothing

    def use_nodes(self, *, accept_elsewhere: AcceptElsewhere, when_taken_over: WhenTakenOver) -> None:
        """Have these do what concerns calls of other nodes."""
        self._accept_elsewhere = accept_elsewhere
        self._when_taken_over = when_taken_over

    def authorize(self, live: LiveCall, effect: AskAuthorize, feed: Feed) -> None:
        """Ask for the first minute and feed the answer."""
        self._background.start(self._authorize(live, effect, feed))

    def renew(self, live: LiveCall, effect: AskRenewal, feed: Feed) -> None:
        """Ask for one more minute and feed the answer."""
        self._background.start(self._renew(live, effect, feed))

    async def _authorize(self, live: LiveCall, effect: AskAuthorize, feed: Feed) -> None:
        reply = await self._billing.authorize(
            live.call_id,
            caller_id=live.caller_id,
            callee_id=effect.callee_id,
            callee_user_name=effect.callee_user_name,
            callee_reachable=self._is_reachable(effect),
        )
        if isinstance(reply, requests.Refused) and (other := self._call_to_merge_with(live, reply.glare_call_id)):
            feed(live, inputs.Merged())
            feed(other, inputs.AcceptByInvite(live.call.caller.device_id, live.invite.ref))
        elif isinstance(reply, requests.Refused) and await self._accepts_elsewhere(live, reply):
            feed(live, inputs.Merged())
        else:
            if isinstance(reply, requests.Refused):
                log.info("Call %s: refused to account %s, %s", live.call_id, live.caller_id, reply.reason)
            feed(live, _authorization(reply, all_relay_only=self._relay_only))

    async def _accepts_elsewhere(self, live: LiveCall, refused: requests.Refused) -> bool:
        """Whether the callee's own call to this caller, at another node, was accepted instead."""
        if refused.glare_call_id is None or refused.glare_node in {None, self._node}:
            return False
        if not live.call.waits_for_billing:
            return False
        return await self._accept_elsewhere(live, refused.glare_call_id, str(refused.glare_node))

    def _is_reachable(self, effect: AskAuthorize) -> bool:
        """Whether a device of the callee would ring, as `FindDevices` will find them."""
        callee_id = effect.callee_id or self._devices.account_id(effect.callee_user_name or "")
        return callee_id is not None and bool(self._devices.that_ring(callee_id))

    async def _renew(self, live: LiveCall, effect: AskRenewal, feed: Feed) -> None:
        reply = await self._billing.renew(
            live.call_id, minute=effect.minute, talk_ms=effect.talk_ms, epoch=live.epoch
        )
        if isinstance(reply, requests.RenewalRefused) and reply.reason == "taken_over" and reply.node:
            self._when_taken_over(live, reply.node)
        else:
            feed(live, _renewal(reply, effect.minute))

    def _call_to_merge_with(self, live: LiveCall, glare_call_id: UUID | None) -> LiveCall | None:
        """Return the callee's own call to this caller, if it lives here and can still be accepted."""
        other = self._calls.get(glare_call_id) if glare_call_id else None
        if live.call.state is not State.AUTHORIZING or other is None or other.callee_id != live.caller_id:
            return None
        return other if other.call.state is State.RINGING else None


async def _nowhere(_live: LiveCall, _call_id: UUID, _node: str) -> bool:
    return False


def _nothing(_live: LiveCall, _node: str) -> None:
    return None


def _authorization(reply: requests.Authorized | requests.Refused | None, *, all_relay_only: bool) -> inputs.Input:
    match reply:
        case requests.Authorized():
            return inputs.Authorized(terms_of(reply, all_relay_only=all_relay_only))
        case requests.Refused():
            return inputs.Refused(
                reason=reply.reason,
                price_minor=reply.price_minor,
                shortfall_minor=reply.shortfall_minor,
                currency=reply.currency,
                retry_after_ms=reply.retry_after_ms,
                spend_limit=reply.spend_limit,
                left_minor=reply.left_minor,
            )
        case None:
            return inputs.AuthorizeFailed()


def _renewal(reply: requests.Renewed | requests.RenewalRefused | None, minute: int) -> inputs.Input:
    match reply:
        case requests.Renewed():
            return inputs.Renewed(reply.minute)
        case requests.RenewalRefused():
            return inputs.RenewalRefused(
                minute=reply.minute,
                reason=reply.reason,
                shortfall_minor=reply.shortfall_minor,
                spend_limit=reply.spend_limit,
            )
        case None:
            return inputs.RenewalFailed(minute)
