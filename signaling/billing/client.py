"""What is asked of billing."""

from __future__ import annotations

import logging
from uuid import UUID

from shared.bus.interface import Bus, NoReplyError
from shared.messages.requests import (
    Admit,
    Admitted,
    Authorize,
    Authorized,
    NotAdmitted,
    NotTakenOver,
    Refused,
    Renew,
    RenewalRefused,
    Renewed,
    TakenOver,
    TakeOver,
)

log = logging.getLogger(__name__)


class Billing:
    """Asks over the bus, each question under the same time limit."""

    def __init__(self, bus: Bus, *, node: str, minute_ms: int, timeout_ms: int, renewal_timeout_ms: int) -> None:
        self._bus = bus
        self._node = node
        self._minute_ms = minute_ms
        self._timeout_ms = timeout_ms
        self._renewal_timeout_ms = renewal_timeout_ms

    async def admit(self, *, account_id: UUID, session_id: UUID) -> Admitted | NotAdmitted:
        """Ask whether this session may open a socket. Raises `NoReplyError`."""
        reply = await self._bus.ask(
            Admit(account_id=account_id, session_id=session_id, node=self._node), timeout_ms=self._timeout_ms
        )
        if not isinstance(reply, Admitted | NotAdmitted):
            raise NoReplyError(f"{type(reply).__name__} does not answer admit")
        return reply

    async def authorize(
        self,
        call_id: UUID,
        *,
        caller_id: UUID,
        callee_id: UUID | None,
        callee_user_name: str | None,
        callee_reachable: bool,
    ) -> Authorized | Refused | None:
        """Ask for a call's first minute; None where there is no answer, or none that a call can run on."""
        request = Authorize(
            call_id=call_id,
            caller_id=caller_id,
            callee_id=callee_id,
            callee_user_name=callee_user_name,
            callee_reachable=callee_reachable,
            node=self._node,
        )
        try:
            reply = await self._bus.ask(request, timeout_ms=self._timeout_ms)
        except NoReplyError as error:
            log.warning("Call %s: not authorized: %s", call_id, error)
            return None
        if isinstance(reply, Authorized) and reply.terms.minute_ms != self._minute_ms:
            text = (
                "Call %s: not authorized: a minute is %d ms to billing and %d ms here; set TALKTIME_MINUTE_MS alike"
            )
            log.error(text, call_id, reply.terms.minute_ms, self._minute_ms)
            return None
        return reply if isinstance(reply, Authorized | Refused) else None

    async def renew(
        self, call_id: UUID, *, minute: int, talk_ms: int, epoch: int
    ) -> Renewed | RenewalRefused | None:
        """Ask for minute number `minute`; None where there is no answer."""
        request = Renew(call_id=call_id, minute=minute, talk_ms=talk_ms, epoch=epoch)
        try:
            reply = await self._bus.ask(request, timeout_ms=self._renewal_timeout_ms)
        except NoReplyError as error:
            log.warning("Call %s: minute %d has no answer: %s", call_id, minute, error)
            return None
        return reply if isinstance(reply, Renewed | RenewalRefused) else None

    async def take_over(self, call_id: UUID, *, epoch: int, talk_ms: int) -> TakenOver | NotTakenOver | None:
        """Ask to own the call instead of its `epoch`-th owner; None where there is no answer to go on with."""
        request = TakeOver(call_id=call_id, epoch=epoch, node=self._node, talk_ms=talk_ms)
        try:
            reply = await self._bus.ask(request, timeout_ms=self._timeout_ms)
        except NoReplyError as error:
            log.warning("Call %s: not taken over: %s", call_id, error)
            return None
        if isinstance(reply, TakenOver) and reply.terms.minute_ms != self._minute_ms:
            text = (
                "Call %s: not taken over: its minute is %d ms and one is %d ms here; set TALKTIME_MINUTE_MS alike"
            )
            log.error(text, call_id, reply.terms.minute_ms, self._minute_ms)
            return None
        return reply if isinstance(reply, TakenOver | NotTakenOver) else None
