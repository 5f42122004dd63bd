"""Answers batches of requests: each kind with those that can share its transaction."""

from __future__ import annotations

import logging
from collections.abc import Awaitable, Callable, Sequence
from typing import Any, NamedTuple

from sqlalchemy.ext.asyncio import AsyncEngine

from billing_worker.admission.admit import admit
from billing_worker.admission.deciding import Decisions
from billing_worker.admission.invites import InviteLimits
from billing_worker.presence.answers import PresenceAnswers
from billing_worker.terms import Terms
from shared.bus.interface import UnavailableError
from shared.clock import Clock
from shared.database import reading
from shared.messages.base import RefusalReason
from shared.messages.requests import (
    Admit,
    Authorize,
    Look,
    Refused,
    Renew,
    Reply,
    ReportPresence,
    Request,
    TakeOver,
)

log = logging.getLogger(__name__)


class Kind(NamedTuple):
    """Requests that are answered together, and by what: it returns their replies in their order."""

    requests: tuple[type[Request], ...]
    answer: Callable[[Sequence[Any]], Awaitable[Sequence[Reply]]]


class AdmissionService:
    """Answers signaling's requests."""

    def __init__(self, engine: AsyncEngine, *, terms: Terms, limits: InviteLimits, clock: Clock) -> None:
        self._engine = engine
        self._terms = terms
        presence = PresenceAnswers(engine, clock=clock, silence=terms.node_silence)
        decisions = Decisions(engine, terms=terms, limits=limits, clock=clock)
        self._kinds = (
            Kind((Admit,), self._admit),
            Kind((Authorize, Renew, TakeOver), decisions.answer),
            Kind((ReportPresence,), presence.reported),
            Kind((Look,), presence.looked),
        )

    async def handle(self, requests: Sequence[Request]) -> list[Reply]:
        """Return the replies in the order of the requests. Raises `DatabaseUnavailableError`.

        Raises whatever went wrong with a batch of several: the bus gives them again one by one, so that the one at
        fault hurts no other, and what had happened already is answered alike.
        """
        try:
            return await self._answer(requests)
        except UnavailableError:
            raise
        except Exception:
            if len(requests) == 1 and isinstance(requests[0], Authorize):
                log.exception("Call %s could not be authorized", requests[0].call_id)
                return [Refused(call_id=requests[0].call_id, reason=RefusalReason.BILLING_UNAVAILABLE)]
            raise

    async def _answer(self, requests: Sequence[Request]) -> list[Reply]:
        replies: dict[int, Reply] = {}
        for kind in self._kinds:
            places = [place for place, request in enumerate(requests) if isinstance(request, kind.requests)]
            if places:
                answers = await kind.answer([requests[place] for place in places])
                replies.update(zip(places, answers, strict=True))
        return [replies[place] for place in range(len(requests))]

    async def _admit(self, requests: Sequence[Admit]) -> Sequence[Reply]:
        async with reading(self._engine) as connection:
            return await admit(connection, requests, currency=self._terms.currency)
