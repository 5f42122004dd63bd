"""Where a call can be, who takes part in it, and the limits it lives under."""

from __future__ import annotations

from enum import StrEnum
from uuid import UUID

from msgspec import Struct

from shared.messages.base import CallTerms, Party
from shared.messages.base import Role as Role
from shared.messages.base import State as State
from shared.settings import Settings


class Device(Struct, frozen=True, order=True):
    """A connected socket of one side's account. Whoever feeds the call has checked whose it is."""

    role: Role
    device_id: UUID


class TimerName(StrEnum):
    """The timers of a call; at most one of each is set at a time."""

    AUTHORIZE = "authorize"
    UNREACHABLE = "unreachable"
    """When the caller hears that the callee cannot be reached, if billing has said so by then."""
    RING = "ring"
    CONNECT = "connect"
    RENEW = "renew"
    """When to ask for the next minute."""
    LEASE = "lease"
    """When the paid talk time, or the longest allowed, is over."""
    TICKET = "ticket"
    """When to give both parties newer tickets."""
    RESUME_CALLER = "resume_caller"
    RESUME_CALLEE = "resume_callee"


class Terms(Struct, frozen=True, kw_only=True):
    """What billing authorized: who talks to whom, at what price a minute, frozen for the whole call.

    `charging` is repeated at the end of the call, so that it can be settled by that alone. Talk ends at
    `talk_ms_max` at the latest, where the caller has limited it. `relay_only` are the sides whose addresses the
    other one must not learn.
    """

    caller: Party
    callee: Party
    price_minor: int
    currency: str
    charging: CallTerms
    talk_ms_max: int | None = None
    relay_only: frozenset[Role] = frozenset()

    def party(self, role: Role) -> Party:
        return self.caller if role is Role.CALLER else self.callee


RENEWAL_RETRIES_MAX = 5
"""How often an unanswered renewal is asked again, spread over the time left before the lease ends."""


class CallTimes(Struct, frozen=True, kw_only=True):
    """The settings that a call lives under, all in milliseconds; `renew_lead_ms` is shorter than `minute_ms`."""

    authorize_ms_max: int
    unreachable_answer_ms: int
    ring_ms_max: int
    connect_ms_max: int
    resume_ms_max: int
    call_ms_max: int
    minute_ms: int
    renew_lead_ms: int
    ticket_ms: int

    @classmethod
    def of(cls, settings: Settings) -> CallTimes:
        return cls(**{name: getattr(settings, name) for name in cls.__struct_fields__})

    @property
    def renewal_retry_ms(self) -> int:
        """How long an unanswered renewal waits for its next try: several fit in before the lease ends."""
        return max(1, self.renew_lead_ms // RENEWAL_RETRIES_MAX)
